import assert from "node:assert/strict";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, beforeEach, test } from "node:test";
import {
  FeedbackError,
  getFeedback,
  lookupFeedback,
  retractFeedback,
  sendFeedback,
} from "./client.ts";

interface Seen {
  method: string | undefined;
  url: string | undefined;
  type: string | undefined;
  body: unknown;
}

let seen: Seen[] = [];
/** How the server answers; without an answer it stays silent. */
let answer: (request: Seen) => { status: number; headers?: object; body?: unknown } | undefined;

const server = createServer(async (request, response) => {
  const body = await text(request);
  const { method, url } = request;
  const type = request.headers["content-type"];
  const entry = { method, url, type, body: body && JSON.parse(body) };
  seen.push(entry);
  const answered = answer(entry);
  if (!answered) return;
  response.writeHead(answered.status, { ...answered.headers });
  response.end(
    typeof answered.body === "string" ? answered.body : JSON.stringify(answered.body ?? {}),
  );
});

const text = async (request: IncomingMessage) => {
  let whole = "";
  for await (const part of request) whole += part;
  return whole;
};

let apiUrl: string;
before(async () => {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  apiUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
after(() => {
  server.closeAllConnections();
  server.close();
});
beforeEach(() => {
  seen = [];
  answer = () => ({
    status: 200,
    body: { id: "1", outcome: "positive", comment: null, user_id: null },
  });
});

const rejectsWith = (promise: Promise<unknown>, expected: Partial<FeedbackError>) =>
  assert.rejects(promise, (error) => {
    assert.ok(error instanceof FeedbackError, String(error));
    const { code, status, retryAfter } = error;
    assert.deepEqual({ code, status, retryAfter }, { status: 0, retryAfter: 0, ...expected });
    return true;
  });

test("a vote is posted and its proof returned", async () => {
  answer = () => ({
    status: 200,
    body: { id: "7", outcome: "negative", comment: "why", user_id: "u" },
  });
  const reply = await sendFeedback({
    apiUrl: `${apiUrl}/`,
    feedbackToken: "token",
    outcome: "negative",
    comment: "why",
    reasons: ["slow"],
    userID: "u",
  });
  assert.deepEqual(reply, { id: "7", outcome: "negative", comment: "why", user_id: "u" });
  assert.deepEqual(seen, [
    {
      method: "POST",
      url: "/v1/feedback",
      type: "application/json",
      body: {
        feedback_token: "token",
        user_id: "u",
        outcome: "negative",
        comment: "why",
        reasons: ["slow"],
      },
    },
  ]);
});

test("the names of the wire and empty values are understood", async () => {
  await sendFeedback({ apiUrl, feedback_token: "token", outcome: "positive", user_id: null });
  await sendFeedback({ apiUrl, feedbackToken: "token", outcome: "positive", comment: "" });
  answer = () => ({ status: 200, body: { outcome: null } });
  await retractFeedback({ apiUrl, feedbackToken: "token", userId: "u" });
  assert.deepEqual(
    seen.map(({ body }) => body),
    [
      { feedback_token: "token", outcome: "positive" },
      { feedback_token: "token", outcome: "positive" },
      { feedback_token: "token", user_id: "u" },
    ],
  );
});

test("a comment is sent well-formed and without NUL", async () => {
  answer = ({ body }) => ({ status: 200, body: { id: "1", ...(body as object) } });
  const comment = "a\ud800b\0c😀";
  const reply = await sendFeedback({
    apiUrl,
    feedbackToken: "token",
    outcome: "positive",
    comment,
  });
  assert.equal(reply.comment, "a\ufffdb\ufffdc😀");
});

test("a refusal has status, code and message", async () => {
  answer = () => ({
    status: 401,
    body: { error: { code: "expired_feedback_token", message: "feedback_token: has expired" } },
  });
  const promise = sendFeedback({ apiUrl, feedbackToken: "token", outcome: "positive" });
  await rejectsWith(promise, { code: "expired_feedback_token", status: 401 });
  await assert.rejects(promise, { message: "feedback_token: has expired", name: "FeedbackError" });
});

test("Retry-After is told in milliseconds", async () => {
  answer = () => ({ status: 503, headers: { "retry-after": "9" }, body: "<html>" });
  await rejectsWith(sendFeedback({ apiUrl, feedbackToken: "token", outcome: "positive" }), {
    code: "http_error",
    status: 503,
    retryAfter: 9000,
  });
});

test("an answer that proves nothing is no success", async () => {
  for (const body of [
    "<html>Welcome to the train's Wi-Fi</html>",
    "",
    { ok: true },
    { error: { code: "bad_gateway", message: "upstream" } },
    { id: "1", outcome: "negative", comment: null, user_id: null },
  ]) {
    answer = () => ({ status: 200, body });
    await rejectsWith(sendFeedback({ apiUrl, feedbackToken: "token", outcome: "positive" }), {
      code: "unproven",
      status: 200,
    });
  }
  await rejectsWith(retractFeedback({ apiUrl, feedbackToken: "token" }), {
    code: "unproven",
    status: 200,
  });
});

test("an unreachable receiver is a network error", async () => {
  const gone = createServer();
  await new Promise<void>((resolve) => gone.listen(0, "127.0.0.1", resolve));
  const { port } = gone.address() as AddressInfo;
  await new Promise((resolve) => gone.close(resolve));
  await rejectsWith(
    sendFeedback({
      apiUrl: `http://127.0.0.1:${port}`,
      feedbackToken: "token",
      outcome: "positive",
    }),
    { code: "network_error" },
  );
});

test("a silent receiver is given up", async () => {
  answer = () => undefined;
  await rejectsWith(
    sendFeedback({ apiUrl, feedbackToken: "token", outcome: "positive", timeout: 50 }),
    { code: "timeout" },
  );
});

test("a signal ends the call with its reason", async () => {
  const controller = new AbortController();
  const reason = new Error("the page is left");
  answer = () => {
    controller.abort(reason);
    return undefined;
  };
  const options = {
    apiUrl,
    feedbackToken: "token",
    outcome: "positive" as const,
    signal: controller.signal,
  };
  await assert.rejects(sendFeedback(options), reason);
  assert.equal(seen.length, 1);
  await assert.rejects(sendFeedback(options), reason);
  assert.equal(seen.length, 1, "an ended signal starts no call");
});

test("bad arguments are named before anything is sent", async () => {
  await assert.rejects(sendFeedback({ apiUrl, feedbackToken: "", outcome: "positive" }), {
    name: "TypeError",
    message: /^feedbackToken:/,
  });
  await assert.rejects(
    sendFeedback({ apiUrl, feedbackToken: "token", outcome: "good" as "positive" }),
    { name: "TypeError", message: /^outcome:/ },
  );
  await assert.rejects(sendFeedback({ feedbackToken: "token", outcome: "positive" }), {
    name: "TypeError",
    message: /^apiUrl:/,
  });
  assert.equal(seen.length, 0);
});

test("more than a hundred keys are looked up in parts and come back in order", async () => {
  answer = ({ body }) => {
    const { items } = body as { items: { feedback_token: string }[] };
    return {
      status: 200,
      body: {
        items: items.map(({ feedback_token }) =>
          feedback_token === "token 3"
            ? { error: { code: "expired_feedback_token", message: "feedback_token: has expired" } }
            : { outcome: Number(feedback_token.slice(6)) % 2 ? "negative" : null },
        ),
      },
    };
  };
  const keys = Array.from({ length: 230 }, (_, index) => ({ feedbackToken: `token ${index}` }));
  const answers = await lookupFeedback(keys, { apiUrl });
  assert.deepEqual(
    seen.map(({ url, body }) => [url, (body as { items: unknown[] }).items.length]),
    [
      ["/v1/feedback/lookup", 100],
      ["/v1/feedback/lookup", 100],
      ["/v1/feedback/lookup", 30],
    ],
  );
  assert.equal(answers.length, 230);
  assert.equal(answers[3]?.error?.code, "expired_feedback_token");
  assert.deepEqual(answers[229], { outcome: "negative" });
  assert.deepEqual(answers[228], { outcome: null });
});

test("a lookup with too few or broken items is refused", async () => {
  for (const items of [[], [null], undefined]) {
    answer = () => ({ status: 200, body: { items } });
    await rejectsWith(lookupFeedback([{ feedbackToken: "token" }], { apiUrl }), {
      code: "unproven",
      status: 200,
    });
  }
});

test("one vote is looked up without the token in the address", async () => {
  answer = () => ({ status: 200, body: { items: [{ outcome: "negative" }] } });
  assert.equal(await getFeedback({ apiUrl, feedbackToken: "token", userID: "u" }), "negative");
  assert.deepEqual(
    seen.map(({ method, url, body }) => ({ method, url, body })),
    [
      {
        method: "POST",
        url: "/v1/feedback/lookup",
        body: { items: [{ feedback_token: "token", user_id: "u" }] },
      },
    ],
  );
});

test("a receiver without lookup is asked the original way", async () => {
  for (const status of [404, 405]) {
    seen = [];
    answer = ({ method }) =>
      method === "GET" ? { status: 200, body: { outcome: null } } : { status };
    const key = { apiUrl, feedbackToken: "a+b/c=", userID: "u&v" };
    assert.equal(await getFeedback(key), null);
    assert.equal(seen[1]?.url, "/v1/feedback?feedback_token=a%2Bb%2Fc%3D&user_id=u%26v");
  }
});

test("an error of the one item looked up is thrown", async () => {
  answer = () => ({
    status: 200,
    body: { items: [{ error: { code: "invalid_feedback_token", message: "feedback_token: no" } }] },
  });
  await rejectsWith(getFeedback({ apiUrl, feedbackToken: "token" }), {
    code: "invalid_feedback_token",
    status: 200,
  });
});
