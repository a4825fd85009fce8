// The client where there is no page: in a worker. Node has tests of its own, in `element/`, and
// React Native in `tests/matrix/`.
import assert from "node:assert/strict";
import { test } from "node:test";
import { scene } from "./fixtures/scene.ts";

const WORKER = `
  import { getFeedback, retractFeedback, sendFeedback } from "/client.js";
  const key = { feedbackToken: "token", userID: "u" };
  const { outcome } = await sendFeedback({ ...key, outcome: "positive", comment: "why" });
  const found = await getFeedback(key);
  await retractFeedback(key);
  const { code } = await sendFeedback({ feedbackToken: "wrong", outcome: "positive" }).catch((error) => error);
  postMessage([outcome, found, code]);`;

test("in a worker the client votes, asks and takes back, at the worker's own origin", async (t) => {
  const { page, site, said } = await scene(t, {
    files: { "/worker.js": (response) => void response.end(WORKER) },
    answer: ({
      body: { items, feedback_token, user_id = null, outcome = null, comment = null },
    }) =>
      feedback_token === "wrong"
        ? { status: 400, body: { error: { code: "invalid_feedback_token", message: "" } } }
        : {
            status: 200,
            body: items
              ? { items: [{ outcome: "positive" }] }
              : { id: "1", outcome, comment, user_id },
          },
  });
  const answered = await page.evaluate(
    () =>
      new Promise((resolve, reject) => {
        const worker = new Worker("/worker.js", { type: "module" });
        worker.onmessage = ({ data }) => resolve(data);
        worker.onerror = ({ message }) => reject(new Error(message));
      }),
  );
  assert.deepEqual(answered, ["positive", "positive", "invalid_feedback_token"]);
  assert.deepEqual(
    site.calls.map(({ path }) => path),
    ["/v1/feedback", "/v1/feedback/lookup", "/v1/feedback/retract", "/v1/feedback"],
  );
  assert.deepEqual(said, []);
});
