/**
 * Writes the pictures of the README: `docs/images/{demo,demo-voted,demo-panel,demo-phone,dashboard}-{light,dark}.png`.
 * The receiver's executable is named by `WORKFLOWAI_FEEDBACK_SERVER`.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { type Browser, chromium, type Page } from "playwright-core";

const IMAGES = join(import.meta.dirname, "../../docs/images");
const DESKTOP = { width: 1200, height: 760 };
const PHONE = { width: 390, height: 780 };
const THEMES = ["light", "dark"] as const;

type Theme = (typeof THEMES)[number];
type Vote = { run: string; outcome: "positive" | "negative"; comment?: string; reasons?: string[] };

/** What other visitors have said before the dashboard is opened, one visitor a row. */
const VOTES: Vote[][] = [
  [
    { run: "granada-fes-1-route", outcome: "positive" },
    { run: "granada-fes-6-cash", outcome: "positive" },
  ],
  [
    {
      run: "granada-fes-2-tickets",
      outcome: "negative",
      comment: "The bus from Seville leaves from Prado, not from Plaza de Armas.",
      reasons: ["Wrong facts"],
    },
    { run: "granada-fes-3-card", outcome: "positive" },
  ],
  [
    {
      run: "granada-fes-4-riad",
      outcome: "positive",
      comment: "الرسالة واضحة ومهذبة، شكرًا.",
    },
    { run: "granada-fes-5-costs", outcome: "negative", comment: "It breaks with a third person." },
  ],
  [
    {
      run: "granada-fes-1-route",
      outcome: "positive",
      comment: "Giving up Tangier was the right hint for us.",
    },
    { run: "granada-fes-7-packing", outcome: "negative", reasons: ["Too long"] },
    { run: "granada-fes-2-tickets", outcome: "positive" },
  ],
];

async function main() {
  const executable = process.env.WORKFLOWAI_FEEDBACK_SERVER;
  if (!executable) throw new Error("WORKFLOWAI_FEEDBACK_SERVER must name the receiver");
  mkdirSync(IMAGES, { recursive: true });
  const folder = mkdtempSync(join(tmpdir(), "screenshots-"));
  const receiver = spawn(
    executable,
    ["serve", "--demo", "--listen", "127.0.0.1:0", "--data-dir", folder, "--rate-limit", "off"],
    { stdio: ["ignore", "pipe", "inherit"] },
  );
  const stopped = once(receiver, "exit");
  try {
    const address = await ready(receiver);
    const browser = await chromium.launch({
      executablePath: "/usr/bin/chromium",
      args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
    });
    for (const visitor of VOTES) await castVotes(address, visitor);
    for (const theme of THEMES) {
      await demo(browser, address, theme);
      await phone(browser, address, theme);
      await dashboard(browser, address, theme);
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
    if (address) return address;
  }
  throw new Error("the receiver ended before it was ready");
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

  await page.locator("#route workflowai-feedback [value=positive]").click();
  await page.locator("#route workflowai-feedback [role=status]:not(:empty)").waitFor();
  await page.keyboard.press("Escape");
  await page.locator("h1").click();
  await picture(page, `demo-voted-${theme}`);

  await page.goto(`${address}/#tickets`);
  await page.locator("#tickets workflowai-feedback [value=negative]").click();
  await page.locator("#tickets workflowai-feedback [name=reason]").first().click();
  await page
    .locator("#tickets workflowai-feedback textarea")
    .fill("The bus leaves from the other station.");
  await picture(page, `demo-panel-${theme}`);
  await page.context().close();
}

async function phone(browser: Browser, address: string, theme: Theme) {
  const page = await open(browser, `${address}/#riad`, theme, PHONE);
  await page.locator("#riad workflowai-feedback [value=negative]").click();
  await picture(page, `demo-phone-${theme}`);
  await page.context().close();
}

async function dashboard(browser: Browser, address: string, theme: Theme) {
  const page = await open(browser, `${address}/dashboard`, theme, DESKTOP);
  await picture(page, `dashboard-${theme}`);
  await page.context().close();
}

async function open(browser: Browser, url: string, theme: Theme, viewport: typeof DESKTOP) {
  const context = await browser.newContext({ viewport, colorScheme: theme, timezoneId: "UTC" });
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
