// Votes that could not be sent yet outlive the page.
import assert from "node:assert/strict";
import { test } from "node:test";
import { BOTH, scene, until } from "./fixtures/scene.ts";
import { proof } from "./fixtures/site.ts";
import { Widget } from "./fixtures/widget.ts";

for (const [how, policy] of BOTH) {
  test(`${how}: a kept vote goes out when the network is back`, async (t) => {
    const { page, site, widget, kept } = await scene(t, { policy, answer: () => undefined });
    await widget.thumb("positive").click();
    await widget.reach("queued", "positive");
    site.answer = proof;
    await page.evaluate(() => dispatchEvent(new Event("online")));
    await widget.reach("sent", "positive");
    assert.deepEqual(await kept(), []);
  });

  test(`${how}: a vote kept by an earlier page goes out without a press, with its comment`, async (t) => {
    const { page, site, widget, kept } = await scene(t, { policy, answer: () => undefined });
    await widget.thumb("negative").click();
    await widget.reach("queued", "negative");
    await widget.text.fill("for later");
    await widget.send.click();
    await until(async () => (await kept())[0]?.comment === "for later", "the comment to be kept");
    // Nothing goes out while the page is left either.
    await page.goto("about:blank");
    site.calls.length = 0;
    site.answer = proof;
    await page.goto(site.address);
    await widget.reach("sent", "negative");
    assert.deepEqual(await kept(), []);
    const [call] = site.calls;
    assert.deepEqual([call?.body.outcome, call?.body.comment], ["negative", "for later"]);
  });

  test(`${how}: a vote kept for an answer that is not on this page goes out`, async (t) => {
    const { page, site, widget, kept, calls, heard } = await scene(t, {
      policy,
      answer: () => undefined,
    });
    await widget.thumb("positive").click();
    await widget.reach("queued", "positive");
    await page.goto("about:blank");
    site.calls.length = 0;
    site.answer = proof;
    site.html = site.html.replace('"token"', '"of another answer"');
    await page.goto(site.address);
    await calls(1);
    await until(async () => (await kept()).length === 0, "the outbox to be empty");
    for (const { body } of site.calls) {
      assert.deepEqual([body.feedback_token, body.outcome], ["token", "positive"]);
    }
    assert.equal(await widget.pressed(), "");
    assert.deepEqual(await heard(), []);
  });

  test(`${how}: what is kept goes out once more when the page is left`, async (t) => {
    const { page, site, widget, calls } = await scene(t, { policy, answer: () => undefined });
    await widget.thumb("positive").click();
    await widget.reach("queued", "positive");
    const [first] = await calls(1);
    site.calls.length = 0;
    site.answer = proof;
    await page.goto(`${site.address}elsewhere`);
    const [call] = await calls(1);
    assert.equal(call?.body.outcome, "positive");
    assert.equal(call?.body.intent.sequence, first?.body.intent.sequence, "the same press");
  });

  test(`${how}: refused storage loses no press, also before anything is loaded`, async (t) => {
    const { page, site, widget, calls } = await scene(t, {
      policy,
      answer: () => undefined,
      before: () => {
        Object.defineProperty(window, "localStorage", {
          get() {
            throw new DOMException("refused", "SecurityError");
          },
        });
      },
    });
    await widget.thumb("positive").click();
    await widget.reach("queued", "positive");
    await calls(1);
    site.answer = proof;
    await page.evaluate(() => dispatchEvent(new Event("online")));
    await widget.reach("sent", "positive");
    assert.equal(new Set(site.calls.map(({ body }) => body.intent.client)).size, 1);
  });

  test(`${how}: two widgets of one vote show the same and send once`, async (t) => {
    const element = `<workflowai-feedback feedback-token="token"></workflowai-feedback>`;
    const { page, widget, calls, heard } = await scene(t, { policy, body: element.repeat(2) });
    const other = new Widget(page, page.locator("workflowai-feedback").nth(1));
    await other.preload();
    await widget.thumb("positive").click();
    await widget.reach("sent", "positive");
    await other.reach("sent", "positive");
    assert.equal(await other.pressed(), "positive");
    assert.equal((await calls(1)).length, 1);
    assert.equal((await heard()).filter(([name]) => name === "sent").length, 1);
  });
}
