// What survives an end 50 ms after the press; node --import tsx tests/faults/survival.ts [ROUNDS]
// prints the table of docs/delivery.md. The receiver cannot be reached until the next visit.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { argv } from "node:process";
import { type Browser, chromium, type Page } from "playwright-core";

const ROUNDS = Number(argv[2] ?? 10);
const folder = process.env.WORKFLOWAI_FEEDBACK_PACKAGE as string;
const pause = (milliseconds: number) => new Promise((done) => setTimeout(done, milliseconds));

let reachable = false;
let votes = 0;
const HTML = `<!doctype html><html lang="en"><workflowai-feedback feedback-token="t">
  </workflowai-feedback><script type="module" src="/index.js"></script></html>`;
const site = createServer(async (request, response) => {
  const path = request.url as string;
  if (path.startsWith("/v1/")) {
    if (!reachable) return void request.socket.destroy();
    let text = "";
    for await (const part of request) text += part;
    const { outcome, intent } = JSON.parse(text);
    votes++;
    return void response.end(JSON.stringify({ id: "1", outcome, intent }));
  }
  const type = { js: "text/javascript", wasm: "application/wasm" }[path.split(".")[1] ?? ""];
  response.setHeader("content-type", type ?? "text/html");
  response.end(type ? await readFile(join(folder, path)).catch(() => "") : HTML);
}).listen(0, "127.0.0.1");
await once(site, "listening");
const address = `http://127.0.0.1:${(site.address() as AddressInfo).port}/`;

const start = async (profile: string): Promise<[ChildProcess, Browser]> => {
  const program = process.env.CHROMIUM ?? "/usr/bin/chromium";
  const args = ["--headless", "--no-sandbox", "--disable-gpu", "--remote-debugging-port=0"];
  const running = spawn(program, [...args, `--user-data-dir=${profile}`, "about:blank"], {
    stdio: ["ignore", "ignore", "pipe"],
    detached: true,
  });
  for await (const part of running.stderr as AsyncIterable<Buffer>) {
    const found = /listening on (ws:\S+)/.exec(`${part}`)?.[1];
    if (found) return [running, await chromium.connectOverCDP(found)];
  }
  throw new Error("Chromium ended");
};

const stop = async (running: ChildProcess) => {
  const ended = once(running, "exit");
  // The whole of it, without a word.
  process.kill(-(running.pid as number), "SIGKILL");
  await ended;
};

const open = async (browser: Browser): Promise<Page> => {
  const [context] = browser.contexts();
  if (!context) throw new Error("Chromium has no window");
  const page = await context.newPage();
  await page.goto(address);
  return page;
};

type End = (page: Page, running: ChildProcess) => Promise<void>;
const ENDS: [what: string, wait: number, end: End][] = [
  ["the tab is closed", 50, (page) => page.close()],
  [
    "the renderer is killed",
    50,
    async (page) => {
      const session = await page.context().newCDPSession(page);
      const crash = page.waitForEvent("crash");
      session.send("Page.crash").catch(() => {});
      await crash;
    },
  ],
  ["the browser is killed", 50, (_, running) => stop(running)],
  ["the browser is killed after 10 s", 10_000, (_, running) => stop(running)],
];

for (const [what, wait, end] of ENDS) {
  let survived = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const profile = await mkdtemp(join(tmpdir(), "survival-"));
    reachable = false;
    let [running, browser] = await start(profile);
    const page = await open(browser);
    await page.evaluate(() =>
      document
        .querySelector("workflowai-feedback")
        ?.shadowRoot?.querySelector<HTMLElement>("[value=positive]")
        ?.click(),
    );
    await pause(wait);
    await end(page, running);
    if (running.exitCode === null && running.signalCode === null) await pause(300);
    else [running, browser] = await start(profile);
    votes = 0;
    reachable = true;
    await open(browser);
    for (let time = 0; time < 50 && !votes; time++) await pause(100);
    if (votes) survived++;
    await stop(running);
    await rm(profile, { recursive: true, force: true, maxRetries: 5 });
  }
  console.log(`${what}: ${survived} of ${ROUNDS}`);
}
site.closeAllConnections();
site.close();
process.exit();
