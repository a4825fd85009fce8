import type { Kept } from "./outbox.ts";
import type { Outcome, Status } from "./types.ts";

/** What an answer means for the vote that was sent; see `src/delivery/answer.rs`. */
export type Answer =
  | [kind: "proven" | "unproven" | "failed" | "expired" | "unsupported"]
  | [kind: "superseded", outcome: Outcome | null]
  /** The earliest time for the next try, in milliseconds from now. */
  | [kind: "unavailable", retryAfter: number]
  | [kind: "refused", status: Status];

/** An answer's JSON body, which may be anything. */
interface Reply {
  id?: unknown;
  outcome?: unknown;
  comment?: unknown;
  user_id?: unknown;
  intent?: { client?: unknown; sequence?: unknown };
  applied?: unknown;
  error?: { code?: unknown };
}

/** Reads an answer; `body` is its JSON, undefined where it is none. */
export const readAnswer = (
  sent: Kept,
  user: string,
  status: number,
  retryAfter: number,
  body: unknown,
): Answer => {
  const reply = (body || {}) as Reply;
  if (status >= 200 && status < 300) return readProof(sent, user, reply);
  if (/^(408|425|429|5..)$/.test(`${status}`)) return ["unavailable", retryAfter];
  if (!sent.outcome && /^40[45]$/.test(`${status}`)) return ["unsupported"];
  if (status === 401 && reply.error?.code === "expired_feedback_token") return ["expired"];
  if (status < 400 || status > 499) return ["unproven"];
  return [
    "refused",
    status === 400
      ? "invalid"
      : status === 401 || status === 403
        ? "not_allowed"
        : status === 413 || (status === 422 && [...(sent.comment || "")].length > 10_000)
          ? "too_long"
          : "not_accepted",
  ];
};

const readProof = (sent: Kept, user: string, reply: Reply): Answer => {
  const { outcome, intent: echo } = reply;
  const superseded = reply.applied === false;
  const holds = outcome === sent.outcome;
  if (echo) {
    if (echo.client === sent.client && echo.sequence === sent.sequence) {
      if (!superseded) return [holds ? "proven" : "unproven"];
      if (outcome === null || outcome === "positive" || outcome === "negative") {
        return ["superseded", outcome];
      }
    }
    return ["unproven"];
  }
  // A receiver that echoes nothing must at least answer for this very vote. Where no user was
  // sent, the token or the page's own backend may have filled one in.
  return holds &&
    !superseded &&
    !reply.error &&
    (!outcome ||
      (typeof reply.id === "string" &&
        same(reply.comment, sent.comment) &&
        (!user || same(reply.user_id, user))))
    ? ["proven"]
    : ["unproven"];
};

/** An absent field says nothing; null and empty are the same. */
const same = (field: unknown, sent: string | undefined) =>
  field === null ? !sent : typeof field !== "string" || field === (sent || "");

/** `Retry-After` in both its forms, as milliseconds from now; 0 where it says nothing. */
export const retryAfter = (header: string | null): number => {
  // A date does not begin with a digit.
  const seconds = Number.parseFloat(`${header}`);
  return Math.max(
    0,
    (Number.isNaN(seconds) ? Date.parse(`${header}`) - Date.now() : seconds * 1000) || 0,
  );
};
