import { readAnswer, retryAfter } from "./answer.ts";
import { clean } from "./text.ts";
import type { Outcome, VoteOptions } from "./types.ts";

export type { Outcome } from "./types.ts";

/** The run's signed token, under its name in JavaScript or on the wire. */
type Token =
  | { feedbackToken: string; feedback_token?: undefined }
  | { feedback_token: string; feedbackToken?: undefined };

/** Which vote: one answer of an AI, one person. */
export type FeedbackKey = Token & {
  /** The end user; absent, null and empty all mean an anonymous one. */
  userID?: string | null | undefined;
  userId?: string | null | undefined;
  user_id?: string | null | undefined;
};

export interface CallOptions {
  /** Base address of the receiver. Default: the page's own origin; required where there is none. */
  apiUrl?: string | undefined;
  /** Ends the call; it then rejects with the signal's reason. */
  signal?: AbortSignal | undefined;
  /** Milliseconds until the call is given up. Default: 15,000. */
  timeout?: number | undefined;
}

/** The arguments of {@link sendFeedback}. */
export type SendOptions = FeedbackKey & CallOptions & VoteOptions & { outcome: Outcome };

/** The receiver's answer to a vote. */
export interface FeedbackReply {
  id: string;
  outcome: Outcome;
  comment: string | null;
  user_id: string | null;
}

/** What is known of one key of {@link lookupFeedback}. */
export type LookupAnswer =
  | { outcome: Outcome | null; error?: undefined }
  | { error: { code: string; message: string }; outcome?: undefined };

/** Why a call failed. */
export class FeedbackError extends Error {
  override name = "FeedbackError";

  constructor(
    message: string,
    /**
     * For programs: the receiver's code such as `expired_feedback_token`, or `timeout`,
     * `network_error`, `http_error` (an error without a code) or `unproven` (a success that does
     * not prove that the vote arrived).
     */
    readonly code: string,
    /** HTTP status; 0 where nothing answered. */
    readonly status = 0,
    /** Milliseconds to wait before the next try, 0 where the receiver did not say. */
    readonly retryAfter = 0,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

const TIMEOUT = 15_000;
/** As many keys go into one call; see `POST /v1/feedback/lookup`. */
const LOOKUP_ITEMS = 100;

const keyOf = (key: FeedbackKey) => {
  const feedback_token = key.feedbackToken || key.feedback_token;
  if (!feedback_token) throw new TypeError("feedbackToken: is missing");
  return { feedback_token, user_id: key.userID || key.userId || key.user_id || undefined };
};

const baseOf = (apiUrl: string | undefined) => {
  const base = apiUrl || globalThis.location?.origin;
  if (!base || base === "null") throw new TypeError("apiUrl: is missing, and there is no page");
  return base.replace(/\/+$/, "");
};

interface HttpAnswer {
  status: number;
  retryAfter: number;
  /** The JSON body, undefined where it is none. */
  body: unknown;
}

/** One HTTP call, its body included, within the time. */
const call = async (
  path: string,
  content: object | undefined,
  { apiUrl, signal, timeout = TIMEOUT }: CallOptions,
): Promise<HttpAnswer> => {
  const url = baseOf(apiUrl) + path;
  // React Native knows neither AbortSignal.timeout and .any nor a signal's reason.
  const stopped = () =>
    signal?.reason ?? Object.assign(new Error("aborted"), { name: "AbortError" });
  if (signal?.aborted) throw stopped();
  const controller = new AbortController();
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    controller.abort();
  }, timeout);
  const abort = () => controller.abort();
  signal?.addEventListener("abort", abort);
  try {
    const response = await fetch(url, {
      signal: controller.signal,
      ...(content && {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(content),
      }),
    });
    const text = await response.text();
    let body: unknown;
    try {
      body = JSON.parse(text);
    } catch {}
    return {
      status: response.status,
      retryAfter: retryAfter(response.headers.get("retry-after")),
      body,
    };
  } catch (cause) {
    if (signal?.aborted) throw stopped();
    throw late
      ? new FeedbackError(`no answer within ${timeout} ms`, "timeout", 0, 0, { cause })
      : new FeedbackError("the receiver cannot be reached", "network_error", 0, 0, { cause });
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", abort);
  }
};

