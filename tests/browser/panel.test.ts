// The comment panel, with the core and without.
import assert from "node:assert/strict";
import { test } from "node:test";
import { BOTH, scene } from "./fixtures/scene.ts";
import { hold } from "./fixtures/site.ts";
import type { Widget } from "./fixtures/widget.ts";

const INLINE = `<workflowai-feedback feedback-token="token" comment-placement="inline">
  </workflowai-feedback>`;

const hasFocus = (widget: Widget, selector: string) =>
  widget.element.evaluate(
    (element, selector) => !!element.shadowRoot?.activeElement?.matches(selector),
    selector,
  );

test("the panel is not seen before it is dressed, and needs no core for that", async (t) => {
  const { widget, site } = await scene(t);
  const [loader, core] = [hold(site, "/loader.js"), hold(site, "/core.wasm")];
  t.after(core);
  await widget.thumb("positive").click();
  assert.equal(await widget.panelIsOpen(), true);
  assert.equal(await widget.panel.isVisible(), false);
  loader();
  await widget.panel.waitFor({ state: "visible" });
  const looks = await widget.panel.evaluate((panel) => {
    const { padding, boxShadow } = getComputedStyle(panel);
    return [padding, boxShadow === "none"];
  });
  assert.deepEqual(looks, ["14px", false]);
  // Closes without the core as well.
  await widget.element.locator("[name=close]").click();
  assert.equal(await widget.panelIsOpen(), false);
});

for (const [how, policy] of BOTH) {
  test(`${how}: the panel opens with the press and takes no focus`, async (t) => {
    const { widget } = await scene(t, { policy });
    await widget.preload();
    const [open, focused] = await widget.thumb("positive").evaluate((thumb: HTMLElement) => {
      thumb.focus();
      thumb.click();
      const root = thumb.getRootNode() as ShadowRoot;
      // In the press's own task.
      return [
        root.querySelector("[part=panel]:popover-open") !== null,
        root.activeElement === thumb,
      ];
    });
    assert.deepEqual([open, focused], [true, true]);
  });

  test(`${how}: a press on the other thumb keeps the panel open and the text in it`, async (t) => {
    const { widget, calls } = await scene(t, { policy });
    await widget.thumb("positive").click();
    await widget.reach("sent", "positive");
    await widget.text.fill("half a thought");
    await widget.thumb("negative").click();
    await calls(2);
    await widget.reach("sent", "negative");
    assert.equal(await widget.panelIsOpen(), true);
    assert.equal(await widget.text.inputValue(), "half a thought");
  });

  test(`${how}: taking the vote back closes the panel`, async (t) => {
    const { widget } = await scene(t, { policy });
    await widget.thumb("positive").click();
    await widget.reach("sent", "positive");
    await widget.thumb("positive").click();
    await widget.reach("sent", "");
    assert.equal(await widget.panelIsOpen(), false);
  });

  for (const placement of ["popover", "inline"] as const) {
    test(`${how}: the ${placement} panel closes by each way and gives the focus back`, async (t) => {
      const { page, widget, site } = await scene(t, {
        policy,
        ...(placement === "inline" && { body: INLINE }),
      });
      await widget.preload();
      const leave: [string, () => Promise<void>][] = [
        ["textarea", () => page.keyboard.press("Escape")],
        ["textarea", () => page.keyboard.press("Control+Enter")],
        ["[name=send]", () => page.keyboard.press("Enter")],
        ["[name=close]", () => page.keyboard.press("Space")],
      ];
      for (const [where, close] of leave) {
        const read = site.calls.length;
        await widget.thumb("negative").press("Enter");
        await widget.reach("sent", "negative");
        assert.equal(await widget.panelIsOpen(), true, where);
        await widget.element.locator(where).focus();
        await close();
        assert.equal(await widget.panelIsOpen(), false, where);
        assert.equal(await hasFocus(widget, "[value=negative]"), true, where);
        await widget.reach("sent", "negative");
        await widget.thumb("negative").press("Enter");
        await widget.reach("sent", "");
        assert.ok(site.calls.length > read);
      }
    });
  }

  test(`${how}: Escape outside the panel leaves the focus alone`, async (t) => {
    const { page, widget } = await scene(t, {
      policy,
      body: `<workflowai-feedback feedback-token="token"></workflowai-feedback><button>Next</button>`,
    });
    await widget.preload();
    await widget.thumb("positive").press("Enter");
    await page.getByRole("button", { name: "Next" }).focus();
    await page.keyboard.press("Escape");
    assert.equal(await widget.panelIsOpen(), false);
    assert.equal(await page.evaluate(() => document.activeElement?.textContent), "Next");
  });

  test(`${how}: comment="negative" asks after thumbs down alone, "off" never`, async (t) => {
    const { widget } = await scene(t, { policy });
    await widget.preload();
    await widget.set({ comment: "negative" });
    await widget.thumb("positive").click();
    assert.equal(await widget.panelIsOpen(), false);
    await widget.thumb("negative").click();
    assert.equal(await widget.panelIsOpen(), true);
    await widget.thumb("negative").click();
    await widget.set({ comment: "off" });
    await widget.thumb("negative").click();
    assert.equal(await widget.panelIsOpen(), false);
  });

  test(`${how}: the counter appears near the limit, and past it nothing is sent`, async (t) => {
    const { widget, calls, site } = await scene(t, { policy });
    await widget.thumb("positive").click();
    await widget.reach("sent", "positive");
    const counter = async () =>
      (await widget.element.locator("[part=counter]").textContent())?.trim();
    await widget.text.fill("😀".repeat(9_499));
    assert.equal(await counter(), "");
    await widget.text.fill("😀".repeat(9_500));
    assert.equal(await counter(), "500 left");
    await widget.text.fill("😀".repeat(10_001));
    assert.equal(await counter(), "1 too many");
    await widget.send.click();
    await widget.text.press("Control+Enter");
    assert.equal(await widget.panelIsOpen(), true);
    await widget.thumb("negative").click();
    await widget.reach("sent", "negative");
    assert.equal((await calls(2)).length, 2);
    await widget.text.fill("😀".repeat(10_000));
    await widget.text.press("Meta+Enter");
    assert.equal([...((await calls(3))[2]?.body.comment ?? "")].length, 10_000);
    assert.equal(site.calls.length, 3);
  });
}
