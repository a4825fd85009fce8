// The React entry, bundled as an app would bundle it, with server rendering and hydration.
import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { after, before, beforeEach, test } from "node:test";
import { build } from "esbuild";
import { type Browser, chromium, type Page } from "playwright-core";

const PACKAGE = resolve(process.env.WORKFLOWAI_FEEDBACK_PACKAGE ?? "dist/package");
/** Where the app finds React; `tests/matrix/react-18.ts` says another place. */
const MODULES = resolve(
  process.env.REACT_MODULES ?? join(import.meta.dirname, "../../node_modules"),
);

const EVENTS = ["onBeforeSend", "onChange", "onSent", "onQueued", "onError", "onRetract"];
const APP = `
import { createElement as h, StrictMode, useEffect, useRef, useState } from "react";
import { FeedbackButtons } from "workflowai-feedback/react";
export const App = () => {
  const [state, setState] = useState({ token: undefined, heard: [], answer: "" });
  const ref = useRef(null);
  const hear = (name) => (event) =>
    setState((before) => ({ ...before, heard: [...before.heard, name + ":" + event.type] }));
  useEffect(() => {
    globalThis.ref = ref;
    globalThis.stream = (words) =>
      setState((before) => ({ ...before, answer: before.answer + words }));
    globalThis.giveToken = (token) => setState((before) => ({ ...before, token }));
  });
  return h(StrictMode, null,
    h(FeedbackButtons, {
      ref, feedbackToken: state.token, userID: "u", className: "mine", style: { margin: "3px" },
      reasons: ["Slow"], restore: false, disabled: false,
      ...Object.fromEntries(${JSON.stringify(EVENTS)}.map((name) => [name, hear(name)])),
    }, h("b", { slot: "positive" }, "+")),
    h("output", null, state.heard.join(" ")),
    h("p", null, state.answer));
};`;
const CLIENT = `
import { createElement as h, version } from "react";
import { hydrateRoot } from "react-dom/client";
import { getFeedback, openFeedbackModal, sendFeedback } from "workflowai-feedback/react";
import { App } from "app";
Object.assign(globalThis, { getFeedback, openFeedbackModal, sendFeedback, version });
hydrateRoot(document.getElementById("root"), h(App), {
  onRecoverableError: (error) => console.error("hydration:", error.message),
});`;
const SERVER = `
import { createElement as h } from "react";
import { renderToString } from "react-dom/server";
import { App } from "app";
export default renderToString(h(App));`;

const bundle = async (contents: string, platform: "browser" | "node") => {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: PACKAGE, loader: "js" },
    bundle: true,
    write: false,
    format: platform === "browser" ? "esm" : "cjs",
    logLevel: "error",
    platform,
    splitting: platform === "browser",
    outdir: "/out",
    chunkNames: "[name]-[hash]",
    // What lies above the package is the repository's own.
    alias: Object.fromEntries(["react", "react-dom"].map((name) => [name, join(MODULES, name)])),
    define: { "process.env.NODE_ENV": '"development"' },
    plugins: [
      {
        name: "app",
        setup({ onResolve, onLoad }) {
          onResolve({ filter: /^app$/ }, () => ({ path: "app", namespace: "app" }));
          onLoad({ filter: /./, namespace: "app" }, () => ({ contents: APP, resolveDir: PACKAGE }));
          onResolve({ filter: /^workflowai-feedback\/react$/ }, () => ({
            path: join(PACKAGE, "react.js"),
          }));
        },
      },
    ],
  });
  return new Map(outputFiles.map(({ path, text }) => [path.slice("/out".length), text]));
};

interface Body {
  outcome?: string;
  comment?: string;
  items?: object[];
  user_id?: string;
  intent?: { client: string; sequence: number };
}
let seen: { path: string; body: Body }[] = [];
let files: Map<string, string>;
let rendered: string;
let browser: Browser;
let base: string;
let page: Page;
let said: string[];
let folder: string;