/** The error that an answer stands for. */
const errorOf = ({ status, retryAfter, body }: HttpAnswer) => {
  const { error } = (body || {}) as { error?: { code?: string; message?: string } };
  return status >= 200 && status < 300
    ? new FeedbackError(
        "something answered that is no proof from a receiver of feedback",
        "unproven",
        status,
      )
    : new FeedbackError(
        error?.message || `HTTP ${status}`,
        error?.code || "http_error",
        status,
        retryAfter,
      );
};

/** Sends a vote or its retraction and returns the proof. */
const deliver = async (
  options: FeedbackKey & CallOptions,
  vote: VoteOptions & { outcome: Outcome | null },
) => {
  const key = keyOf(options);
  const path = vote.outcome ? "/v1/feedback" : "/v1/feedback/retract";
  const answer = await call(path, { ...key, ...vote, outcome: vote.outcome ?? undefined }, options);
  const sent = { ...vote, client: "", sequence: 0, pressed: 0 };
  const [kind] = readAnswer(sent, key.user_id || "", answer.status, 0, answer.body);
  if (kind !== "proven") throw errorOf(answer);
  return answer.body;
};

/**
 * Sends a vote; a vote of the same token and user is overwritten, its comment too.
 *
 * ```ts
 * await sendFeedback({ apiUrl: "https://feedback.example.com", feedbackToken, outcome: "positive" });
 * ```
 *
 * Rejects with a {@link FeedbackError}, or with the reason of `signal`.
 */
export const sendFeedback = async (options: SendOptions): Promise<FeedbackReply> => {
  const { outcome, comment, reasons } = options;
  if (outcome !== "positive" && outcome !== "negative") {
    throw new TypeError('outcome: must be "positive" or "negative"');
  }
  return (await deliver(options, {
    outcome,
    comment: comment ? clean(comment) : undefined,
    reasons: reasons?.length ? reasons.map(clean) : undefined,
  })) as FeedbackReply;
};

/** Takes a vote back; fine also where there was none. */
export const retractFeedback = async (options: FeedbackKey & CallOptions): Promise<void> => {
  await deliver(options, { outcome: null });
};

/** The outcomes of many votes at once, in the order asked. Needs our receiver. */
export const lookupFeedback = async (
  keys: readonly FeedbackKey[],
  options: CallOptions = {},
): Promise<LookupAnswer[]> => {
  const items = keys.map(keyOf);
  const answers: LookupAnswer[] = [];
  for (let start = 0; start < items.length; start += LOOKUP_ITEMS) {
    const part = items.slice(start, start + LOOKUP_ITEMS);
    const answer = await call("/v1/feedback/lookup", { items: part }, options);
    const found = (answer.body as { items?: LookupAnswer[] } | undefined)?.items;
    const whole =
      Array.isArray(found) &&
      found.length === part.length &&
      found.every((each) => each && typeof each === "object");
    if (answer.status !== 200 || !whole) throw errorOf(answer);
    answers.push(...found);
  }
  return answers;
};

/** The outcome of a vote, null where there is none. */
export const getFeedback = async (options: FeedbackKey & CallOptions): Promise<Outcome | null> => {
  let found: { outcome?: unknown; error?: { code: string; message: string } | undefined };
  try {
    [found = {}] = await lookupFeedback([options], options);
  } catch (error) {
    const { status } = error as FeedbackError;
    if (status !== 404 && status !== 405) throw error;
    // A receiver like the original one: the token has to go into the address.
    const { feedback_token, user_id } = keyOf(options);
    const user = user_id ? `&user_id=${encodeURIComponent(user_id)}` : "";
    const path = `/v1/feedback?feedback_token=${encodeURIComponent(feedback_token)}${user}`;
    const answer = await call(path, undefined, options);
    if (answer.status !== 200) throw errorOf(answer);
    found = (answer.body || {}) as typeof found;
  }
  if (found.error) throw new FeedbackError(found.error.message, found.error.code, 200);
  const { outcome } = found;
  if (outcome !== null && outcome !== "positive" && outcome !== "negative") {
    throw errorOf({ status: 200, retryAfter: 0, body: found });
  }
  return outcome;
};
