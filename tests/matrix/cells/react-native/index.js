// Stands in for an app: what React Native brings besides the language, no more of it than there
// is, and a call of each function of the client.
import {
  FeedbackError,
  getFeedback,
  lookupFeedback,
  retractFeedback,
  sendFeedback,
} from "workflowai-feedback/client";

const calls = [];

globalThis.setTimeout = () => 0;
globalThis.clearTimeout = () => {};
// Without a reason, `AbortSignal.timeout` and `AbortSignal.any`.
globalThis.AbortController = class {
  signal = { aborted: false, addEventListener() {}, removeEventListener() {} };
  abort() {
    this.signal.aborted = true;
  }
};
globalThis.fetch = async (url, { body, signal }) => {
  calls.push([url, JSON.parse(body)]);
  if (signal.aborted) throw new Error("aborted");
  const {
    feedback_token,
    items,
    outcome = null,
    comment = null,
    user_id = null,
  } = JSON.parse(body);
  const answer = items
    ? { items: items.map(() => ({ outcome: "negative" })) }
    : { id: "1", outcome, comment, user_id };
  const refusal = { error: { code: "expired_feedback_token", message: "" } };
  const expired = feedback_token === "expired";
  return {
    status: expired ? 401 : 200,
    headers: { get: () => null },
    text: async () => JSON.stringify(expired ? refusal : answer),
  };
};

const failure = (call) =>
  call.then(
    () => "none",
    (error) => [error instanceof FeedbackError, error.name, error.code ?? error.message],
  );

const run = async () => {
  const key = { apiUrl: "https://feedback.example.com/", feedbackToken: "token", userID: "u" };
  const { outcome, comment } = await sendFeedback({
    ...key,
    outcome: "positive",
    comment: "good\0 😀",
  });
  const found = await getFeedback(key);
  const [first] = await lookupFeedback([key], key);
  await retractFeedback(key);
  const expired = await failure(
    sendFeedback({ ...key, feedbackToken: "expired", outcome: "positive" }),
  );
  const aborted = await failure(
    sendFeedback({ ...key, outcome: "positive", signal: { aborted: true } }),
  );
  // There is no page whose origin it could be.
  const nowhere = await failure(sendFeedback({ feedbackToken: "token", outcome: "positive" }));
  print(JSON.stringify({ outcome, comment, found, first, expired, aborted, nowhere, calls }));
};
run().catch((error) => print(error.stack));
