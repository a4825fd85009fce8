import type { Answer } from "./answer.ts";
import type { Kept } from "./outbox.ts";
import type { Outcome, Status } from "./types.ts";

// The life of one vote, from the press to its proof, as a state machine without input or output.
// `src/delivery.rs` is the other implementation and explains each part. Both run
// `tests/vectors/delivery.json`.

/** The coarse states that styles and events speak of; the value of `data-status`. */
export type Phase = "idle" | "sending" | "sent" | "queued" | "rejected";

/** What a page hears. */
export type Notice = "sent" | "retracted" | "queued" | "superseded" | "rejected";

/** What the page knows of one key: (endpoint, token, user). */
export interface Delivery {
  /** The last outcome the receiver proved to hold; null when there is none. */
  _acknowledged: Outcome | null;
  /** What the person wants and the receiver has not yet proven. */
  _intent?: Kept | undefined;
  /** An unproven vote below a retraction: it stands again where votes cannot be taken back. */
  _under?: Kept | undefined;
  /** The intent whose request is under way. */
  _inFlight?: Kept | undefined;
  /** The receiver named a time: until it is there nothing else leaves. */
  _held?: boolean | undefined;
  /** Failures in a row since the last press or proof. */
  _failures: number;
  _status: Status;
}

/** What the page has to do after an event, in this order. */
export interface Effects {
  /** Write the intent to the outbox. */
  _store?: boolean;
  /** Remove this sequence from the outbox, unless a newer one stands there. */
  _remove?: number | undefined;
  /** Start a request for the intent, then call `sent`. */
  _send?: boolean;
  /** Call `due` after so many milliseconds. */
  _wait?: number | undefined;
  /** Tell the page. */
  _notice?: Notice | undefined;
}

export const newDelivery = (): Delivery => ({ _acknowledged: null, _failures: 0, _status: "idle" });

/** The coarse state a status belongs to. */
export const phase = (status: Status): Phase =>
  status === "retracted"
    ? "sent"
    : /^(idle|sending|sent)$/.test(status)
      ? (status as Phase)
      : /^(off|un|exp)/.test(status)
        ? "queued"
        : "rejected";

/** What the thumbs show: the intent while one is open, else what was proven. */
export const shown = ({ _intent, _acknowledged }: Delivery): Outcome | null =>
  _intent ? _intent.outcome : _acknowledged;

/** A person pressed: a vote, a change, a comment, or a retraction. */
export const press = (delivery: Delivery, intent: Kept): Effects => {
  const before = delivery._intent;
  if (intent.outcome) delivery._under = undefined;
  else if (before?.outcome) delivery._under = before;
  delivery._intent = intent;
  delivery._failures = 0;
  delivery._status = delivery._held ? "unavailable" : "sending";
  return { _store: true, _send: !delivery._inFlight && !delivery._held };
};

/** A record of an earlier page was found in the outbox, or another tab wrote a newer one. */
export const resume = (delivery: Delivery, intent: Kept): Effects =>
  delivery._intent && delivery._intent.sequence >= intent.sequence
    ? {}
    : { ...press(delivery, intent), _store: false };

/** The network or the person came back. */
export const wake = (delivery: Delivery): Effects => ({
  _send:
    !!delivery._intent && !delivery._inFlight && !delivery._held && delivery._status !== "expired",
});

/** The wait is over. */
export const due = (delivery: Delivery): Effects => {
  delivery._held = false;
  return wake(delivery);
};

/**
 * Another tab, or another token of the run, has seen to this press: its record is gone, and with it
 * the reason to send. What became of it is not known here, so nobody is told anything.
 */
export const gone = (delivery: Delivery): Effects => {
  if (delivery._intent) delivery._acknowledged = delivery._intent.outcome;
  delivery._intent = delivery._under = undefined;
  delivery._status = "idle";
  return {};
};

/** The request for the present intent has started. */
export const sent = (delivery: Delivery): void => {
  delivery._inFlight = delivery._intent;
};

/** The receiver was asked for an earlier vote. A press since then wins. */
export const restored = (delivery: Delivery, outcome: Outcome | null): void => {
  if (!delivery._intent && delivery._status === "idle") delivery._acknowledged = outcome;
};

/** The open intent was given up before it was sent. */
export const abandon = (delivery: Delivery, status: Status): Effects => settle(delivery, status);

/** The request came to an end. `random` in [0, 1) spreads the next try. */
export const answer = (delivery: Delivery, [kind, value]: Answer, random: number): Effects => {
  const flown = delivery._inFlight;
  if (!flown) return {};
  delivery._inFlight = undefined;
  const confirmed = kind === "proven" || kind === "superseded";
  if (confirmed) {
    delivery._acknowledged = kind === "superseded" ? value : flown.outcome;
    delivery._failures = 0;
  }
  const under = delivery._under;
  if (under && (confirmed || kind === "refused") && under.sequence <= flown.sequence) {
    delivery._under = undefined;
  }
  delivery._held = kind === "unavailable" && value > 0 && !!delivery._intent;
  // Something newer was pressed meanwhile: it goes out at once, unless the receiver named a time.
  if (delivery._intent?.sequence !== flown.sequence && !delivery._held) {
    return { _send: !!delivery._intent };
  }
  switch (kind) {
    case "proven":
      return flown.outcome
        ? settle(delivery, "sent", "sent")
        : settle(delivery, "retracted", "retracted");
    case "superseded":
      return settle(delivery, "idle", kind);
    case "refused":
      return settle(delivery, value, "rejected");
    case "unsupported": {
      const vote = delivery._under;
      if (!vote) return settle(delivery, "cannot_retract", "rejected");
      delivery._under = undefined;
      delivery._intent = { ...vote, sequence: flown.sequence + 1 };
      delivery._status = "cannot_retract";
      return { _store: true, _send: true, _notice: "rejected" };
    }
  }
  // Full jitter: the next try falls anywhere in a window that doubles with every failure.
  const wait = random * Math.min(2000 * 2 ** delivery._failures, 300_000);
  const first = phase(delivery._status) !== "queued";
  delivery._failures++;
  delivery._status = kind === "failed" ? "offline" : kind;
  return {
    _wait: kind === "expired" ? undefined : kind === "unavailable" ? value + wait : wait,
    _notice: first ? "queued" : undefined,
  };
};

const settle = (delivery: Delivery, status: Status, notice?: Notice): Effects => {
  const sequence = delivery._intent?.sequence;
  delivery._intent = delivery._under = undefined;
  delivery._status = status;
  return { _remove: sequence, _notice: notice };
};
