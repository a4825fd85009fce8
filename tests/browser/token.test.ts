// The key of a vote: (receiver, token, user). Each may come late or change.
import assert from "node:assert/strict";
import { test } from "node:test";
import { BOTH, scene, until } from "./fixtures/scene.ts";

for (const [how, policy] of BOTH) {
  test(`${how}: without a token a press warns once and does nothing; with one it is live`, async (t) => {
    const { widget, calls, said, heard, kept } = await scene(t, {
      policy,
      body: "<workflowai-feedback></workflowai-feedback>",
    });
    const thumb = widget.thumb("positive");
    assert.equal(await thumb.getAttribute("aria-disabled"), "true");
    // Playwright does not press what is disabled by itself.
    for (let presses = 0; presses < 3; presses++) await thumb.click({ force: true });
    await widget.preload();
    for (let presses = 0; presses < 3; presses++) await thumb.click({ force: true });
    assert.equal(await widget.pressed(), "");
    assert.deepEqual([await heard(), await kept()], [[], []]);

    await widget.set({ feedbackToken: "late" });
    assert.equal(await thumb.getAttribute("aria-disabled"), "false");
    await thumb.click();
    await widget.reach("sent", "positive");
    const read = await calls(1);
    assert.deepEqual(
      read.map(({ body }) => body.feedback_token),
      ["late"],
    );
    assert.equal(said.filter((text) => text.includes("feedback-token")).length, 1);
  });

  test(`${how}: another token is another vote, and the one before goes on`, async (t) => {
    let release = () => {};
    const { widget, site, calls, kept } = await scene(t, { policy });
    const { answer } = site;
    site.answer = async (call) => {
      if (call.body.feedback_token === "token") {
        await new Promise<void>((resolve) => {
          release = resolve;
        });
      }
      return answer(call);
    };
    await widget.thumb("positive").click();
    await calls(1);
    await widget.set({ feedbackToken: "second" });
    await widget.reach("idle", "");
    assert.equal(await widget.pressed(), "");
    await widget.thumb("negative").click();
    await widget.reach("sent", "negative");
    release();
    await until(async () => (await kept()).length === 0, "the first vote's proof");
    assert.equal(await widget.pressed(), "negative");
    assert.deepEqual(
      (await calls(2)).map(({ body }) => [body.feedback_token, body.outcome]),
      [
        ["token", "positive"],
        ["second", "negative"],
      ],
    );
  });

  test(`${how}: another user is another vote`, async (t) => {
    const { widget, calls } = await scene(t, { policy });
    await widget.thumb("positive").click();
    await widget.reach("sent", "positive");
    await widget.set({ userID: "v" });
    await widget.reach("idle", "");
    await widget.thumb("positive").click();
    await widget.reach("sent", "positive");
    assert.deepEqual(
      (await calls(2)).map(({ body }) => body.user_id),
      ["u", "v"],
    );
  });

  test(`${how}: a read-only or disabled widget takes no press`, async (t) => {
    const { widget, site } = await scene(t, {
      policy,
      body: `<workflowai-feedback feedback-token="t" outcome="negative" readonly></workflowai-feedback>`,
    });
    await widget.preload();
    for (const change of [{}, { readonly: false, disabled: true }]) {
      await widget.set(change);
      await widget.thumb("positive").click({ force: true });
      assert.equal(await widget.pressed(), "negative");
      assert.equal(await widget.thumb("positive").getAttribute("aria-disabled"), "true");
    }
    await widget.set({ disabled: false });
    await widget.thumb("positive").click();
    await widget.reach("sent", "positive");
    assert.equal(site.calls.length, 1);
  });
}
