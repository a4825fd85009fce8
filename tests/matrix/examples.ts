// The examples, from the packed package.
import assert from "node:assert/strict";
import { cp, mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { Page } from "playwright-core";
import { browser } from "../browser/fixtures/chromium.ts";
import { readme } from "../browser/fixtures/readme.ts";
import { program } from "../browser/fixtures/stranger.ts";
import { Widget } from "../browser/fixtures/widget.ts";
import { project } from "./install.ts";
import { openReceiver, type Receiver } from "./receiver.ts";
import { type Served, serveBy, serveFolder } from "./serve.ts";

/** The heavy ones need packages of their own, and minutes: not for every day. */
const heavy = process.env.MATRIX === "everyday" ? () => {} : test;

const EXAMPLES = join(import.meta.dirname, "../../examples");

let receiver: Receiver;
before(async () => {
  receiver = await openReceiver();
});
after(() => receiver.close());

/** Copies an example beside the pinned packages of a bundler's project. */
const lay = async (name: string, bundler: string) => {
  const folder = await project(bundler);
  const work = join(folder, "work", `example-${name}`);
  await rm(work, { recursive: true, force: true });
  await cp(join(EXAMPLES, name), work, { recursive: true });
  return { work, bin: join(folder, "node_modules/.bin"), folder };
};

/** The same for a page without a bundler: the package lies in the folder itself. */
const layPlain = async (name: string) => {
  const { work, folder } = await lay(name, "plain");
  const place = "node_modules/workflowai-feedback";
  await cp(join(folder, place), join(work, place), { recursive: true });
  return work;
};

/** What development servers write for their own users. */
const OWN = /^\[(HMR|Fast Refresh)\]|React DevTools/;

/** Opens the page, whose votes go to the receiver, and closes everything when the visit is over. */
const visit = async (served: Served, look: (page: Page) => Promise<void>, path = "") => {
  receiver.forget();
  const context = await browser.newContext();
  context.setDefaultTimeout(20_000);
  const page = await context.newPage();
  const said: string[] = [];
  page.on("console", (message) => {
    if (!OWN.test(message.text())) said.push(message.text());
  });
  page.on("pageerror", (error) => said.push(String(error)));
  await page.addInitScript({ content: keepThumb });
  await page.route(
    ({ pathname }) => pathname.startsWith("/v1/") || pathname.startsWith("/feedback/v1/"),
    (route) => {
      const { pathname } = new URL(route.request().url());
      return route.continue({ url: receiver.address + pathname.replace("/feedback", "") });
    },
  );
  try {
    await page.goto(served.address + path, { timeout: 90_000 });
    await look(page);
    assert.deepEqual(said, []);
  } finally {
    await context.close();
    await served.close();
  }
};

/** Presses thumbs up and waits for the vote of a token. */
const vote = async (page: Page, token: string, user?: string) => {
  await page.locator("workflowai-feedback [value=positive][aria-disabled=false]").click();
  await page.locator("workflowai-feedback .workflowai-feedback[data-status=sent]").waitFor();
  const [call] = receiver.of(token);
  // `restore` comes as a question of its own, which the receiver does not count.
  assert.deepEqual([call?.body.outcome, call?.body.user_id], ["positive", user]);
};

/** Looks at the page as it is without any script. */
const seeWithoutScript = async (address: string, name: string) => {
  const context = await browser.newContext({ javaScriptEnabled: false });
  const page = await context.newPage();
  await page.goto(address, { timeout: 90_000 });
  const box = await page.getByRole("button", { name, exact: true }).boundingBox();
  await context.close();
  assert.ok(box && box.width >= 24 && box.width < 100, "the thumbs are painted and styled");
};

/** Runs in the page: keeps the thumb that is there when the element is defined. */
const keepThumb = `
  const { define } = CustomElementRegistry.prototype;
  CustomElementRegistry.prototype.define = function (...given) {
    globalThis.written = document.querySelector("workflowai-feedback")?.shadowRoot?.querySelector("button");
    return define.apply(this, given);
  };`;

/** Votes by the very thumbs that the server wrote. */
const voteOnWritten = async (page: Page) => {
  await vote(page, "token-of-the-run", "u-7");
  const same = `written === document.querySelector("workflowai-feedback").shadowRoot.querySelector("button")`;
  assert.ok(await page.evaluate(same));
};

test("the README's minute with the package: its page, by Vite, to a real receiver", async (t) => {
  const folder = await project("vite-8");
  const work = join(folder, "work/readme");
  await mkdir(work, { recursive: true });
  const { page: html } = await readme(t, 'import "workflowai-feedback"');
  await writeFile(join(work, "index.html"), html);
  const vite = join(folder, "node_modules/.bin/vite");
  const served = await serveBy(work, [vite, "--host", "127.0.0.1", "--port", "PORT"], {});
  t.after(() => served.close());
  const context = await browser.newContext();
  t.after(() => context.close());
  const page = await context.newPage();
  await page.goto(served.address);
  const widget = new Widget(page);
  await widget.thumb("positive").click();
  await widget.reach("sent", "positive");
});

test("html", async () => {
  const work = await layPlain("html");
  await visit(await serveFolder(work), (page) => vote(page, "token-of-the-run", "u-7"));
});

for (const name of ["react", "vue", "svelte"]) {
  (name === "react" ? test : heavy)(name, async () => {
    const { work, bin } = await lay(name, "vite-8");
    await program(work, join(bin, "vite"), "build", "--logLevel", "warn");
    await visit(await serveFolder(join(work, "dist")), async (page) => {
      await vote(page, "token-of-the-run", "u-7");
      await page.getByText("We read every vote.").waitFor();
    });
  });
}

/** Copies the Next example, and says how to run a command of it. */
const layNext = async () => {
  const { work, bin } = await lay("next", "next-16");
  const file = join(bin, "next");
  // The packages lie above the copy.
  await writeFile(
    join(work, "next.config.mjs"),
    `export default { turbopack: { root: ${JSON.stringify(join(work, "../.."))} } };`,
  );
  const serve = (command: "start" | "dev") =>
    serveBy(work, [file, command, "--hostname", "127.0.0.1", "--port", "PORT"], {});
  return { work, file, serve };
};

heavy("next: an island, and thumbs that a server component wrote", async () => {
  const next = await layNext();
  await program(next.work, next.file, "build");
  await visit(await next.serve("start"), async (page) => {
    await vote(page, "token-of-the-run", "u-7");
    await page.getByText("We read every vote.").waitFor();
  });
  const seen = async (page: Page) => {
    await seeWithoutScript(page.url(), "Good answer");
    await voteOnWritten(page);
  };
  await visit(await next.serve("start"), seen, "painted");
  await visit(await next.serve("start"), async (page) => {
    await page.getByRole("link", { name: "Painted by the server" }).click();
    await page.locator("article").waitFor({ state: "detached" });
    await vote(page, "token-of-the-run", "u-7");
  });
});

heavy("next: in development React has nothing to say about what the server wrote", async () => {
  const next = await layNext();
  await visit(await next.serve("dev"), voteOnWritten, "painted");
});

for (const name of ["ai-sdk", "assistant-ui"]) {
  heavy(`${name}: the token comes in the metadata that ends the message`, async () => {
    const { work, bin } = await lay(name, name);
    await program(work, join(bin, "vite"), "build", "--logLevel", "warn");
    const served = await serveBy(work, [process.execPath, "server.js"], { PORT: "PORT" });
    await visit(served, async (page) => {
      await page.getByLabel("Question").fill("What is the capital of France?");
      await page.getByRole("button", { name: "Ask" }).click();
      await page.getByText("The capital of France is Paris.").waitFor();
      await page.locator("workflowai-feedback [value=positive][aria-disabled=false]").waitFor();
      const token = await page.locator("workflowai-feedback").getAttribute("feedback-token");
      assert.match(`${token}`, /^token-of-/);
      await vote(page, `${token}`);
    });
  });
}

test("server-rendered: thumbs without any script, in German, under a strict policy", async () => {
  const work = await layPlain("server-rendered");
  const served = await serveBy(work, [process.execPath, "server.js"], { PORT: "PORT" });
  await visit(served, async (page) => {
    await seeWithoutScript(page.url(), "Gute Antwort");
    await voteOnWritten(page);
  });
});

test("own-backend: votes go through it alone, are changed and taken back", async () => {
  const work = await layPlain("own-backend");
  const served = await serveBy(work, [process.execPath, "server.js"], { PORT: "PORT" });
  await visit(served, async (page) => {
    const kept = async () => {
      const [[run, { outcome, comment }]] = (await (
        await page.request.get(`${served.address}my/votes`)
      ).json()) as [[string, { outcome: string | null; comment: string | null }]];
      return [run, outcome, comment];
    };
    const view = page.locator("workflowai-feedback .workflowai-feedback");
    const reach = (status: string, outcome: string) =>
      page
        .locator(`.workflowai-feedback[data-status=${status}][data-outcome="${outcome}"]`)
        .waitFor();
    await view.locator("[value=negative]").click();
    await reach("sent", "negative");
    await page.locator("workflowai-feedback textarea").fill("too short");
    await page.locator("workflowai-feedback [name=send]").click();
    await page.waitForFunction(async () =>
      `${await (await fetch("/my/votes")).text()}`.includes("too short"),
    );
    assert.deepEqual(await kept(), ["run-42", "negative", "too short"]);
    await reach("sent", "negative");
    await view.locator("[value=negative]").click();
    await reach("sent", "");
    assert.deepEqual(await kept(), ["run-42", null, null]);
    assert.deepEqual(receiver.of("run-42"), []);
  });
});
