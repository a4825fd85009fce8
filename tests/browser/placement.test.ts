// Where the panel opens: beside its thumb, whole, wherever the page put the widget.
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import type { Frame, Page } from "playwright-core";
import { ELEMENT, scene } from "./fixtures/scene.ts";
import { Widget } from "./fixtures/widget.ts";

interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** A place in a page, and how to find the widget's frame there. */
const PLACES: Record<string, { body: string; before?: () => void; frame?: true }> = {
  "a modal dialog": {
    body: `<dialog><p>Rate it</p>${ELEMENT}</dialog>`,
    before: () =>
      addEventListener("DOMContentLoaded", () => document.querySelector("dialog")?.showModal()),
  },
  "another shadow root": {
    body: `<chat-answer><template shadowrootmode="open"><section style="contain: content">
      <p>An answer</p>${ELEMENT}</section></template></chat-answer>`,
  },
  "a box that hides what overflows": {
    body: `<div style="overflow: hidden; height: 4rem; width: 12rem; border: 1px solid">${ELEMENT}</div>`,
  },
  "a box that was scrolled": {
    body: `<div id="box" style="overflow: auto; height: 6rem; width: 12rem; position: relative">
      <div style="height: 40rem; padding-top: 20rem">${ELEMENT}</div></div>`,
    before: () =>
      addEventListener("load", () => document.getElementById("box")?.scrollTo(0, 19 * 16)),
  },
  "a transformed box": {
    body: `<div style="transform: translate(1rem, 1rem); will-change: transform; overflow: hidden;
      height: 4rem">${ELEMENT}</div>`,
  },
  "the corner where the page ends": {
    body: `<div style="position: fixed; inset: auto 0 0 auto">${ELEMENT}</div>`,
  },
  "the corner where the page starts": {
    body: `<div style="position: fixed; inset: 0 auto auto 0">${ELEMENT}</div>`,
  },
  "the end of a page from right to left": {
    body: `<div dir="rtl" style="position: fixed; inset: auto auto 0 0">${ELEMENT}</div>`,
  },
  "a frame": {
    body: `<iframe title="An answer" width="420" height="420" srcdoc='<!doctype html><html lang="en">
      <title>Answer</title><body>${ELEMENT}<script type="module" src="/index.js"></script>'></iframe>`,
    frame: true,
  },
};

const boxOf = (widget: Widget, selector: string): Promise<Box> =>
  widget.element.locator(selector).evaluate((node) => {
    const { x, y, width, height } = node.getBoundingClientRect();
    return { x, y, width, height };
  });

const widgetOf = async (page: Page, frame: true | undefined) => {
  if (!frame) return { widget: new Widget(page), view: page as Page | Frame };
  const handle = await page.locator("iframe").elementHandle();
  const inner = (await handle?.contentFrame()) as Frame;
  return { widget: new Widget(page, inner.locator("workflowai-feedback")), view: inner };
};

/** Opens the panel and looks where it is. */
const open = async (t: TestContext, place: (typeof PLACES)[string]) => {
  const { page } = await scene(t, {
    body: place.body,
    // The boxes are dressed in place.
    policy: "",
    context: { viewport: { width: 640, height: 480 } },
    ...(place.before && { before: place.before }),
  });
  const { widget, view } = await widgetOf(page, place.frame);
  await widget.thumb("negative").click();
  await widget.reach("sent", "negative");
  assert.equal(await widget.panelIsOpen(), true);
  const size = await view.evaluate(() => [innerWidth, innerHeight] as const);
  return { page, widget, view, size };
};

for (const [name, place] of Object.entries(PLACES)) {
  test(`in ${name} the panel is whole, on top and beside its thumb`, async (t) => {
    const { page, widget, size } = await open(t, place);
    const panel = await boxOf(widget, "[part=panel]");
    const thumb = await boxOf(widget, "[value=negative]");
    const [width, height] = size;
    assert.ok(panel.width > 200 && panel.height > 100, JSON.stringify(panel));
    assert.ok(panel.x >= 0 && panel.y >= 0, JSON.stringify(panel));
    assert.ok(panel.x + panel.width <= width, JSON.stringify({ panel, size }));
    assert.ok(panel.y + panel.height <= height, JSON.stringify({ panel, size }));
    // Above or below it, a few pixels off, and over or under some of it.
    const above = thumb.y - (panel.y + panel.height);
    const below = panel.y - (thumb.y + thumb.height);
    assert.ok(Math.max(above, below) >= -1, JSON.stringify({ panel, thumb }));
    assert.ok(Math.max(above, below) < 12, JSON.stringify({ panel, thumb }));
    assert.ok(panel.x < thumb.x + thumb.width && thumb.x < panel.x + panel.width);
    // Nothing of the page lies over it or cuts it off: a person can write and send.
    await widget.text.click();
    await page.keyboard.type("seen");
    await widget.send.click();
    assert.equal(await widget.panelIsOpen(), false);
  });
}

test("neither the core's coming nor the panel moves anything", async (t) => {
  const { page, widget } = await scene(t, {
    policy: "",
    body: `<p>Before</p><div>${ELEMENT}</div><p>Below</p>`,
  });
  const places = () =>
    page.evaluate(() => {
      const thumbs = document.querySelector("workflowai-feedback")?.shadowRoot;
      return [
        ...document.querySelectorAll("p, div"),
        ...(thumbs?.querySelectorAll("[value]") ?? []),
      ]
        .map((node) => node.getBoundingClientRect())
        .map(({ x, y, width, height }) => [x, y, width, height]);
    });
  const before = await places();
  await widget.preload();
  assert.deepEqual(await places(), before);
  await page.evaluate(() => {
    const shifts: number[] = [];
    Object.assign(window, { shifts });
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) {
        shifts.push((entry as PerformanceEntry & { value: number }).value);
      }
    }).observe({ type: "layout-shift" });
  });
  await widget.thumb("positive").click();
  await widget.reach("sent", "positive");
  assert.equal(await widget.panelIsOpen(), true);
  assert.deepEqual(await places(), before);
  await page.keyboard.press("Escape");
  assert.deepEqual(await places(), before);
  assert.deepEqual(
    await page.evaluate(() => (window as unknown as { shifts: number[] }).shifts),
    [],
  );
});

test("an inline panel is part of the page's flow, and pushes what follows", async (t) => {
  const { page, widget } = await scene(t, {
    body: `<div>${ELEMENT.replace(">", ' comment-placement="inline">')}</div><p id="below">Below</p>`,
  });
  await widget.preload();
  const below = () => page.locator("#below").evaluate((node) => node.getBoundingClientRect().y);
  const before = await below();
  await widget.thumb("positive").click();
  await widget.reach("sent", "positive");
  assert.ok((await below()) > before + 80);
  // In a row of its own: thumbs and status stay in theirs.
  const [thumb, status, panel] = [
    await boxOf(widget, "[value=negative]"),
    await boxOf(widget, "[part=status]"),
    await boxOf(widget, "[part=panel]"),
  ];
  assert.ok(status.x > thumb.x && Math.abs(status.y - thumb.y) < thumb.height);
  assert.ok(panel.y >= thumb.y + thumb.height);
  await widget.element.locator("[name=close]").click();
  assert.equal(await below(), before);
});
