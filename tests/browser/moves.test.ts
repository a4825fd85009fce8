// Pages move, drop and put back elements as their frameworks please.
import assert from "node:assert/strict";
import { test } from "node:test";
import { BOTH, scene } from "./fixtures/scene.ts";

for (const [how, policy] of BOTH) {
  test(`${how}: an element moved in the document keeps its nodes and its text`, async (t) => {
    const { page, widget, heard } = await scene(t, { policy });
    await widget.thumb("positive").click();
    await widget.reach("sent", "positive");
    await widget.text.fill("half a thought");
    const events = (await heard()).length;
    const same = await page.evaluate(async () => {
      const element = document.querySelector("workflowai-feedback") as HTMLElement;
      const nodes = () => [...(element.shadowRoot as ShadowRoot).querySelectorAll("*")];
      const before = nodes();
      document.body.prepend(element);
      await new Promise((resolve) => setTimeout(resolve));
      const after = nodes();
      return before.length === after.length && before.every((node, at) => node === after[at]);
    });
    assert.equal(same, true);
    assert.equal(await widget.pressed(), "positive");
    assert.equal(await widget.text.inputValue(), "half a thought");
    assert.equal((await heard()).length, events);
    await widget.thumb("negative").click();
    await widget.reach("sent", "negative");
  });

  test(`${how}: an element put back later keeps its state and its text`, async (t) => {
    const { page, widget, heard, calls } = await scene(t, { policy });
    await widget.thumb("positive").click();
    await widget.reach("sent", "positive");
    await widget.text.fill("half a thought");
    const events = (await heard()).length;
    await page.evaluate(async () => {
      const element = document.querySelector("workflowai-feedback") as HTMLElement;
      element.remove();
      await new Promise((resolve) => setTimeout(resolve));
      document.body.append(element);
    });
    assert.equal(await widget.pressed(), "positive");
    assert.equal(await widget.text.inputValue(), "half a thought");
    await widget.preload();
    assert.equal(await widget.pressed(), "positive");
    assert.equal(await widget.text.inputValue(), "half a thought");
    assert.equal((await heard()).length, events);

    await widget.thumb("negative").click();
    await widget.reach("sent", "negative");
    await widget.text.press("Control+Enter");
    assert.equal((await calls(3))[2]?.body.comment, "half a thought");
    await widget.reach("sent", "negative");
  });

  test(`${how}: a vote is taken back by an element that was put back`, async (t) => {
    const { page, widget, calls } = await scene(t, { policy });
    await widget.thumb("negative").click();
    await widget.reach("sent", "negative");
    await page.evaluate(async () => {
      const element = document.querySelector("workflowai-feedback") as HTMLElement;
      element.remove();
      await new Promise((resolve) => setTimeout(resolve));
      document.body.append(element);
    });
    await widget.thumb("negative").click();
    await widget.reach("sent", "");
    assert.equal((await calls(2))[1]?.path, "/v1/feedback/retract");
  });

  test(`${how}: a vote under way goes on when its element is gone`, async (t) => {
    let release = () => {};
    const { page, site, widget, calls, kept } = await scene(t, { policy });
    const { answer } = site;
    site.answer = async (call) => {
      await new Promise<void>((resolve) => {
        release = resolve;
      });
      return answer(call);
    };
    await widget.thumb("positive").click();
    await calls(1);
    await page.evaluate(async () => {
      const element = document.querySelector("workflowai-feedback") as HTMLElement;
      element.remove();
      await new Promise((resolve) => setTimeout(resolve));
      Object.assign(window, { element });
    });
    release();
    await page.waitForFunction(() => !localStorage.length);
    assert.deepEqual(await kept(), []);
    await page.evaluate(() => {
      document.body.append((window as unknown as { element: Element }).element);
    });
    assert.equal(await widget.pressed(), "positive");
  });
}

test("an element put back before the core is loaded keeps its press and its text", async (t) => {
  const { page, site, widget, calls } = await scene(t);
  site.files["/core.wasm"] = () => {};
  await widget.thumb("positive").click();
  await widget.text.fill("half a thought");
  await page.evaluate(async () => {
    const element = document.querySelector("workflowai-feedback") as HTMLElement;
    element.remove();
    await new Promise((resolve) => setTimeout(resolve));
    document.body.append(element);
  });
  assert.equal(await widget.pressed(), "positive");
  assert.equal(await widget.text.inputValue(), "half a thought");
  await page.goto(`${site.address}elsewhere`);
  assert.equal((await calls(1))[0]?.body.outcome, "positive");
});
