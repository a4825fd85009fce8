// A press while the core is not there yet.
import assert from "node:assert/strict";
import { test } from "node:test";
import { ELEMENT, scene } from "./fixtures/scene.ts";
import { hold } from "./fixtures/site.ts";
import { Widget } from "./fixtures/widget.ts";

test("is kept in its own task and painted in the next frame", async (t) => {
  const held = await scene(t, { files: {} });
  const release = hold(held.site, "/loader.js");
  t.after(release);
  const { page, widget, kept } = held;
  const seen = await page.evaluate(async () => {
    const element = document.querySelector("workflowai-feedback") as HTMLElement;
    const thumb = element.shadowRoot?.querySelector("[value=positive]") as HTMLElement;
    thumb.click();
    const stored = Object.values(localStorage).map((text) => JSON.parse(text).outcome);
    await new Promise(requestAnimationFrame);
    return {
      stored,
      pressed: thumb.ariaPressed,
      shown: (element as HTMLElement & { outcome: string }).outcome,
    };
  });
  assert.deepEqual(seen, {
    stored: ["positive"],
    pressed: "true",
    shown: "positive",
  });
  assert.equal(held.site.calls.length, 0);
  assert.equal(await widget.panelIsOpen(), true, "the panel opens with the press");

  release();
  await widget.reach("sent", "positive");
  assert.deepEqual(await kept(), []);
  assert.deepEqual(
    (await held.calls(1)).map(({ body }) => body.outcome),
    ["positive"],
  );
});

test("counts as the last of several", async (t) => {
  const { site, widget, calls, heard } = await scene(t);
  const loader = hold(site, "/loader.js");
  const release = hold(site, "/core.wasm");
  t.after(release);
  await widget.thumb("positive").click();
  await widget.thumb("negative").click();
  loader();
  await widget.text.fill("typed early");
  release();
  await widget.reach("sent", "negative");
  const read = await calls(1);
  assert.deepEqual(
    read.map(({ body }) => body.outcome),
    ["negative"],
  );
  assert.equal(await widget.text.inputValue(), "typed early");
  assert.ok(await widget.panelIsOpen());
  assert.deepEqual(
    (await heard()).map(([name, { outcome }]) => [name, outcome]),
    [
      // Told once the core is there, which is then the newest.
      ["change", "negative"],
      ["before-send", "negative"],
      ["sent", "negative"],
    ],
  );
});

test("is sent by keepalive when the page is left, with the comment", async (t) => {
  const { site, page, widget, calls } = await scene(t);
  t.after(hold(site, "/core.wasm"));
  await widget.thumb("negative").click();
  await widget.text.fill("on my way out");
  await widget.send.click();
  await page.goto(`${site.address}elsewhere`);
  const [call] = await calls(1);
  assert.deepEqual(
    [call?.path, call?.body.outcome, call?.body.comment],
    ["/v1/feedback", "negative", "on my way out"],
  );
});

test("is sent on the next visit where it could not be sent on the way out", async (t) => {
  const { site, page, widget, kept, calls } = await scene(t, { answer: () => undefined });
  const release = hold(site, "/loader.js");
  t.after(release);
  await widget.thumb("positive").click();
  await page.goto(`${site.address}elsewhere`);
  // Chromium may read the call more than once: the connection breaks each time.
  await calls(1);
  assert.equal((await kept()).length, 1);
  delete site.files["/loader.js"];
  site.answer = (call) => ({
    status: 200,
    body: { id: "1", ...call.body, intent: { ...call.body.intent, age: undefined } },
  });
  await page.goto(site.address);
  // Nobody reaches for anything.
  await widget.reach("sent", "positive");
  assert.deepEqual(await kept(), []);
  const sequences = site.calls.map(({ body }) => body.intent.sequence);
  assert.equal(new Set(sequences).size, 1, "it is one intent, however often it was sent");
});

test("counts once where a click is the first thing that a widget hears of, and the core is there", async (t) => {
  const { page, widget, site, heard } = await scene(t, {
    body: `${ELEMENT}<workflowai-feedback id="second" feedback-token="second"></workflowai-feedback>`,
  });
  await widget.preload();
  // As assistive technology presses: without a pointer that comes near, or a focus.
  await page.evaluate(() => {
    for (const type of ["pointerover", "focusin"]) {
      addEventListener(type, (event) => event.stopImmediatePropagation(), true);
    }
  });
  const second = new Widget(page, page.locator("#second"));
  await second.thumb("negative").click();
  await second.reach("sent", "negative");
  assert.deepEqual(
    site.calls.map(({ body }) => [body.feedback_token, body.outcome]),
    [["second", "negative"]],
  );
  assert.equal((await heard()).filter(([name]) => name === "change").length, 1);
});
