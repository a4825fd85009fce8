/**
 * How the receiver answers in each state that a real one would not answer with on demand. What is
 * not listed goes to the real one.
 *
 * @type {Record<string, (body: any, retract: boolean) => Response | Promise<Response>>}
 */
const ANSWERS = {
  sending: () => new Promise(() => {}),
  offline: () => Promise.reject(new TypeError("no connection")),
  unavailable: () => refusal(503, "unavailable"),
  expired: () => refusal(401, "expired_feedback_token"),
  unproven: () => new Response("<!doctype html><title>Some other page</title>"),
  invalid: () => refusal(400, "invalid_feedback_token"),
  not_allowed: () => refusal(403, "user_mismatch"),
  too_long: () => refusal(413, "too_large"),
  cannot_retract: ({ outcome, intent }, retract) =>
    retract
      ? refusal(405, "method_not_allowed")
      : Response.json({ id: "1", outcome, comment: null, user_id: null, intent }),
};

/**
 * @param {number} status
 * @param {string} code
 */
const refusal = (status, code) => Response.json({ error: { code, message: code } }, { status });

const own = globalThis.fetch;

/**
 * Lets votes be answered as a state wants it. The page's own `fetch` is replaced rather than the
 * widget's `send`: the widget shall run as it does elsewhere.
 *
 * @param {string} state
 */
export function answerAs(state) {
  const answer = ANSWERS[state];
  globalThis.fetch = async (input, init) => {
    const request = new Request(input, init);
    const path = /\/v1\/feedback(\/retract)?$/.exec(new URL(request.url).pathname);
    if (!answer || !path || request.method !== "POST") return own(request);
    return answer(await request.json(), !!path[1]);
  };
}
