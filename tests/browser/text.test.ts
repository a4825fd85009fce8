// What a person wrote: never lost, never sent by accident, never sent with another vote.
import assert from "node:assert/strict";
import { test } from "node:test";
import { BOTH, scene } from "./fixtures/scene.ts";
import { hold, proof, refusal } from "./fixtures/site.ts";

const REASONS = `<workflowai-feedback feedback-token="token" reasons='["Slow", "Wrong"]'>
  </workflowai-feedback>`;

for (const [how, policy] of BOTH) {
  for (const [what, answer, status, outcome] of [
    ["a lost connection", undefined, "queued", "negative"],
    ["a receiver that is down", refusal(503, "unavailable"), "queued", "negative"],
    ["a refusal", refusal(413, "too_large"), "rejected", "negative"],
  ] as const) {
    test(`${how}: the text survives ${what}`, async (t) => {
      const { page, widget, site } = await scene(t, {
        policy,
        // Tries again later.
        before: () => {
          Math.random = () => 0.9;
        },
      });
      await widget.thumb("negative").click();
      await widget.reach("sent", "negative");
      site.answer = () => answer;
      await widget.text.fill("half an hour of work");
      await widget.send.click();
      await widget.reach(status, outcome);
      // Taken back and voted anew the panel opens again: with the text.
      site.answer = proof;
      await page.evaluate(() => dispatchEvent(new Event("online")));
      await widget.thumb("negative").click();
      await widget.reach("sent", "");
      await widget.thumb("negative").click();
      await widget.reach("sent", "negative");
      assert.equal(await widget.text.inputValue(), "half an hour of work");
    });
  }

  test(`${how}: the text survives closing, by each way`, async (t) => {
    const { page, widget } = await scene(t, { policy });
    for (const close of [
      () => page.keyboard.press("Escape"),
      () => widget.element.locator("[name=close]").click(),
      () => page.locator("h1").click(),
    ]) {
      await widget.thumb("positive").click();
      await widget.reach("sent", "positive");
      if (!(await widget.text.inputValue())) await widget.text.fill("a thought");
      await close();
      assert.equal(await widget.panelIsOpen(), false);
      await widget.thumb("positive").click();
      await widget.reach("sent", "");
    }
    assert.equal(await widget.text.inputValue(), "a thought");
  });

  test(`${how}: a changed vote does not carry the comment that was sent before`, async (t) => {
    const { page, widget, calls, kept } = await scene(t, { policy, body: REASONS });
    await widget.thumb("negative").click();
    await widget.reach("sent", "negative");
    await page.getByRole("button", { name: "Wrong" }).click();
    await widget.text.fill("It is wrong");
    await widget.send.click();
    await calls(2);
    await widget.reach("sent", "negative");
    await widget.thumb("positive").click();
    const { outcome, comment, reasons } = (await calls(3))[2]?.body ?? {};
    assert.deepEqual([outcome, comment, reasons], ["positive", undefined, undefined]);
    await widget.reach("sent", "positive");
    // Nor do reasons go with thumbs up when the comment is sent again, knowingly.
    await widget.send.click();
    assert.equal((await calls(4))[3]?.body.reasons, undefined);
    await widget.reach("sent", "positive");
    assert.deepEqual(await kept(), []);
  });

  test(`${how}: Enter alone and the Enter of an input method send nothing`, async (t) => {
    const { page, widget, site, calls } = await scene(t, { policy });
    await widget.thumb("positive").click();
    await widget.reach("sent", "positive");
    await widget.text.fill("one");
    await widget.text.press("Enter");
    await page.keyboard.type("two");
    await widget.text.evaluate((text) => {
      for (const modifier of [{}, { ctrlKey: true }, { metaKey: true }]) {
        const composing = { key: "Enter", isComposing: true, bubbles: true, composed: true };
        text.dispatchEvent(new KeyboardEvent("keydown", { ...composing, ...modifier }));
      }
    });
    assert.equal(await widget.panelIsOpen(), true);
    assert.equal(site.calls.length, 1);
    await widget.text.press("Control+Enter");
    assert.equal((await calls(2))[1]?.body.comment, "one\ntwo");
    await widget.reach("sent", "positive");
    assert.equal(
      await widget.pressed(),
      "positive",
      "the thumb that got the focus was not pressed",
    );
  });

  test(`${how}: what is no text is made text before it is sent`, async (t) => {
    const { widget, calls } = await scene(t, { policy });
    await widget.thumb("positive").click();
    await widget.reach("sent", "positive");
    await widget.text.evaluate((text: HTMLTextAreaElement) => {
      text.value = "half \ud83d of it\0";
      text.dispatchEvent(new Event("input", { bubbles: true, composed: true }));
    });
    await widget.send.click();
    assert.equal((await calls(2))[1]?.body.comment, "half \ufffd of it\ufffd");
  });
}

test("what is typed while the core loads is sent with Ctrl+Enter once it is there", async (t) => {
  const { widget, site, calls } = await scene(t);
  const release = hold(site, "/core.wasm");
  t.after(release);
  await widget.thumb("positive").click();
  await widget.text.fill("typed early");
  release();
  await widget.reach("sent", "positive");
  assert.equal(await widget.text.inputValue(), "typed early");
  await widget.text.press("Meta+Enter");
  assert.equal((await calls(2))[1]?.body.comment, "typed early");
});
