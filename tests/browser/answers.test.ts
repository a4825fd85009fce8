// What a person is told, for each kind of answer. Never "thank you" without proof.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { FeedbackElement } from "../../element/feedback-element.ts";
import { BOTH, scene, until } from "./fixtures/scene.ts";
import { type Answer, proof, refusal } from "./fixtures/site.ts";
import type { Widget } from "./fixtures/widget.ts";

const flush = (widget: Widget) =>
  widget.element.evaluate((element) => (element as FeedbackElement).flush());

const OFFLINE = "Saved. Will be sent once you are online";
const BUSY = "Saved. The service does not answer, trying again";
const PAGE: Answer = { status: 200, body: "<!doctype html><title>App</title>" };

/** Kept and tried again: the thumb stays as it was pressed. */
const QUEUED: [what: string, answer: Answer | undefined, words: string, reason: string][] = [
  ["a lost connection", undefined, OFFLINE, "offline"],
  ["408", refusal(408, "timeout"), BUSY, "unavailable"],
  ["425", refusal(425, "too_early"), BUSY, "unavailable"],
  ["429", refusal(429, "rate_limited"), BUSY, "unavailable"],
  ["500", { status: 500, body: "oops" }, BUSY, "unavailable"],
  ["503", refusal(503, "unavailable"), BUSY, "unavailable"],
  ["a page with 200", PAGE, BUSY, "unproven"],
  ["an empty 204", { status: 204 }, BUSY, "unproven"],
  [
    "another vote than was sent",
    { status: 200, body: { id: "1", outcome: "negative" } },
    BUSY,
    "unproven",
  ],
  [
    "the proof of another press",
    { status: 200, body: { id: "1", outcome: "positive", intent: { client: "x", sequence: 1 } } },
    BUSY,
    "unproven",
  ],
  [
    "an expired token",
    refusal(401, "expired_feedback_token"),
    "Saved. This link has expired, reload the page to send",
    "expired",
  ],
];

/** Refused for good: the thumb falls back. */
const REJECTED: [what: string, answer: Answer, words: string, reason: string][] = [
  ["400", refusal(400, "invalid_feedback_token"), "Not accepted by the service", "invalid"],
  ["401", refusal(401, "unauthorized"), "Not accepted: you may not vote here", "not_allowed"],
  ["403", refusal(403, "user_mismatch"), "Not accepted: you may not vote here", "not_allowed"],
  ["404", refusal(404, "not_found"), "Not accepted by the service", "not_accepted"],
  ["413", refusal(413, "too_large"), "Not accepted: the comment is too long", "too_long"],
  ["422", refusal(422, "invalid_request"), "Not accepted by the service", "not_accepted"],
];

