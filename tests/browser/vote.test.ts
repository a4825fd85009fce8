// A vote's life as a person sees it, with the core and without.
import assert from "node:assert/strict";
import { test } from "node:test";
import { BOTH, scene, until } from "./fixtures/scene.ts";
import { proof } from "./fixtures/site.ts";

const ELEMENT = `<workflowai-feedback feedback-token="token" user-id="u"
  reasons='["Slow","Wrong"]'></workflowai-feedback>`;

for (const [how, policy] of BOTH) {
  test(`${how}: a vote, a change, a comment with a reason and a retraction arrive`, async (t) => {
    const { page, widget, calls, kept, heard } = await scene(t, { policy, body: ELEMENT });
    await widget.thumb("positive").click();
    await widget.reach("sent", "positive");
    assert.equal(await widget.pressed(), "positive");
    assert.equal(await widget.status(), "Thank you for your feedback");
    await widget.thumb("negative").click();
    await widget.reach("sent", "negative");
    assert.equal(await widget.pressed(), "negative");
    await page.getByRole("button", { name: "Wrong" }).click();
    await widget.text.fill("because 😀");
    await widget.send.click();
    await calls(3);
    await widget.reach("sent", "negative");
    await widget.thumb("negative").click();
    await widget.reach("sent", "");
    assert.equal(await widget.pressed(), "");
    assert.equal(await widget.status(), "Vote taken back");

    const read = await calls(4);
    const vote = { feedback_token: "token", user_id: "u" };
    assert.deepEqual(
      read.map(({ path, body: { intent, ...body } }) => [path, body]),
      [
        ["/v1/feedback", { ...vote, outcome: "positive" }],
        ["/v1/feedback", { ...vote, outcome: "negative" }],
        [
          "/v1/feedback",
          { ...vote, outcome: "negative", comment: "because 😀", reasons: ["Wrong"] },
        ],
        ["/v1/feedback/retract", vote],
      ],
    );
    const intents = read.map(({ body }) => body.intent);
    assert.equal(new Set(intents.map(({ client }) => client)).size, 1);
    for (const [index, { sequence, age }] of intents.entries()) {
      assert.ok(sequence > (intents[index - 1]?.sequence ?? 0));
      assert.ok(Number.isInteger(age) && age >= 0);
    }
    assert.deepEqual(await kept(), []);

    const positive = { outcome: "positive", comment: null, reasons: [] };
    const negative = { outcome: "negative", comment: null, reasons: [] };
    const worded = { outcome: "negative", comment: "because 😀", reasons: ["Wrong"] };
    const none = { outcome: null, comment: null, reasons: [] };
    assert.deepEqual(await heard(), [
      ["change", { outcome: "positive" }],
      ["before-send", positive],
      ["sent", { ...positive, reason: "sent" }],
      ["change", { outcome: "negative" }],
      ["before-send", negative],
      ["sent", { ...negative, reason: "sent" }],
      ["before-send", worded],
      ["sent", { ...worded, reason: "sent" }],
      ["change", { outcome: null }],
      ["before-send", none],
      ["retract", { ...none, reason: "retracted" }],
    ]);
  });

  test(`${how}: a vote that a listener of feedback-before-send cancels is not sent`, async (t) => {
    const { page, widget, site, kept } = await scene(t, { policy });
    await page.evaluate(() =>
      addEventListener("feedback-before-send", (event) => event.preventDefault()),
    );
    await widget.preload();
    await widget.thumb("positive").click();
    await widget.reach("idle", "");
    assert.deepEqual(site.calls, []);
    assert.deepEqual(await kept(), []);
    await page.waitForFunction(
      () =>
        (document.querySelector("workflowai-feedback") as unknown as { outcome: unknown })
          .outcome === null,
    );
  });

  test(`${how}: a script votes, comments and takes back`, async (t) => {
    const { widget, calls } = await scene(t, { policy });
    await widget.element.evaluate((element) =>
      (element as HTMLElement & import("../../element/element.ts").FeedbackElement).vote(
        "negative",
        {
          comment: "by script",
          reasons: ["Slow"],
        },
      ),
    );
    await widget.reach("sent", "negative");
    const { outcome, comment, reasons } = (await calls(1))[0]?.body ?? {};
    assert.deepEqual([outcome, comment, reasons], ["negative", "by script", ["Slow"]]);
    await widget.element.evaluate((element) =>
      (element as HTMLElement & import("../../element/element.ts").FeedbackElement).retract(),
    );
    await widget.reach("sent", "");
    assert.equal((await calls(2))[1]?.path, "/v1/feedback/retract");
  });

  test(`${how}: a script that votes can read the outcome at once`, async (t) => {
    const { page, widget } = await scene(t, { policy });
    const vote = (outcome: "positive" | "negative") =>
      widget.element.evaluate((element, outcome) => {
        const feedback = element as import("../../element/element.ts").FeedbackElement;
        feedback.vote(outcome);
        return feedback.outcome;
      }, outcome);
    await widget.preload();
    assert.equal(await vote("negative"), "negative");
    await widget.reach("sent", "negative");
    // What a listener refuses is not the outcome for long.
    await page.evaluate(() =>
      addEventListener("feedback-before-send", (event) => event.preventDefault()),
    );
    await vote("positive");
    await widget.reach("idle", "negative");
    await page.waitForFunction(
      () =>
        (document.querySelector("workflowai-feedback") as unknown as { outcome: string })
          .outcome === "negative",
    );
  });

  test(`${how}: fast alternation ends in what was pressed last`, async (t) => {
    const answers: (() => void)[] = [];
    const { widget, site, kept, heard } = await scene(t, {
      policy,
      // As slow as a bad connection: the presses are over before the first answer.
      answer: async (call) => {
        await new Promise<void>((resolve) => answers.push(resolve));
        return proof(call);
      },
    });
    await widget.preload();
    await widget.view.evaluate((view) => {
      const [positive, negative] = view.querySelectorAll<HTMLElement>("[value]");
      for (const thumb of [positive, negative, positive, negative, negative, positive, negative]) {
        thumb?.click();
      }
    });
    assert.equal(await widget.pressed(), "negative");
    await until(async () => {
      for (const answer of answers.splice(0)) answer();
      return (await kept()).length === 0;
    }, "the last press to be proven");
    await widget.reach("sent", "negative");
    assert.equal(site.calls.at(-1)?.body.outcome, "negative");
    const sequences = site.calls.map(({ body }) => body.intent.sequence);
    assert.deepEqual(
      sequences,
      sequences.toSorted((one, other) => one - other),
      "no press overtakes a later one",
    );
    const sent = (await heard()).filter(([name]) => name === "sent");
    assert.equal(sent.at(-1)?.[1].outcome, "negative");
  });
}
