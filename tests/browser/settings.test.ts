// Where votes go, and what may stay on the device.
import assert from "node:assert/strict";
import { test } from "node:test";
import type * as Package from "../../element/index.ts";
import { BOTH, scene } from "./fixtures/scene.ts";

const meta = (settings: object) =>
  `<meta name="workflowai-feedback" content='${JSON.stringify(settings)}'>`;

for (const [how, policy] of BOTH) {
  test(`${how}: api-url is the receiver, before the page's settings`, async (t) => {
    const { widget, calls } = await scene(t, { policy, head: meta({ apiUrl: "/everywhere" }) });
    await widget.thumb("positive").click();
    await widget.reach("sent", "positive");
    await widget.set({ apiUrl: "/here/" });
    await widget.reach("idle", "");
    await widget.thumb("positive").click();
    await widget.reach("sent", "positive");
    assert.deepEqual(
      (await calls(2)).map(({ path }) => path),
      ["/everywhere/v1/feedback", "/here/v1/feedback"],
    );
  });

  test(`${how}: configure() counts for an element that is there already`, async (t) => {
    const { page, widget, calls } = await scene(t, { policy });
    const configure = (apiUrl: string) =>
      page.evaluate(async (apiUrl) => {
        const { configure } = (await import("/index.js" as string)) as typeof Package;
        configure({ apiUrl });
      }, apiUrl);
    await configure("/later");
    await widget.thumb("positive").click();
    await widget.reach("sent", "positive");
    // Now that something else runs the element.
    await configure("/latest");
    await widget.thumb("negative").click();
    await widget.reach("sent", "negative");
    assert.deepEqual(
      (await calls(2)).map(({ path }) => path),
      ["/later/v1/feedback", "/latest/v1/feedback"],
    );
  });

  test(`${how}: reasons that are no list offer none and stop no vote`, async (t) => {
    const { page, widget } = await scene(t, { policy });
    const element = page.locator("workflowai-feedback");
    for (const reasons of ["Wrong facts, too long", "null", '{"a":1}', "[1, null]"]) {
      await element.evaluate((node, value) => node.setAttribute("reasons", value), reasons);
      await widget.thumb("negative").click();
      await widget.reach("sent", "negative");
      await widget.thumb("negative").click();
      await widget.reach("sent", "");
    }
  });

  test(`${how}: a page's own backend sends, and must prove it too`, async (t) => {
    const { page, site, widget, kept } = await scene(t, { policy });
    await page.evaluate(async () => {
      const { configure } = (await import("/index.js" as string)) as typeof Package;
      configure({
        send: async (request) => {
          Object.assign(window, { request });
          return { ...request, id: "1" };
        },
      });
    });
    await widget.thumb("positive").click();
    await widget.reach("sent", "positive");
    assert.deepEqual(
      await page.evaluate(() => {
        const { request } = window as unknown as { request: { intent: object } };
        // As it would go over the wire.
        const { intent, ...rest } = JSON.parse(JSON.stringify(request));
        return [Object.keys(intent).sort(), rest];
      }),
      [
        ["age", "client", "sequence"],
        { feedback_token: "token", user_id: "u", outcome: "positive" },
      ],
    );
    assert.deepEqual(site.calls, []);
    assert.deepEqual(await kept(), []);

    await page.evaluate(async () => {
      const { configure } = (await import("/index.js" as string)) as typeof Package;
      configure({ send: async () => "<!doctype html>" });
    });
    await widget.thumb("negative").click();
    await widget.reach("queued", "negative");
    assert.equal((await kept()).length, 1);
  });

  test(`${how}: outbox: false keeps nothing on the device and says what that means`, async (t) => {
    const { page, widget, kept, calls } = await scene(t, {
      policy,
      head: meta({ outbox: false }),
      answer: () => undefined,
    });
    await widget.thumb("positive").click();
    await widget.reach("queued", "positive");
    assert.equal(await widget.status(), "Not sent. Please try again");
    assert.deepEqual(await kept(), []);
    assert.equal(await page.evaluate(() => localStorage.length), 0);
    await calls(1);
  });
}
