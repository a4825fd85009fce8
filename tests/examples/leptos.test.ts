// The Leptos examples, as they were built: LEPTOS_CSR and LEPTOS_AXUM name folders with `pkg/`,
// LEPTOS_AXUM_SERVER the program that goes with the latter. What is not named is not tried.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join, normalize } from "node:path";
import { createInterface } from "node:readline";
import { after, before, describe, test } from "node:test";
import type { BrowserContextOptions, Page } from "playwright-core";
import { browser } from "../browser/fixtures/chromium.ts";
import { type Served, serve } from "../browser/fixtures/serve.ts";

const { LEPTOS_CSR: csr, LEPTOS_AXUM: axum, LEPTOS_AXUM_SERVER: program } = process.env;

/** A thumb of the page, in a state. */
const thumb = (page: Page, outcome: string, state = "") =>
  page.locator(`[value=${outcome}]${state}`);

const sent = (page: Page) => page.locator(".workflowai-feedback[data-status=sent]").waitFor();

/** Visits, and fails if the console says anything. */
const visit = async (
  options: BrowserContextOptions,
  look: (page: Page) => Promise<void>,
): Promise<void> => {
  const context = await browser.newContext(options);
  try {
    const page = await context.newPage();
    const said: string[] = [];
    page.on("console", (message) => said.push(message.text()));
    page.on("pageerror", (error) => said.push(String(error)));
    await look(page);
    assert.deepEqual(said, []);
  } finally {
    await context.close();
  }
};

describe("leptos-csr", { skip: !csr }, () => {
  let receiver: Served;
  const types: Record<string, string> = { js: "text/javascript", wasm: "application/wasm" };
  // What Trunk does: the page, with the wasm in it, and a way to the receiver.
  const site = createServer(async (request, response) => {
    const path = normalize(request.url as string);
    if (path.startsWith("/v1/") || path === "/demo/tokens") {
      const body: Buffer[] = [];
      for await (const part of request) body.push(part);
      const { method } = request;
      const headers = { "content-type": "application/json" };
      const sent = { method: method as string, headers, body: Buffer.concat(body) };
      const answer = await fetch(receiver.address + path.slice(1), sent);
      response.writeHead(answer.status, headers);
      return response.end(await answer.text());
    }
    if (path !== "/") {
      const type = types[path.split(".").pop() as string];
      if (!type) return response.writeHead(404).end();
      response.setHeader("content-type", type);
      return response.end(await readFile(join(csr as string, path)));
    }
    const page = await readFile("examples/leptos-csr/index.html", "utf8");
    const start = 'import start from "/pkg/example.js"; await start();';
    response.setHeader("content-type", "text/html");
    response.end(page.replace("</head>", `<script type="module">${start}</script></head>`));
  });
  before(async () => {
    receiver = await serve("--demo");
    site.listen(0, "127.0.0.1");
    await once(site, "listening");
  });
  after(async () => {
    site.closeAllConnections();
    site.close();
    await receiver.stop();
  });

  test("its wasm exports nothing of the element", async () => {
    const source = await readFile("src/element.rs", "utf8");
    const entries = [...source.matchAll(/^pub fn (\w+)/gm)].map(([, name]) => name as string);
    assert.ok(entries.includes("attach"), `${entries}`);
    const wasm = await readFile(join(csr as string, "pkg/example_bg.wasm"));
    const exports = WebAssembly.Module.exports(await WebAssembly.compile(wasm));
    const names = exports.map(({ name }) => name);
    assert.ok(names.includes("memory"));
    assert.deepEqual(
      entries.filter((entry) => names.includes(entry)),
      [],
    );
  });

  test("a vote is taken, and found again by the next page", () =>
    visit({}, async (page) => {
      const address = `http://127.0.0.1:${(site.address() as AddressInfo).port}/`;
      await page.goto(address);
      await thumb(page, "negative", "[aria-disabled=false]").click();
      await sent(page);
      await page.getByText("We read every vote.").waitFor();
      await page.getByRole("button", { name: "Too long" }).click();
      await page.reload();
      await thumb(page, "negative", "[aria-pressed=true]").waitFor();
      assert.equal(await thumb(page, "positive").getAttribute("aria-pressed"), "false");
    }));
});

