// The examples, from the packed package.
import assert from "node:assert/strict";
import { cp, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { Page } from "playwright-core";
import { browser } from "../browser/fixtures/chromium.ts";
import { program } from "../browser/fixtures/stranger.ts";
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

/** Opens the page, whose votes go to the receiver, and closes everything when the visit is over. */
const visit = async (served: Served, look: (page: Page) => Promise<void>) => {
  receiver.forget();
  const context = await browser.newContext();
  context.setDefaultTimeout(20_000);
  const page = await context.newPage();
  const said: string[] = [];
  page.on("console", (message) => said.push(message.text()));
  page.on("pageerror", (error) => said.push(String(error)));
  await page.route(
    ({ pathname }) => pathname.startsWith("/v1/") || pathname.startsWith("/feedback/v1/"),
    (route) => {
      const { pathname } = new URL(route.request().url());
      return route.continue({ url: receiver.address + pathname.replace("/feedback", "") });
    },
  );
  try {
    await page.goto(served.address, { timeout: 90_000 });
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

test("html", async () => {
  const { work, folder } = await lay("html", "plain");
  await cp(
    join(folder, "node_modules/workflowai-feedback"),
    join(work, "node_modules/workflowai-feedback"),
    { recursive: true },
  );
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

heavy("next", async () => {
  const { work, bin } = await lay("next", "next-16");
  // The packages lie above the copy.
  await writeFile(
    join(work, "next.config.mjs"),
    `export default { turbopack: { root: ${JSON.stringify(join(work, "../.."))} } };`,
  );
  await program(work, join(bin, "next"), "build");
  const start = ["start", "--hostname", "127.0.0.1", "--port", "PORT"];
  await visit(await serveBy(work, [join(bin, "next"), ...start], {}), async (page) => {
    await vote(page, "token-of-the-run", "u-7");
    await page.getByText("We read every vote.").waitFor();
  });
});

heavy("ai-sdk: the token comes in the metadata that finishes the message", async () => {
  const { work, bin } = await lay("ai-sdk", "ai-sdk");
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

test("own-backend: votes go through it alone, are changed and taken back", async () => {
  const { work, folder } = await lay("own-backend", "plain");
  await cp(
    join(folder, "node_modules/workflowai-feedback"),
    join(work, "node_modules/workflowai-feedback"),
    { recursive: true },
  );
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
