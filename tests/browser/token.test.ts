// The key of a vote: (receiver, token, user). Each may come late or change.
import assert from "node:assert/strict";
import { test } from "node:test";
import { BOTH, scene, until } from "./fixtures/scene.ts";
import { proof, refusal } from "./fixtures/site.ts";

/** A token as backends mint them, which the widget reads and does not prove. */
const jwt = (run: string, exp: number) => {
  const part = (json: object) => Buffer.from(JSON.stringify(json)).toString("base64url");
  return `${part({ alg: "HS256", kid: "1" })}.${part({ agent: "chat", run, aud: "feedback", exp })}.c2ln`;
};

const element = (token: string, more = "") =>
  `<workflowai-feedback feedback-token="${token}" ${more}></workflowai-feedback>`;

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

  test(`${how}: a token that is taken away leaves a widget that takes no press`, async (t) => {
    const { widget, site, kept } = await scene(t, { policy });
    await widget.thumb("positive").click();
    await widget.reach("sent", "positive");
    await widget.set({ feedbackToken: null });
    await widget.reach("idle", "");
    assert.equal(await widget.thumb("positive").getAttribute("aria-disabled"), "true");
    await widget.thumb("negative").click({ force: true });
    assert.equal(await widget.pressed(), "");
    assert.equal(site.calls.length, 1);
    assert.deepEqual(await kept(), []);
  });

  test(`${how}: a refreshed token of the same run goes on where the expired one stopped`, async (t) => {
    const { widget, site, kept } = await scene(t, { policy, body: element(jwt("run-1", 1)) });
    site.answer = (call) =>
      call.body.feedback_token === jwt("run-1", 1)
        ? refusal(401, "expired_feedback_token")
        : proof(call);
    await widget.thumb("negative").click();
    await widget.reach("queued", "negative");
    await widget.text.fill("half a thought");
    await widget.set({ feedbackToken: jwt("run-1", 2) });
    await widget.reach("sent", "negative");
    assert.equal(await widget.pressed(), "negative");
    assert.equal(await widget.text.inputValue(), "half a thought");
    const last = site.calls.at(-1)?.body;
    assert.deepEqual([last?.feedback_token, last?.outcome], [jwt("run-1", 2), "negative"]);
    assert.deepEqual(await kept(), []);
  });

  test(`${how}: where storage is refused too, it goes out when the page is left`, async (t) => {
    const { page, widget, site, calls } = await scene(t, {
      policy,
      body: element(jwt("run-1", 1)),
      before: () => {
        Object.defineProperty(window, "localStorage", {
          get() {
            throw new DOMException("refused", "SecurityError");
          },
        });
      },
    });
    site.answer = (call) =>
      call.body.feedback_token === jwt("run-1", 1)
        ? refusal(401, "expired_feedback_token")
        : // Nothing leaves before that but the last word.
          { ...refusal(503, "unavailable"), headers: { "retry-after": "600" } };
    await widget.thumb("negative").click();
    await widget.reach("queued", "negative");
    await widget.set({ feedbackToken: jwt("run-1", 2) });
    await calls(2);
    await widget.reach("queued", "negative");
    await page.goto(`${site.address}elsewhere`);
    const { feedback_token, outcome } = (await calls(3))[2]?.body ?? {};
    assert.deepEqual([feedback_token, outcome], [jwt("run-1", 2), "negative"]);
  });

  for (const [what, change] of [
    ["run", { feedbackToken: jwt("run-2", 1) }],
    ["user", { userID: "somebody-else" }],
  ] as const) {
    test(`${how}: what was typed and chosen does not go over to another ${what}`, async (t) => {
      const { page, widget, calls } = await scene(t, {
        policy,
        body: element(jwt("run-1", 1), `user-id="u" reasons='["Slow"]'`),
      });
      await widget.thumb("negative").click();
      await widget.reach("sent", "negative");
      await page.getByRole("button", { name: "Slow" }).click();
      await widget.text.fill("about the answer before");
      await widget.set(change);
      await widget.reach("idle", "");
      assert.equal(await widget.text.inputValue(), "");
      await widget.thumb("negative").click();
      await widget.reach("sent", "negative");
      await widget.send.click();
      const { comment, reasons } = (await calls(3))[2]?.body ?? {};
      assert.deepEqual([comment, reasons], [undefined, undefined]);
    });
  }
}
