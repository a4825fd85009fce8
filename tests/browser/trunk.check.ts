// What `trunk build` made of the demo: the Leptos component votes, and a reload restores the vote.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createServer, request, type Server } from "node:http";
import { extname, join } from "node:path";
import { after, before, test } from "node:test";
import { browser } from "./fixtures/chromium.ts";
import { receiver } from "./fixtures/receiver.ts";

const DIST = join(import.meta.dirname, "../../dist/trunk");
const TYPES: Record<string, string> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".css": "text/css",
  ".svg": "image/svg+xml",
  ".wasm": "application/wasm",
};

let site: Server;
let address: string;

/** As `trunk serve` does by Trunk.toml: its own files, and the rest from the receiver. */
before(async () => {
  site = createServer(async (asked, answer) => {
    const path = asked.url === "/" ? "/index.html" : (asked.url ?? "");
    if (path.startsWith("/v1/") || path === "/demo/tokens") {
      const { method, headers } = asked;
      const passed = request(new URL(path, receiver), { method, headers }, (response) => {
        answer.writeHead(response.statusCode ?? 502, response.headers);
        response.pipe(answer);
      });
      asked.pipe(passed);
      return;
    }
    const file = await readFile(join(DIST, path)).catch(() => undefined);
    answer.writeHead(file ? 200 : 404, {
      "content-type": TYPES[extname(path)] ?? "application/octet-stream",
    });
    answer.end(file);
  });
  await new Promise<void>((resolve) => site.listen(0, "127.0.0.1", resolve));
  const bound = site.address();
  if (!bound || typeof bound === "string") throw new Error("the site has no port");
  address = `http://127.0.0.1:${bound.port}/`;
});

after(() => {
  site.closeAllConnections();
  site.close();
});

test("the Leptos component votes in the page that Trunk built, and a reload restores it", async (t) => {
  const context = await browser.newContext();
  t.after(() => context.close());
  const page = await context.newPage();
  const errors: string[] = [];
  page.on("pageerror", (error) => errors.push(String(error)));
  await page.goto(address);

  const thumb = page.locator("#tickets .workflowai-feedback [value=negative]");
  await page.locator("#tickets [value=negative][aria-disabled=false]").waitFor();
  assert.equal(await page.locator("workflowai-feedback").count(), 0);
  assert.equal(await page.locator(".workflowai-feedback").count(), 7);

  await thumb.click();
  await page.locator("#tickets .workflowai-feedback[data-status=sent]").waitFor();
  const reasons = page.locator("#tickets [name=reason]:visible");
  assert.deepEqual(await reasons.allTextContents(), [
    "Wrong facts",
    "Too long",
    "Not what I asked",
  ]);

  await page.reload();
  await page.locator("#tickets [value=negative][aria-pressed=true]").waitFor();
  assert.deepEqual(errors, []);
});

test("the streamed answer's token comes last", async (t) => {
  const context = await browser.newContext();
  t.after(() => context.close());
  const page = await context.newPage();
  await page.goto(address);
  const thumb = page.locator("#packing [value=positive]");
  await page.locator("#cash [value=positive][aria-disabled=false]").waitFor();
  assert.equal(await thumb.getAttribute("aria-disabled"), "true");
  await page.locator("#packing .stream-skip").click();
  await page.locator("#packing [value=positive][aria-disabled=false]").waitFor();
});