for (const [how, policy] of BOTH) {
  test(`${how}: an answer without proof keeps the vote and says so`, async (t) => {
    const { widget, site, kept, heard, page } = await scene(t, {
      policy,
      // Tries again in 1 second at the earliest.
      before: () => {
        Math.random = () => 0.5;
      },
    });
    for (const [what, answer, words, reason] of QUEUED) {
      await t.test(what, async () => {
        await widget.set({ feedbackToken: what });
        site.answer = ({ body }) => (body.feedback_token === what ? answer : { status: 503 });
        const before = (await heard()).length;
        await widget.thumb("positive").click();
        await widget.reach("queued", "positive");
        assert.equal(await widget.status(), words);
        assert.equal((await kept()).filter(({ outcome }) => outcome === "positive").length, 1);
        assert.equal(await page.locator(":state(queued):state(positive)").count(), 1);
        const positive = { outcome: "positive", comment: null, reasons: [] };
        assert.deepEqual((await heard()).slice(before), [
          ["change", { outcome: "positive" }],
          ["before-send", positive],
          ["queued", { ...positive, reason }],
        ]);
        await page.evaluate(() => localStorage.clear());
      });
    }
  });

  test(`${how}: a refusal is said, never tried again, and the thumb falls back`, async (t) => {
    const { site, widget, kept, heard, page } = await scene(t, { policy });
    for (const [what, answer, words, reason] of REJECTED) {
      await t.test(what, async () => {
        await widget.set({ feedbackToken: what });
        site.answer = proof;
        await widget.thumb("positive").click();
        await widget.reach("sent", "positive");
        site.answer = () => answer;
        const before = (await heard()).length;
        await widget.thumb("negative").click();
        await widget.reach("rejected", "positive");
        assert.equal(await widget.status(), words);
        assert.deepEqual(await kept(), []);
        assert.equal(await page.locator(":state(error):state(positive)").count(), 1);
        assert.deepEqual(
          (await heard()).slice(before).filter(([name]) => name === "error"),
          [["error", { outcome: "negative", comment: null, reasons: [], reason }]],
        );
        const read = site.calls.length;
        await flush(widget);
        assert.equal(site.calls.length, read);
      });
    }
  });

  test(`${how}: something that is no receiver is never believed, and the console says so once`, async (t) => {
    const { widget, said, heard, calls } = await scene(t, { policy, answer: () => PAGE });
    await widget.thumb("positive").click();
    for (let tries = 1; tries <= 5; tries++) {
      await calls(tries);
      await widget.reach("queued", "positive");
      await flush(widget);
    }
    await until(() => said.length > 0, "a warning");
    const warnings = said.filter((text) => text.includes("api-url"));
    assert.equal(warnings.length, 1);
    const names = (await heard()).map(([name]) => name);
    assert.deepEqual(names, ["change", "before-send", "queued"]);
  });

  test(`${how}: 503 and then 200 is sent at last, by itself`, async (t) => {
    let failures = 3;
    const { widget, site, heard, kept } = await scene(t, {
      policy,
      answer: (call) => (failures-- > 0 ? refusal(503, "unavailable") : proof(call)),
      // Tries again at once.
      before: () => {
        Math.random = () => 0;
      },
    });
    await widget.thumb("negative").click();
    await widget.reach("sent", "negative");
    assert.equal(site.calls.length, 4);
    assert.equal(new Set(site.calls.map(({ body }) => body.intent.sequence)).size, 1);
    assert.deepEqual(
      (await heard()).map(([name]) => name),
      ["change", "before-send", "queued", "sent"],
    );
    assert.deepEqual(await kept(), []);
  });

  test(`${how}: a receiver that echoes nothing is believed for this very vote`, async (t) => {
    const { widget } = await scene(t, {
      policy,
      answer: ({ body }) => ({
        status: 200,
        body: { id: "1", outcome: body.outcome, comment: body.comment ?? null, user_id: "u" },
      }),
    });
    await widget.thumb("positive").click();
    await widget.reach("sent", "positive");
  });

  test(`${how}: a vote that a newer one superseded shows the newer one`, async (t) => {
    const { widget, heard } = await scene(t, {
      policy,
      answer: ({ body: { intent } }) => ({
        status: 200,
        body: { id: "1", outcome: "negative", comment: null, user_id: "u", applied: false, intent },
      }),
    });
    await widget.thumb("positive").click();
    await widget.reach("idle", "negative");
    assert.equal(await widget.pressed(), "negative");
    assert.ok(!(await heard()).some(([name]) => name === "sent"));
  });

  test(`${how}: where votes cannot be taken back the vote stays and that is said`, async (t) => {
    const { site, widget, kept } = await scene(t, { policy });
    await widget.thumb("positive").click();
    await widget.reach("sent", "positive");
    site.answer = () => refusal(405, "method_not_allowed");
    await widget.thumb("positive").click();
    await widget.reach("rejected", "positive");
    assert.equal(await widget.status(), "Votes cannot be taken back here");
    assert.equal(await widget.pressed(), "positive");
    assert.deepEqual(await kept(), []);
  });
}
