// The forms of the package that are no module of many files, and the one that replaces another.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { build } from "esbuild";
import { browser } from "./fixtures/chromium.ts";
import { OPEN } from "./fixtures/scene.ts";
import { openSite, PACKAGE, type Site } from "./fixtures/site.ts";
import { link, MODULES, pack, program, stranger } from "./fixtures/stranger.ts";
import { Widget } from "./fixtures/widget.ts";

/** Opens a page on a site of its own. */
const visit = async (t: TestContext, html: string, prepare: (site: Site) => void = () => {}) => {
  const site = await openSite();
  t.after(() => site.close());
  site.html = `<!doctype html><html lang="en"><title>Answers</title>${html}`;
  prepare(site);
  const context = await browser.newContext();
  t.after(() => context.close());
  const page = await context.newPage();
  const said: string[] = [];
  page.on("console", (message) => said.push(message.text()));
  page.on("pageerror", (error) => said.push(String(error)));
  await page.goto(site.address);
  return { site, page, said, widget: new Widget(page) };
};

const ELEMENT = '<workflowai-feedback feedback-token="token" user-id="u"></workflowai-feedback>';
const paths = (site: Site) => site.calls.map(({ path }) => path);

test("a plain script defines the element before the next one runs", async (t) => {
  const html = `${ELEMENT}<script src="/classic.js"></script><script>
    painted = !!document.querySelector("workflowai-feedback").shadowRoot;
    WorkflowAIFeedback.configure({ apiUrl: "/elsewhere" });
  </script>`;
  const { site, page, said, widget } = await visit(t, html);
  assert.equal(await page.evaluate("painted"), true);
  assert.equal(
    await page.evaluate("Object.keys(WorkflowAIFeedback).join()"),
    ["FeedbackElement", "configure", "define"].join(),
  );
  assert.deepEqual(
    site.fetched.filter((path) => /core|loader/.test(path)),
    [],
  );
  await widget.thumb("positive").click();
  await widget.reach("sent", "positive");
  assert.deepEqual(paths(site), ["/elsewhere/v1/feedback"]);
  assert.ok(site.fetched.includes("/core.wasm"));
  assert.deepEqual(said, []);
});

test("a plain script from another origin comes with integrity, and finds what it loads later", async (t) => {
  const network = await openSite();
  t.after(() => network.close());
  network.files = new Proxy(
    {},
    {
      get: () => (response: import("node:http").ServerResponse, own: Buffer | undefined) => {
        response.setHeader("access-control-allow-origin", "*");
        response.writeHead(own ? 200 : 404).end(own);
      },
    },
  );
  const script = await readFile(join(PACKAGE, "classic.js"));
  const integrity = `sha384-${createHash("sha384").update(script).digest("base64")}`;
  const html = `<script src="${network.address}classic.js" integrity="${integrity}"
    crossorigin></script>${ELEMENT}`;
  const { site, said, widget } = await visit(t, html);
  await widget.thumb("negative").click();
  await widget.reach("sent", "negative");
  assert.deepEqual(paths(site), ["/v1/feedback"]);
  assert.ok(network.fetched.includes("/core.wasm"));
  assert.deepEqual(said, []);
});

test("the inlined package is one file: core, stand-in and languages come with it", async (t) => {
  const html = `<body lang="de">${ELEMENT}<script type="module" src="/inline.js"></script>`;
  const { site, page, said, widget } = await visit(t, html, (site) => {
    site.policy = OPEN;
  });
  await page.evaluate(() => {
    const { instantiate } = WebAssembly;
    Object.assign(window, { started: 0 });
    WebAssembly.instantiate = ((...given: Parameters<typeof instantiate>) => {
      (window as unknown as { started: number }).started++;
      return instantiate(...given);
    }) as typeof instantiate;
  });
  await widget.thumb("positive").click();
  await widget.reach("sent", "positive");
  assert.equal(await page.evaluate("started"), 1);
  assert.equal(await widget.thumb("positive").getAttribute("aria-label"), "Gute Antwort");
  assert.deepEqual(site.fetched, ["/inline.js"]);
  assert.deepEqual(paths(site), ["/v1/feedback"]);
  assert.deepEqual(said, []);
});

