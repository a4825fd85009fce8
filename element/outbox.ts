import { setting } from "./settings.ts";
import type { FeedbackRequest, Outcome, VoteOptions } from "./types.ts";

/** What every item's name begins with. The number is the format's version. */
export const PREFIX = "workflowai-feedback:1:";

/** One press, as it is kept on the device. */
export interface Kept extends VoteOptions {
  /** `null` takes the vote back. */
  outcome: Outcome | null;
  client: string;
  sequence: number;
  /** Milliseconds since 1970. */
  pressed: number;
}

/** Stands in where storage is refused or full, or the page wants nothing kept. */
export const memory = new Map<string, string>();

/** This page as a client: a random id, and the last number it gave. */
export const page = { _client: `${Math.random()}`, _sequence: 0 };

const touched = new Set<string>();

/** The kept press of a key, if there is one. */
export const read = (key: string): Kept | undefined => {
  try {
    return JSON.parse(memory.get(key) ?? localStorage[PREFIX + key]);
  } catch {
    // Nothing there, no storage, or something that is not ours.
  }
  return;
};

/** Keeps a press, before anything else is done about it. */
export const record = (key: string, outcome: Outcome | null, options?: VoteOptions): Kept => {
  const before = read(key);
  const pressed = Date.now();
  const kept = {
    ...options,
    outcome,
    client: before?.client || page._client,
    sequence: Math.max(pressed, page._sequence + 1, (before?.sequence || 0) + 1),
    pressed,
  };
  page._sequence = kept.sequence;
  const text = JSON.stringify(kept);
  try {
    if (setting("outbox") === false) throw 0;
    localStorage[PREFIX + key] = text;
  } catch {
    memory.set(key, text);
  }
  touch(key);
  return kept;
};

/** Remembers a key that was pressed on this page. */
export const touch = (key: string): void => {
  // The same function is added once, however often.
  addEventListener("pagehide", leave);
  touched.add(key);
};

/** Sends one attempt. */
export const post = (
  key: string,
  { outcome, comment, reasons, client, sequence, pressed }: Kept,
  options: { signal?: AbortSignal; keepalive: boolean },
): Promise<unknown> => {
  const [endpoint, feedback_token, user] = JSON.parse(key);
  const request: FeedbackRequest = {
    feedback_token,
    user_id: user || undefined,
    outcome: outcome || undefined,
    comment,
    reasons,
    // Not below 0, whatever the clock does.
    intent: { client, sequence, age: Math.max(0, ((Date.now() - pressed) / 1000) | 0) },
  };
  return (
    setting("send")?.(request, options) ||
    fetch(`${endpoint}/v1/feedback${outcome ? "" : "/retract"}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(request),
      ...options,
    })
  );
};

// Whatever is not proven yet goes out once more on the way out. Both arriving is harmless: it is
// the same intent.
const leave = () => {
  for (const key of touched) {
    const kept = read(key);
    if (kept) post(key, kept, { keepalive: true }).catch(() => {});
  }
};