const server = createServer(async (request, response) => {
  const path = request.url ?? "";
  if (path.startsWith("/v1/")) {
    let text = "";
    for await (const part of request) text += part;
    const body: Body = JSON.parse(text);
    seen.push({ path, body });
    const { outcome, comment, user_id, intent, items } = body;
    const reply = items
      ? { items: items.map(() => ({ outcome: "negative" })) }
      : { id: "1", outcome: outcome ?? null, comment, user_id, intent };
    return response.end(JSON.stringify(reply));
  }
  const script = files.get(path);
  if (script !== undefined) {
    response.writeHead(200, { "content-type": "text/javascript" });
    return response.end(script);
  }
  response.writeHead(path === "/" ? 200 : 404, { "content-type": "text/html" });
  response.end(`<!doctype html><html lang="en"><title>App</title><link rel="icon" href="data:,">
    <div id="root">${rendered}</div><script type="module" src="/stdin.js"></script>`);
});

before(async () => {
  files = await bundle(CLIENT, "browser");
  folder = await mkdtemp(join(tmpdir(), "react-"));
  const [code] = (await bundle(SERVER, "node")).values();
  const file = join(folder, "server.cjs");
  await writeFile(file, code ?? "");
  rendered = createRequire(file)(file).default;
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
  await rm(folder, { recursive: true });
  server.closeAllConnections();
  server.close();
});

beforeEach(async () => {
  seen = [];
  said = [];
  page = await (await browser.newContext()).newPage();
  page.on("console", (message) => said.push(message.text()));
  page.on("pageerror", (error) => said.push(String(error)));
  await page.goto(base);
  await page.waitForFunction(() => "giveToken" in globalThis);
});

const call = (name: string, ...options: unknown[]) =>
  page.evaluate(
    ([name, options]) =>
      (globalThis as unknown as Record<string, (...options: unknown[]) => unknown>)[name]?.(
        ...options,
      ),
    [name, options] as const,
  );

test("the app has the React that it is to be tried with", async () => {
  const { version } = JSON.parse(await readFile(join(MODULES, "react/package.json"), "utf8"));
  assert.equal(await page.evaluate("version"), version);
});

test("the server writes the attributes, and hydration has nothing to say", async () => {
  assert.match(rendered, /^<workflowai-feedback [^>]*user-id="u"/);
  assert.match(rendered, / class="mine"/);
  assert.doesNotMatch(rendered.split(">")[0] ?? "", /restore|disabled|feedback-token/);
  assert.deepEqual(
    said.filter((text) => !text.includes("React DevTools")),
    [],
  );
});

test("a token that comes late makes the thumbs live; events reach the properties", async () => {
  await call("giveToken", "token");
  await page.locator("[value=positive]").click();
  await page.waitForFunction(() =>
    document.querySelector("output")?.textContent?.includes("feedback-sent"),
  );
  assert.equal(
    await page.locator("output").textContent(),
    "onChange:feedback-change onBeforeSend:feedback-before-send onSent:feedback-sent",
    "each once, under StrictMode too",
  );
  assert.deepEqual(
    seen.map(({ path, body }) => [path, body.outcome, body.user_id]),
    [["/v1/feedback", "positive", "u"]],
  );
});

