// A trap takes the page's one core with it. Votes must not notice.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { FeedbackElement } from "../../element/feedback-element.ts";
import { BOTH, ELEMENT, scene } from "./fixtures/scene.ts";
import { wrapCore } from "./fixtures/trap.ts";
import { Widget } from "./fixtures/widget.ts";

const POLICY = BOTH[0][1];
const TWO = `${ELEMENT}<workflowai-feedback feedback-token="other"></workflowai-feedback>`;

/** Where the core traps, as the source of a function of a call's name and arguments. */
const TRAPS = {
  "in a listener": (name: string, [, , event]: unknown[]) =>
    name.includes("closures") && event instanceof Event,
  "before the request leaves": (name: string, [, , event]: unknown[]) =>
    name.includes("closures") && !(event instanceof Event),
  "when the answer comes": (name: string, [, , value]: unknown[]) =>
    name.includes("closures") && value instanceof Response,
};

// As text: the page's policy allows no `eval`.
const arm = (widget: Widget, when: (name: string, given: unknown[]) => boolean) =>
  widget.page.evaluate(`window.trap = (...given) => {
    if (!(${when})(...given)) return false;
    return (window.trapped = true);
  }`);

const trapped = (widget: Widget) => widget.page.evaluate(() => "trapped" in window);

for (const [where, when] of Object.entries(TRAPS)) {
  test(`a trap ${where} loses neither the vote nor what comes after it`, async (t) => {
    const { page, site, widget, kept } = await scene(t, {
      policy: POLICY,
      before: wrapCore,
      body: TWO,
    });
    const other = new Widget(page, page.locator("workflowai-feedback").nth(1));
    await widget.preload();
    await other.preload();
    assert.ok(site.fetched.includes("/core.wasm"));
    await arm(widget, when);
    await widget.thumb("positive").click();
    await widget.reach("sent", "positive");
    assert.equal(await trapped(widget), true);
    assert.ok(site.fetched.includes("/without-core.js"));
    assert.equal(await widget.pressed(), "positive");
    assert.equal(new Set(site.calls.map(({ body }) => body.intent.sequence)).size, 1);

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
  const { widget } = await scene(t, { policy: POLICY, before: wrapCore });
  await widget.thumb("negative").click();
  await widget.reach("sent", "negative");
  await widget.text.pressSequentially("half a thought");
  await arm(
    widget,
    (name, [, , event]) => name.includes("closures") && (event as Event).type === "input",
  );
  await widget.text.press("s");
  assert.equal(await trapped(widget), true);
  await widget.text.press("!");
  assert.equal(await widget.text.inputValue(), "half a thoughts!");
  assert.equal(await widget.text.evaluate((text) => text.matches(":focus")), true);
  assert.equal(await widget.panelIsOpen(), true);
  assert.equal(await widget.pressed(), "negative");
});

for (const name of ["attach", "vote", "change", "flush"]) {
  test(`a trap in the core's ${name} still votes`, async (t) => {
    const { page, site, widget, kept } = await scene(t, {
      policy: POLICY,
      before: wrapCore,
      body: TWO,
    });
    const other = new Widget(page, page.locator("workflowai-feedback").nth(1));
    await other.preload();
    if (name !== "attach") await widget.preload();
    await page.evaluate((name) => {
      window.trap = (called) => {
        if (called === name) Object.assign(window, { trapped: true });
        return called === name;
      };
    }, name);
    await widget.element.evaluate(async (node) => {
      const element = node as FeedbackElement;
      element.label = "Answer 1";
      await element.flush();
      element.vote("negative", { comment: "from a script" });
    });
    await widget.reach("sent", "negative");
    assert.equal(await trapped(widget), true);
    await other.thumb("positive").click();
    await other.reach("sent", "positive");
    assert.deepEqual(
      site.calls.map(({ body }) => [body.feedback_token, body.outcome, body.comment]),
      [
        ["token", "negative", "from a script"],
        ["other", "positive", undefined],
      ],
    );
    assert.deepEqual(await kept(), []);
  });
}
