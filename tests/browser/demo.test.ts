// The whole path: the demo, a real receiver on a real database file, and the dashboard.
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import type { Page } from "playwright-core";
import type { FeedbackElement } from "../../element/feedback-element.ts";
import { browser } from "./fixtures/chromium.ts";
import { receiver } from "./fixtures/receiver.ts";
import { Widget } from "./fixtures/widget.ts";

const openDemo = async (t: TestContext) => {
  const context = await browser.newContext();
  t.after(() => context.close());
  const page = await context.newPage();
  const errors: string[] = [];
  page.on("pageerror", (error) => errors.push(String(error)));
  await page.goto(receiver);
  return { page, errors, widget: widgetOf(page, "#route") };
};

const widgetOf = (page: Page, turn: string) =>
  new Widget(page, page.locator(`${turn} workflowai-feedback`));

/** What the receiver tells old clients about a widget's vote. */
const stored = async (widget: Widget): Promise<unknown> => {
  const [token, user] = await widget.element.evaluate((element) => {
    const { feedbackToken, userID } = element as FeedbackElement;
    return [feedbackToken ?? "", userID ?? ""];
  });
  const query = new URLSearchParams({ feedback_token: token ?? "", user_id: user ?? "" });
  const response = await fetch(`${receiver}v1/feedback?${query}`);
  assert.equal(response.status, 200);
  return (await response.json()).outcome;
};

const live = (widget: Widget) =>
  widget.element.locator("[value=positive][aria-disabled=false]").waitFor();

/** The dashboard's text, once it has the words. */
const dashboard = async (page: Page, words: string) => {
  const other = await page.context().newPage();
  // What is under way while the page is made is not on it. The time is for a failure alone.
  for (let time = 0; time < 50; time++) {
    await other.goto(`${receiver}dashboard`);
    if (await other.getByText(words).count()) break;
    await other.waitForTimeout(200);
  }
  const row = await other
    .locator("tr, li, article")
    .filter({ hasText: words })
    .last()
    .textContent();
  await other.close();
  return row ?? "";
};

test("a vote and its comment reach the dashboard, and a reload shows the vote again", async (t) => {
  const { page, widget, errors } = await openDemo(t);
  await live(widget);
  assert.equal(await stored(widget), null);
  await widget.thumb("positive").click();
  await widget.reach("sent", "positive");
  assert.equal(await stored(widget), "positive");
  await widget.text.fill("Giving up Tangier was the right hint");
  await widget.send.click();
  await widget.reach("sent", "positive");
  assert.match(
    await dashboard(page, "Giving up Tangier was the right hint"),
    /granada-fes-1-route/,
  );

  await page.reload();
  await widget.reach("idle", "positive");
  assert.equal(await widget.pressed(), "positive");
  assert.deepEqual(errors, []);
});

test("keyboard alone votes, comments, closes the panel and takes the vote back", async (t) => {
  const { page, widget } = await openDemo(t);
  await live(widget);
  const focused = (selector: string) =>
    widget.element.evaluate(
      (element, selector) => !!element.shadowRoot?.activeElement?.matches(selector),
      selector,
    );
  // The widget of the second answer's question cannot be reached before the first's.
  for (let presses = 0; !(await focused("[value=positive]")); presses++) {
    assert.ok(presses < 40, "Tab leads to the thumbs");
    await page.keyboard.press("Tab");
  }
  await page.keyboard.press("Tab");
  assert.ok(await focused("[value=negative]"));
  await page.keyboard.press("Space");
  await widget.reach("sent", "negative");
  assert.ok(await widget.panelIsOpen());
  assert.ok(await focused("[value=negative]"), "the panel takes no focus");
  for (let presses = 0; !(await focused("textarea")); presses++) {
    assert.ok(presses < 5, "Tab leads into the panel");
    await page.keyboard.press("Tab");
  }
  await page.keyboard.type("Written by key");
  await page.keyboard.press("Control+Enter");
  assert.match(await dashboard(page, "Written by key"), /granada-fes-1-route/);
  await widget.reach("sent", "negative");
  assert.equal(await widget.panelIsOpen(), false);

  assert.ok(await focused("[value=negative]"), "the focus is back on the thumb");
  await page.keyboard.press("Shift+Tab");
  await page.keyboard.press("Enter");
  await widget.reach("sent", "positive");
  assert.ok(await widget.panelIsOpen());
  await page.keyboard.press("Escape");
  assert.equal(await widget.panelIsOpen(), false);
  assert.ok(await focused("[value=positive]"), "Escape leaves the focus where it was");
  await page.keyboard.press("Enter");
  await widget.reach("sent", "");
  assert.equal(await stored(widget), null);
});

test("every answer of the demo has a live widget, the streamed one last", async (t) => {
  const { page } = await openDemo(t);
  const runs = page.locator("[data-run]");
  assert.ok((await runs.count()) >= 6);
  const skip = page.locator(".stream-skip");
  if (await skip.isVisible()) await skip.click();
  for (const run of await runs.all()) {
    await live(new Widget(page, run.locator("workflowai-feedback")));
  }
});
