// Where votes go, and what may stay on the device.
import assert from "node:assert/strict";
import { test } from "node:test";
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
