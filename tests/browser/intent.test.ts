// Most visitors never vote: they must not pay for the core.
import assert from "node:assert/strict";
import { test } from "node:test";
import { ELEMENT, scene, until } from "./fixtures/scene.ts";

const CORE = /loader|core\.wasm|without-core/;

const idle = `new Promise((resolve) => requestIdleCallback(() => requestIdleCallback(resolve)))`;

test("nothing of the core is requested before somebody reaches for a thumb", async (t) => {
  const { page, site, widget } = await scene(t);
  await page.evaluate(idle);
  await page.mouse.move(1, 1);
  assert.deepEqual(
    site.fetched.filter((path) => CORE.test(path)),
    [],
  );
  assert.equal(await widget.view.count(), 1);
});

const WAYS: [string, (widget: import("./fixtures/widget.ts").Widget) => Promise<unknown>][] = [
  ["the pointer is over it", (widget) => widget.thumb("negative").hover()],
  ["it has the focus", (widget) => widget.page.keyboard.press("Tab")],
  ["it is pressed", (widget) => widget.thumb("positive").dispatchEvent("click")],
  ["the page asks for it", (widget) => widget.preload()],
];

for (const [when, reach] of WAYS) {
  test(`the core is requested once a page when ${when}`, async (t) => {
    const { page, site, widget } = await scene(t, { body: ELEMENT.repeat(3) });
    await reach(widget);
    await until(() => site.fetched.includes("/core.wasm"), "the core");
    await widget.preload();
    for (const element of await page.locator("workflowai-feedback").all()) {
      await element.locator("[value=positive]").hover();
    }
    await page.locator("workflowai-feedback").last().locator("[value=positive]").click();
    await page.locator("[data-status=sent]").first().waitFor();
    assert.deepEqual(site.fetched.filter((path) => CORE.test(path)).sort(), [
      "/core.wasm",
      "/loader.js",
    ]);
  });
}

test("hydration keeps the very nodes that were painted, and their focus", async (t) => {
  const { page, widget } = await scene(t);
  await page.keyboard.press("Tab");
  await page.evaluate(() => {
    const root = document.querySelector("workflowai-feedback")?.shadowRoot as ShadowRoot;
    Object.assign(window, { painted: [...root.querySelectorAll("*")] });
  });
  await widget.preload();
  const same = await page.evaluate(() => {
    const root = document.querySelector("workflowai-feedback")?.shadowRoot as ShadowRoot;
    const { painted } = window as unknown as { painted: Element[] };
    const now = [...root.querySelectorAll("*")];
    return {
      nodes: now.length === painted.length && now.every((node, index) => node === painted[index]),
      focus: root.activeElement?.matches("[value=positive]"),
    };
  });
  assert.deepEqual(same, { nodes: true, focus: true });
});

test("markup that something changed before hydration is stamped anew, and votes", async (t) => {
  const { page, widget, said } = await scene(t);
  await page.evaluate(() => {
    const root = document.querySelector("workflowai-feedback")?.shadowRoot as ShadowRoot;
    const label = root.querySelector("label") as HTMLElement;
    label.insertAdjacentHTML("afterbegin", "<font>translated</font>");
  });
  await widget.thumb("positive").click();
  await widget.reach("sent", "positive");
  assert.deepEqual(said, []);
});
