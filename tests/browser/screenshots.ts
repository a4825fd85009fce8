/**
 * Writes the pictures of the README: `docs/images/{demo,demo-voted,demo-panel,demo-phone,dashboard,overview,overview-phone,vote,settings}-{light,dark}.png`.
 * The receiver's executable is named by `WORKFLOWAI_FEEDBACK_SERVER`.
 */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { type Browser, chromium, type Page } from "playwright-core";

const IMAGES = join(import.meta.dirname, "../../docs/images");
const DESKTOP = { viewport: { width: 1200, height: 840 } };
const PHONE = { viewport: { width: 390, height: 780 }, hasTouch: true, isMobile: true };
const THEMES = ["light", "dark"] as const;

type Theme = (typeof THEMES)[number];
type Vote = { run: string; outcome: "positive" | "negative"; comment?: string; reasons?: string[] };

/** What visitors have said before the dashboard is opened, oldest first, one visitor a row. */
const VOTES: Vote[][] = [
  [
    { run: "granada-fes-3-card", outcome: "positive" },
    { run: "granada-fes-6-cash", outcome: "positive" },
  ],
  [
    { run: "granada-fes-2-tickets", outcome: "positive" },
    { run: "granada-fes-7-packing", outcome: "negative", reasons: ["Too long"] },
    {
      run: "granada-fes-1-route",
      outcome: "positive",
      comment: "Giving up Tangier was the right hint for us.",
    },
  ],
  [
    { run: "granada-fes-6-cash", outcome: "positive" },
    { run: "granada-fes-4-riad", outcome: "positive", comment: "الرسالة واضحة ومهذبة، شكرًا." },
    { run: "granada-fes-5-costs", outcome: "negative", comment: "It breaks with a third person." },
  ],
  [
    { run: "granada-fes-1-route", outcome: "positive" },
    {
      run: "granada-fes-2-tickets",
      outcome: "negative",
      comment:
        "The bus to Tarifa leaves from the other station, and on Sundays only once a day. We nearly missed the ferry.",
      reasons: ["Wrong facts"],
    },
  ],
];

async function main() {
  const executable = process.env.WORKFLOWAI_FEEDBACK_SERVER;
  if (!executable) throw new Error("WORKFLOWAI_FEEDBACK_SERVER must name the receiver");
  mkdirSync(IMAGES, { recursive: true });
  const folder = mkdtempSync(join(tmpdir(), "screenshots-"));
  // Months of votes for the overview to sum up.
  execFileSync(executable, ["demo-data", "--votes", "20000", "--data-dir", folder]);
  const receiver = spawn(
    executable,
    ["serve", "--demo", "--listen", "127.0.0.1:0", "--data-dir", folder, "--rate-limit", "off"],
    { stdio: ["ignore", "pipe", "inherit"] },
  );
  const stopped = once(receiver, "exit");
  try {
    const address = await ready(receiver);
    const browser = await chromium.launch({
      executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
      args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
    });
    for (const visitor of VOTES) await castVotes(address, visitor);
    // The people of the overview are counted a moment after the votes.
    await counted(address);
    for (const theme of THEMES) await dashboard(browser, address, theme);
    for (const theme of THEMES) {
      await demo(browser, address, theme);
      await phone(browser, address, theme);
    }
    await browser.close();
  } finally {
    receiver.kill();
    await stopped;
    rmSync(folder, { recursive: true });
  }
}

/** The address, once the receiver says that it listens. */
async function ready(receiver: ChildProcess): Promise<string> {
  if (!receiver.stdout) throw new Error("the receiver has no output to read");
  for await (const line of createInterface(receiver.stdout)) {
    const address = /^ready (http:\S+)/.exec(line)?.[1];
    if (!address) continue;
    receiver.stdout.resume();
    return address;
  }
  throw new Error("the receiver ended before it was ready");
}

/** Waits until the overview knows about how many people there are. */
async function counted(address: string) {
  for (let tries = 0; tries < 100; tries++) {
    const page = await (await fetch(`${address}/dashboard/overview`)).text();
    if (!page.includes("People, about</dt><dd>0<")) return;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  throw new Error("nobody was counted");
}

async function castVotes(address: string, votes: Vote[]) {
  const runs = votes.map((vote) => vote.run);
  const { visitor, tokens } = await postJson(`${address}/demo/tokens`, { runs });
  for (const { run, ...vote } of votes) {
    const request = { feedback_token: tokens[run], user_id: visitor, ...vote };
    await postJson(`${address}/v1/feedback`, request);
  }
}

async function postJson(url: string, body: unknown) {
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`${url} answered ${response.status} ${await response.text()}`);
  return response.json();
}

async function demo(browser: Browser, address: string, theme: Theme) {
  const page = await open(browser, `${address}/#route`, theme, DESKTOP);
  await picture(page, `demo-${theme}`);

  await vote(page, "#route", "positive");
  await page.keyboard.press("Escape");
  await page.locator("h1").click();
  await picture(page, `demo-voted-${theme}`);
  await page.context().close();

  const other = await open(browser, `${address}/#tickets`, theme, DESKTOP);
  await vote(other, "#tickets", "negative");
  await other.locator("#tickets workflowai-feedback [name=reason]").first().click();
  await other
    .locator("#tickets workflowai-feedback textarea")
    .fill("The bus leaves from the other station.");
  await picture(other, `demo-panel-${theme}`);
  await other.context().close();
}

async function phone(browser: Browser, address: string, theme: Theme) {
  const page = await open(browser, `${address}/#costs`, theme, PHONE);
  await vote(page, "#costs", "positive");
  await picture(page, `demo-phone-${theme}`);
  await page.context().close();
}

/** Presses a thumb and waits until the receiver has the vote. */
async function vote(page: Page, turn: string, outcome: Vote["outcome"]) {
  const widget = page.locator(`${turn} workflowai-feedback`);
  await widget.locator(`[value=${outcome}]`).click();
  await widget.locator("[data-status=sent]").waitFor();
}

async function dashboard(browser: Browser, address: string, theme: Theme) {
  const page = await open(browser, `${address}/dashboard`, theme, DESKTOP);
  await picture(page, `dashboard-${theme}`);
  await page.goto(`${address}/dashboard/overview`);
  await picture(page, `overview-${theme}`);
  await page.goto(`${address}/dashboard?q=refund+takes+14+days`);
  await page.locator(".votes .side a").first().click();
  await page.getByRole("heading", { name: "What was rated" }).waitFor();
  await picture(page, `vote-${theme}`);
  await page.goto(`${address}/dashboard/settings`);
  await picture(page, `settings-${theme}`);
  await page.context().close();
  const phone = await open(browser, `${address}/dashboard/overview`, theme, PHONE);
  await picture(phone, `overview-phone-${theme}`);
  await phone.context().close();
}

async function open(
  browser: Browser,
  url: string,
  theme: Theme,
  device: typeof DESKTOP | typeof PHONE,
) {
  const context = await browser.newContext({ ...device, colorScheme: theme });
  const page = await context.newPage();
  await page.goto(url, { waitUntil: "networkidle" });
  return page;
}

/** A picture at rest: nothing hovered, moving or waiting for a font. */
async function picture(page: Page, name: string) {
  await page.mouse.move(0, 0);
  await page.evaluate(() => document.fonts.ready);
  await page.screenshot({ path: join(IMAGES, `${name}.png`), animations: "disabled" });
}

await main();
