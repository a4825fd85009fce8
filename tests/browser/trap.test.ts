// A trap takes the page's one core with it. Votes must not notice.
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import type { FeedbackElement } from "../../element/feedback-element.ts";
import { ELEMENT, scene } from "./fixtures/scene.ts";
import { CALLS, wrapCore } from "./fixtures/trap.ts";
import { Widget } from "./fixtures/widget.ts";

/** Two widgets, of which the second has voted with the core. */
const running = async (t: TestContext) => {
  const set = await scene(t, {
    before: wrapCore,
    body: `${ELEMENT}<workflowai-feedback feedback-token="other"></workflowai-feedback>`,
  });
  const other = new Widget(set.page, set.page.locator("workflowai-feedback").nth(1));
  await other.thumb("positive").click();
  await other.reach("sent", "positive");
  assert.ok(set.site.fetched.includes("/core.wasm"));
  set.site.calls.length = 0;
  /** Lets a kind of call trap from now on. As text: the page's policy allows no `eval`. */
  const arm = (calls: string) =>
    set.page.evaluate(`window.trap = (given) => (${calls})(given) && (window.trapped = true)`);
  const trapped = () => set.page.evaluate(() => "trapped" in window);
  return { ...set, other, arm, trapped };
};

for (const [where, calls] of [
  ["in a listener", CALLS.listener],
  ["before the request leaves", CALLS.future],
  ["when the answer comes", CALLS.answer],
] as const) {
  test(`a trap ${where} loses neither the vote nor what comes after it`, async (t) => {
    const { site, widget, other, kept, arm, trapped } = await running(t);
    await widget.preload();
    await arm(calls);
    await widget.thumb("positive").click();
    await widget.reach("sent", "positive");
    assert.equal(await trapped(), true);
    assert.ok(site.fetched.includes("/without-core.js"));
    assert.equal(await widget.pressed(), "positive");
    assert.equal(new Set(site.calls.map(({ body }) => body.intent.sequence)).size, 1);

    assert.equal(await other.pressed(), "positive", "other widgets keep their state");
    await widget.text.fill("and still");
    await widget.text.press("Control+Enter");
    await widget.reach("sent", "positive");
    await other.thumb("negative").click();
    await other.reach("sent", "negative");
    await widget.thumb("positive").click();
    await widget.reach("sent", "");
    const bodies = site.calls.map(({ body }) => body);
    assert.equal(bodies.filter(({ comment }) => comment === "and still").length, 1);
    assert.equal(bodies.filter(({ feedback_token }) => feedback_token === "other").length, 1);
    assert.equal(bodies.filter(({ outcome }) => !outcome).length, 1);
    assert.deepEqual(await kept(), []);
  });
}

test("a trap keeps text, panel and focus", async (t) => {
  const { widget, arm, trapped } = await running(t);
  await widget.thumb("negative").click();
  await widget.reach("sent", "negative");
  await widget.text.pressSequentially("half a thought");
  await arm("(given) => given[2]?.type === 'input'");
  await widget.text.press("s");
  assert.equal(await trapped(), true);
  await widget.text.press("!");
  assert.equal(await widget.text.inputValue(), "half a thoughts!");
  assert.equal(await widget.text.evaluate((text) => text.matches(":focus")), true);
  assert.equal(await widget.panelIsOpen(), true);
  assert.equal(await widget.pressed(), "negative");
});

for (const name of ["attach", "change", "flush", "vote"] as const) {
  test(`a trap in the core's ${name} still votes`, async (t) => {
    const { site, widget, other, kept, arm, trapped } = await running(t);
    if (name !== "attach") await widget.preload();
    await arm(CALLS[name]);
    await widget.element.evaluate(async (node) => {
      const element = node as FeedbackElement;
      element.label = "Answer 1";
      await element.flush();
      element.vote("negative", { comment: "from a script" });
    });
    await widget.reach("sent", "negative");
    assert.equal(await trapped(), true);
    await other.thumb("negative").click();
    await other.reach("sent", "negative");
    assert.deepEqual(
      site.calls.map(({ body }) => [body.feedback_token, body.outcome, body.comment]),
      [
        ["token", "negative", "from a script"],
        ["other", "negative", undefined],
      ],
    );
    assert.deepEqual(await kept(), []);
  });
}
