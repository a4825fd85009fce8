// What a new user does: the README's page, its token pasted in, opened as a file.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { browser } from "./fixtures/chromium.ts";
import { serve } from "./fixtures/serve.ts";
import { Widget } from "./fixtures/widget.ts";

const README = join(import.meta.dirname, "../../README.md");

test("the README's page is themed, speaks German, votes and shows the vote again", async (t) => {
  const folder = await mkdtemp(join(tmpdir(), "readme-"));
  t.after(() => rm(folder, { recursive: true }));
  const { address, program, data, stop } = await serve();
  t.after(stop);
  const readme = await readFile(README, "utf8");
  const [, command] = /feedback-server -- (token mint --agent .*)/.exec(readme) ?? [];
  const given = [...(command ?? "").split(" "), ...data];
  const { stdout: token } = await promisify(execFile)(program, given);
  const [, page] = /```html\n(<!doctype html>.*?)```/s.exec(readme) ?? [];
  const file = join(folder, "answer.html");
  await writeFile(
    file,
    (page ?? "")
      .replace("PASTE-THE-TOKEN-HERE", token.trim())
      .replaceAll("http://127.0.0.1:8080/", address)
      .replaceAll("http://127.0.0.1:8080", address),
  );

  const context = await browser.newContext();
  t.after(() => context.close());
  const tab = await context.newPage();
  const errors: string[] = [];
  tab.on("console", (message) => errors.push(message.text()));
  tab.on("pageerror", (error) => errors.push(String(error)));
  await tab.goto(pathToFileURL(file).href);
  const widget = new Widget(tab);
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