test("where WebAssembly is refused the inlined package votes all the same", async (t) => {
  const html = `${ELEMENT}<script type="module" src="/inline.js"></script>`;
  const { site, widget } = await visit(t, html, (site) => {
    site.policy = "default-src 'none'; script-src 'self'; connect-src 'self'";
  });
  await widget.thumb("positive").click();
  await widget.reach("sent", "positive");
  assert.deepEqual(site.fetched, ["/inline.js"]);
});

/** As the original documentation has it. */
const ORIGINAL = `
import { createRoot } from "react-dom/client";
import { FeedbackButtons, getFeedback, openFeedbackModal, sendFeedback } from '@workflowai/react'

const token = "token";
createRoot(document.getElementById("root")!).render(
  <FeedbackButtons feedbackToken={token} userID={"u"} className='mine'/>
);
Object.assign(globalThis, { getFeedback, openFeedbackModal, sendFeedback });
`;

const TSCONFIG = JSON.stringify({
  compilerOptions: {
    target: "ES2022",
    module: "ESNext",
    moduleResolution: "bundler",
    jsx: "react-jsx",
    strict: true,
    noEmit: true,
    types: [],
    preserveSymlinks: true,
  },
  files: ["app.tsx"],
});
const REACT = ["react", "react-dom", "scheduler", "@types/react", "@types/react-dom", "csstype"];

const WAYS = {
  "with nothing but the import changed": (code: string) =>
    code.replace("'@workflowai/react'", "'workflowai-feedback/react'"),
  "with nothing changed, by an alias": (code: string) => code,
};

for (const [how, change] of Object.entries(WAYS)) {
  test(`the original package's usage runs ${how}`, async (t) => {
    const files = { "app.tsx": change(ORIGINAL), "tsconfig.json": TSCONFIG };
    const folder = await stranger(files);
    if (how.includes("alias")) {
      const tarball = await pack(folder, `${PACKAGE}-react`);
      await program(
        folder,
        "npm",
        "install",
        `@workflowai/react@file:${tarball}`,
        "--offline",
        "--no-audit",
        "--no-fund",
        "--legacy-peer-deps",
      );
    }
    await link(folder, REACT);
    await program(folder, process.execPath, join(MODULES, "typescript/bin/tsc"));
    await build({
      absWorkingDir: folder,
      entryPoints: ["app.tsx"],
      bundle: true,
      format: "esm",
      jsx: "automatic",
      splitting: true,
      outdir: "out",
      define: { "process.env.NODE_ENV": '"production"' },
      preserveSymlinks: true,
      logLevel: "error",
    });
    const html = `<meta name="workflowai-feedback" content='{"apiUrl": "/receiver"}'>
      <div id="root"></div><script type="module" src="/app.js"></script>`;
    const { site, page, widget } = await visit(t, html, (site) => {
      site.files = new Proxy(
        {},
        {
          get: (_, path: string) => async (response: import("node:http").ServerResponse) => {
            const file = await readFile(join(folder, "out", path)).catch(() => undefined);
            response.writeHead(file ? 200 : 404).end(file);
          },
        },
      );
    });
    await widget.thumb("positive").click();
    await widget.reach("sent", "positive");
    assert.equal(await widget.element.getAttribute("class"), "mine");
    const voted = site.calls.filter(({ path }) => path === "/receiver/v1/feedback");
    assert.deepEqual(
      voted.map(({ body: { feedback_token, user_id, outcome } }) => [
        feedback_token,
        user_id,
        outcome,
      ]),
      [["token", "u", "positive"]],
    );
    // The functions send no intent, as the original did not.
    site.answer = ({ body }) => ({ status: 200, body: { id: "1", ...body } });
    await page.evaluate(
      'sendFeedback({ feedbackToken: "token", userID: "u", outcome: "negative", comment: "why" })',
    );
    assert.equal(site.calls.at(-1)?.body.comment, "why");
  });
}
