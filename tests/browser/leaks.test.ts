// Long conversations and virtual lists add and remove widgets for hours.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { CDPSession } from "playwright-core";
import type { FeedbackElement } from "../../element/feedback-element.ts";
import { BOTH, scene } from "./fixtures/scene.ts";
import { wrapCore } from "./fixtures/trap.ts";

/** What is alive once collecting rubbish frees nothing more: one collection may not reach it all. */
const alive = async (devtools: CDPSession) => {
  let before = Infinity;
  for (;;) {
    await devtools.send("HeapProfiler.collectGarbage");
    const { metrics } = await devtools.send("Performance.getMetrics");
    const metric = (name: string) => metrics.find((metric) => metric.name === name)?.value ?? NaN;
    const nodes = metric("Nodes");
    if (!(nodes < before)) return { listeners: metric("JSEventListeners"), nodes };
    before = nodes;
  }
};

for (const [how, policy] of BOTH) {
  test(`${how}: 1,000 elements added, run and removed leave nothing behind`, async (t) => {
    const { page, context, site } = await scene(t, { policy, before: wrapCore });
    const devtools = await context.newCDPSession(page);
    await devtools.send("Performance.enable");
    const round = async () => {
      await page.evaluate(async () => {
        const elements = Array.from({ length: 1_000 }, (_, index) => {
          const element = document.createElement("workflowai-feedback") as FeedbackElement;
          element.feedbackToken = `token ${index}`;
          return element;
        });
        document.body.append(...elements);
        await Promise.all(elements.map((element) => element.preload()));
        for (const element of elements) element.remove();
        // Teardown is deferred, and idle work looks at elements once.
        await new Promise((resolve) => requestIdleCallback(resolve));
      });
      const memory = await page.evaluate(() => window.coreMemory?.buffer.byteLength ?? 0);
      return { ...(await alive(devtools)), memory };
    };
    // The first round makes what lasts as long as the page.
    await round();
    const first = await round();
    const second = await round();
    assert.equal(site.fetched.includes("/core.wasm"), first.memory > 0);
    assert.ok(first.nodes < 1_000, `nothing is left of 1,000 elements: ${JSON.stringify(first)}`);
    assert.ok(second.nodes <= first.nodes, "nodes grow");
    assert.ok(second.listeners <= first.listeners, "listeners grow");
    assert.equal(second.memory, first.memory);
  });
}