describe("leptos-axum", { skip: !axum }, () => {
  let address: string;
  let stop: () => Promise<void>;
  before(async () => {
    const folder = await mkdtemp(join(tmpdir(), "leptos-axum-"));
    const running = spawn(program as string, {
      env: {
        ...process.env,
        FEEDBACK_DIR: folder,
        LEPTOS_OUTPUT_NAME: "example",
        LEPTOS_SITE_ADDR: "127.0.0.1:0",
        LEPTOS_SITE_ROOT: axum,
      },
      stdio: ["ignore", "pipe", "inherit"],
    });
    stop = async () => {
      const ended = running.exitCode === null && once(running, "exit");
      running.kill();
      await ended;
      await rm(folder, { recursive: true });
    };
    for await (const line of createInterface(running.stdout)) {
      address = /^ready (http:\S+)/.exec(line)?.[1] ?? "";
      if (address) break;
    }
    running.stdout.resume();
    assert.ok(address, "the example is ready");
  });
  after(() => stop());

  test("the thumbs that the server rendered hydrate, take a vote, and show it on the next page", () =>
    visit({}, async (page) => {
      // Told the server's thumbs from new ones: hydration keeps the nodes.
      await page.addInitScript(() => {
        document.addEventListener("DOMContentLoaded", () => {
          for (const node of document.querySelectorAll("[name=outcome]")) {
            node.setAttribute("data-by-server", "");
          }
        });
      });
      const hydrated = page.waitForResponse((response) => response.url().endsWith(".wasm"));
      await page.goto(address);
      await hydrated;
      await page.waitForFunction(() => document.adoptedStyleSheets.length > 0);
      await thumb(page, "positive", "[data-by-server]").click();
      await sent(page);
      assert.equal(await page.locator("[part=panel]:popover-open").count(), 1);
      await page.locator("textarea").fill("Right on time");
      await page.locator("[name=send]").click();
      await page.locator("[part=panel]:popover-open").waitFor({ state: "detached" });
      await sent(page);
      const html = await (await page.request.get(address)).text();
      assert.match(html, /value="positive"[^>]*aria-pressed="true"/);
      await page.reload();
      await thumb(page, "positive", "[aria-pressed=true]").waitFor();
      assert.equal(new URL(page.url()).pathname, "/", "no form was sent");
    }));

  test("with scripts off the thumbs are there and vote by a form", () =>
    visit({ javaScriptEnabled: false }, async (page) => {
      await page.goto(address);
      const group = page.getByRole("group", { name: "Feedback on the answer about trains" });
      await group.waitFor();
      assert.equal(await thumb(page, "negative").getAttribute("aria-disabled"), "false");
      await thumb(page, "negative").click();
      await thumb(page, "negative", "[aria-pressed=true]").waitFor();
      await thumb(page, "positive").click();
      await thumb(page, "positive", "[aria-pressed=true]").waitFor();
      assert.equal(await thumb(page, "negative").getAttribute("aria-pressed"), "false");
    }));

  test("a vote before the wasm has come counts as well", () =>
    visit({}, async (page) => {
      await page.route("**/*.wasm", (route) => route.abort());
      await page.goto(address);
      await thumb(page, "negative").click();
      await thumb(page, "negative", "[aria-pressed=true]").waitFor();
    }).catch((error) => {
      // Chromium reports the file it could not have.
      if (!String(error).includes("ERR_FAILED")) throw error;
    }));

  test("the receiver is part of the app", async () => {
    const response = await fetch(`${address}/feedback/v1/feedback/lookup`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ items: [{ feedback_token: "none" }] }),
    });
    assert.equal(response.status, 200);
    assert.equal((await fetch(`${address}/feedback/dashboard`)).status, 200);
  });
});