test("a page that streams its answer, re-rendering with each word, sees nothing odd", async () => {
  // A word in each frame, from before the token comes to after the comment is sent.
  await page.evaluate(`
    globalThis.first = ref.current;
    (function next() {
      stream("word ");
      requestAnimationFrame(next);
    })()`);
  const rendered = async () => ((await page.locator("p").textContent()) ?? "").length;
  await call("giveToken", "token");
  await page.locator("[value=positive]").click();
  await page.locator("[data-status=sent]").waitFor();
  const text = page.locator("textarea");
  const before = await rendered();
  await text.pressSequentially("half a thought", { delay: 20 });
  await page.waitForFunction(
    (before) => (document.querySelector("p")?.textContent ?? "").length > before + 50,
    before,
  );
  assert.equal(await text.inputValue(), "half a thought");
  const state = () =>
    page.evaluate(() => {
      const { ref, first } = globalThis as unknown as {
        ref: { current: HTMLElement };
        first: HTMLElement;
      };
      const root = ref.current.shadowRoot as ShadowRoot;
      return {
        same: ref.current === first,
        panel: root.querySelector("[part=panel]:popover-open") !== null,
        focus: root.activeElement?.localName,
      };
    });
  assert.deepEqual(await state(), { same: true, panel: true, focus: "textarea" });
  await page.locator("[value=negative]").click();
  await page.locator("[data-outcome=negative][data-status=sent]").waitFor();
  assert.equal(await text.inputValue(), "half a thought");
  await page.locator("[name=send]").click();
  await page.waitForFunction(
    () => document.querySelector("output")?.textContent?.split("feedback-sent").length === 4,
  );
  assert.deepEqual(await state(), { same: true, panel: false, focus: "button" });
  const heard = ((await page.locator("output").textContent()) ?? "").split(" ");
  assert.deepEqual(
    heard.map((text) => text.replace(/.*:feedback-/, "")),
    ["change", "before-send", "sent", "change", "before-send", "sent", "before-send", "sent"],
  );
  assert.deepEqual(
    seen.map(({ body }) => [body.outcome, body.comment]),
    [
      ["positive", undefined],
      ["negative", undefined],
      ["negative", "half a thought"],
    ],
  );
  assert.deepEqual(
    // This site has no wasm: the core comes in a script.
    said.filter((text) => !/React DevTools|Failed to load resource/.test(text)),
    [],
  );
});

test("the ref is the element, dressed as asked", async () => {
  assert.deepEqual(
    await page.evaluate(() => {
      const { current } = (globalThis as unknown as { ref: { current: HTMLElement } }).ref;
      const { reasons } = current as unknown as { reasons: string[] };
      return [current.localName, current.className, current.style.margin, reasons];
    }),
    ["workflowai-feedback", "mine", "3px", ["Slow"]],
  );
});

test("the functions of the original package keep their call shapes", async () => {
  const key = { feedbackToken: "token", userID: "u" };
  await call("sendFeedback", { ...key, outcome: "positive", comment: "why" });
  assert.equal(await call("getFeedback", key), "negative");
  assert.deepEqual(
    seen.map(({ path, body: { outcome, comment } }) => [path, outcome, comment]),
    [
      ["/v1/feedback", "positive", "why"],
      ["/v1/feedback/lookup", undefined, undefined],
    ],
  );
});

test("the modal asks, sends, thanks and goes", async () => {
  // As text: what compiles this file marks functions in a way that a page does not know.
  await page.evaluate(`openFeedbackModal({
    feedbackToken: "token",
    outcome: "negative",
    onSubmitted: (outcome) => { document.title = outcome; },
  })`);
  await page.locator("dialog textarea").fill("too slow");
  await page.getByRole("button", { name: "Submit" }).click();
  await page.getByRole("heading", { name: "Thank you!" }).waitFor();
  assert.equal(await page.title(), "negative");
  assert.equal(seen[0]?.body.comment, "too slow");
  await page.getByRole("button", { name: "Done" }).click();
  await page.locator("dialog").waitFor({ state: "detached" });
});

test("Escape cancels the modal and sends nothing", async () => {
  await call("openFeedbackModal", { feedbackToken: "token", outcome: "positive" });
  await page.locator("dialog").waitFor();
  await page.keyboard.press("Escape");
  await page.locator("dialog").waitFor({ state: "detached" });
  assert.deepEqual(seen, []);
});

test("every event has a property", async () => {
  const events = ["before-send", "change", "sent", "queued", "error", "retract"].map(
    (name) => `feedback-${name}`,
  );
  await page.locator("workflowai-feedback").evaluate((element, events) => {
    for (const name of events) element.dispatchEvent(new CustomEvent(name));
  }, events);
  await page.waitForFunction(() => document.querySelector("output")?.textContent?.includes("Retr"));
  assert.equal(
    await page.locator("output").textContent(),
    EVENTS.map((name, index) => `${name}:${events[index]}`).join(" "),
  );
});

test("the entry is marked as client code", async () => {
  assert.match(await readFile(join(PACKAGE, "react.js"), "utf8"), /^"use client";/);
});
