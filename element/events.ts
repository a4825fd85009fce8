import type { FeedbackElement } from "./feedback-element.ts";
import type { Outcome, Status } from "./types.ts";

/** The thumbs show something else. */
export interface ChangeDetail {
  /** What they show now. */
  outcome: Outcome | null;
}

/** A vote that is about to be sent; `null` takes it back. */
export interface VoteDetail extends ChangeDetail {
  comment: string | null;
  reasons: string[];
}

/** What became of a vote. */
export interface ResultDetail extends VoteDetail {
  /** Why, in one word. */
  reason: Status;
}

/** The events of `<workflowai-feedback>`. All bubble and are composed. */
export interface FeedbackEventMap {
  /** The first request of a vote is about to leave; cancelled, the vote is given up. */
  "feedback-before-send": CustomEvent<VoteDetail>;
  /** The thumbs show something else. */
  "feedback-change": CustomEvent<ChangeDetail>;
  /** The receiver proved that it holds the vote. */
  "feedback-sent": CustomEvent<ResultDetail>;
  /** The vote is kept and will be tried again. */
  "feedback-queued": CustomEvent<ResultDetail>;
  /** The vote was refused, or given up. */
  "feedback-error": CustomEvent<ResultDetail>;
  /** The receiver proved that the vote is taken back. */
  "feedback-retract": CustomEvent<ResultDetail>;
}

declare global {
  interface HTMLElementTagNameMap {
    "workflowai-feedback": FeedbackElement;
  }
  /** They bubble: the document and the window hear them too. */
  interface GlobalEventHandlersEventMap extends FeedbackEventMap {}
}
