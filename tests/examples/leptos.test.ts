// The Leptos examples, as they were built: LEPTOS_CSR and LEPTOS_AXUM name folders with `pkg/`,
// LEPTOS_AXUM_SERVER the program that goes with the latter. What is not named is not tried.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { after, before, describe, test } from "node:test";
import type { Page } from "playwright-core";
import { type Site, serveExample } from "./fixtures/site.ts";
import { visit } from "./fixtures/visit.ts";

const { LEPTOS_CSR: csr, LEPTOS_AXUM: axum, LEPTOS_AXUM_SERVER: program } = process.env;

/** A thumb of the page, in a state. */
const thumb = (page: Page, outcome: string, state = "") =>
  page.locator(`[value=${outcome}]${state}`);

const sent = (page: Page) => page.locator(".workflowai-feedback[data-status=sent]").waitFor();

describe("leptos-csr", { skip: !csr }, () => {
  let site: Site;
  before(async () => {
    site = await serveExample("leptos-csr", csr as string);
  });
  after(() => site.close());

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
      await page.goto(site.address);
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
