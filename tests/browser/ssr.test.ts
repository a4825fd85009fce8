// The element as a server writes it: painted without script, adopted by the package's script.
import assert from "node:assert/strict";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join, resolve } from "node:path";
import { after, before, test } from "node:test";
import { pathToFileURL } from "node:url";
import { type Browser, type BrowserContextOptions, chromium } from "playwright-core";

const PACKAGE = resolve(process.env.WORKFLOWAI_FEEDBACK_PACKAGE ?? "dist/package");
const { renderFeedback, renderShadowRoot }: typeof import("../../element/ssr.ts") = await import(
  pathToFileURL(join(PACKAGE, "ssr.js")).href
);

let html: string;
let policy: string;
const server = createServer(async (request, response) => {
  const path = request.url ?? "";
  const type = /\.(js|css|wasm)$/.exec(path)?.[1];
  if (type) {
    const mime = { js: "text/javascript", css: "text/css", wasm: "application/wasm" }[type];
    response.writeHead(200, { "content-type": mime ?? "" });
    return response.end(await readFile(join(PACKAGE, path)));
  }
  response.writeHead(200, { "content-type": "text/html", "content-security-policy": policy });
  response.end(`<!doctype html><html lang="en"><title>Answers</title><body>${html}
    <script type="module" src="/index.js"></script>`);
});

let browser: Browser;
let base: string;

before(async () => {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox"],
  });
});

after(async () => {
  await browser.close();
  server.closeAllConnections();
  server.close();
});

/** Opens the page and says what its console said. */
const visit = async (options: BrowserContextOptions = {}) => {
  const page = await (await browser.newContext(options)).newPage();
  const said: string[] = [];
  page.on("console", (message) => said.push(message.text()));
  page.on("pageerror", (error) => said.push(String(error)));
  await page.goto(base);
  return { page, said };
};

const STRICT =
  "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'; style-src ";

test("thumbs are painted and styled without any script, under a nonce", async () => {
  policy = `${STRICT}'nonce-n0nce'`;
  html = await renderFeedback({ feedbackToken: "token", outcome: "negative", nonce: "n0nce" });
  const { page, said } = await visit({ javaScriptEnabled: false });
  const thumbs = page.getByRole("button", { name: /answer/ });
  assert.equal(await thumbs.count(), 2);
  assert.deepEqual(
    [
      await thumbs.nth(0).getAttribute("aria-pressed"),
      await thumbs.nth(1).getAttribute("aria-pressed"),
      await thumbs.nth(0).getAttribute("aria-disabled"),
    ],
    ["false", "true", "false"],
  );
  const box = await thumbs.nth(0).boundingBox();
  assert.ok(box && box.width >= 24 && box.width < 100, "the stylesheet applies");
  assert.deepEqual(said, []);
});

test("a linked stylesheet serves policies without nonces", async () => {
  policy = `${STRICT}'self'`;
  html = await renderFeedback({ feedbackToken: "token", stylesheetUrl: "/style.css" });
  const { page, said } = await visit({ javaScriptEnabled: false });
  const box = await page.getByRole("button", { name: "Good answer" }).boundingBox();
  assert.ok(box && box.width >= 24 && box.width < 100, "the stylesheet applies");
  assert.deepEqual(said, []);
});

test("the script adopts the very nodes", async () => {
  policy = `${STRICT}'nonce-n0nce'`;
  const root = await renderShadowRoot({ nonce: "n0nce" });
  html = `<workflowai-feedback feedback-token="token">${root}</workflowai-feedback>
    <script nonce="n0nce">window.thumb = document.querySelector("workflowai-feedback").shadowRoot.querySelector("button")</script>`;
  policy = policy.replace("'self'", "'self' 'nonce-n0nce'");
  const { page, said } = await visit();
  await page.waitForFunction(() => customElements.get("workflowai-feedback"));
  assert.equal(
    await page.evaluate(
      () =>
        (window as unknown as { thumb: Element }).thumb ===
        document.querySelector("workflowai-feedback")?.shadowRoot?.querySelector("button"),
    ),
    true,
  );
  assert.deepEqual(said, []);
});

test("attributes are escaped and complete", async () => {
  const written = await renderFeedback({
    feedbackToken: `a"><script>`,
    userID: "u&v",
    reasons: ['"quoted"'],
    label: "Feedback on <b>",
    restore: true,
    readonly: false,
    dir: "rtl",
  });
  const [tag] = written.split("<template");
  assert.equal(
    tag,
    '<workflowai-feedback feedback-token="a&#34;&#62;&#60;script&#62;" user-id="u&#38;v"' +
      ' label="Feedback on &#60;b&#62;" reasons="[&#34;\\&#34;quoted\\&#34;&#34;]" restore dir="rtl">',
  );
  assert.ok(written.includes('role="group" aria-label="Feedback on &#60;b&#62;"'));
});

test("every text is replaced by the page's own", async () => {
  const names = ["group", "positive", "negative", "comment", "reasons", "close", "send"];
  const messages = Object.fromEntries(names.map((name) => [name, `<${name}>`]));
  const english = await renderShadowRoot();
  const own = await renderShadowRoot({ messages });
  for (const name of names) assert.ok(own.includes(`&#60;${name}&#62;`), name);
  const shape = (text: string) => text.replaceAll(/"[^"]*"/g, "").replaceAll(/>[^<]*</g, "><");
  const markup = (text: string) => shape(text.slice(text.indexOf("<div")));
  assert.equal(markup(own), markup(english));
});
