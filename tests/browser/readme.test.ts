// What a new user does: the README's page, its token pasted in, opened as a file.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { browser } from "./fixtures/chromium.ts";
import { README, readme } from "./fixtures/readme.ts";
import { PACKAGE } from "./fixtures/site.ts";
import { Widget } from "./fixtures/widget.ts";

/** Opens a page from a file, as somebody who tries things out does. */
const open = async (t: TestContext, page: string) => {
  const folder = await mkdtemp(join(tmpdir(), "readme-"));
  t.after(() => rm(folder, { recursive: true }));
  const file = join(folder, "answer.html");
  await writeFile(file, page);
  const context = await browser.newContext();
  t.after(() => context.close());
  const tab = await context.newPage();
  const errors: string[] = [];
  tab.on("console", (message) => errors.push(message.text()));
  tab.on("pageerror", (error) => errors.push(String(error)));
  await tab.goto(pathToFileURL(file).href);
  return { tab, errors, widget: new Widget(tab) };
};

test("the README's page is themed, speaks German, votes and shows the vote again", async (t) => {
  const { page } = await readme(t, "<!doctype html>\n<html");
  const { tab, errors, widget } = await open(t, page);
  await tab.getByRole("group", { name: "Bewertung der Antwort" }).waitFor();
  await tab.getByRole("button", { name: "Schlechte Antwort" }).click();
  await widget.reach("sent", "negative");
  assert.equal(await widget.status(), "Danke für das Feedback");
  await tab.getByRole("button", { name: "Zu lang" }).click();
  await widget.text.fill("Es ging um Cádiz");
  await widget.send.click();
  await widget.reach("sent", "negative");
  const looks = await widget.thumb("negative").evaluate((thumb) => {
    const { color, width } = getComputedStyle(thumb);
    return [color, width];
  });
  assert.deepEqual(looks, ["rgb(194, 65, 12)", "36px"]);

  await tab.reload();
  await widget.reach("idle", "negative");
  assert.equal(await widget.pressed(), "negative");
  assert.deepEqual(errors, []);
});

test("the README's script from another origin has the hash it is to be given, and votes", async (t) => {
  const { page, token } = await readme(t, "classic.js");
  const [, command] = /`(openssl [^`]*)`/.exec(README) ?? [];
  const given = (command as string).replace("dist/package", PACKAGE);
  const { stdout: hash } = await promisify(execFile)("sh", ["-c", given]);
  const element = `<workflowai-feedback feedback-token="${token}"></workflowai-feedback>`;
  const whole = page.replace("PASTE-THE-HASH-HERE", hash.trim()) + element;
  const { widget, errors } = await open(t, whole);
  await widget.thumb("positive").click();
  await widget.reach("sent", "positive");
  assert.deepEqual(errors, []);
});
