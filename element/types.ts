/** A vote. */
export type Outcome = "positive" | "negative";

/** What a person is told about their vote. */
export type Status =
  | "idle"
  | "sending"
  | "sent"
  | "retracted"
  | "offline"
  | "unavailable"
  | "unproven"
  | "expired"
  | "invalid"
  | "not_allowed"
  | "too_long"
  | "not_accepted"
  | "cannot_retract"
  | "dropped";

/** What goes with a vote. */
export interface VoteOptions {
  /** Up to 10,000 characters. */
  comment?: string | undefined;
  /** The reasons chosen after thumbs down. */
  reasons?: string[] | undefined;
}

/** One press, as it is kept on the device. */
export interface Kept extends VoteOptions {
  /** `null` takes the vote back. */
  outcome: Outcome | null;
  client: string;
  sequence: number;
  /** Milliseconds since 1970. */
  pressed: number;
}

/** The texts a page can replace; see `messages` of {@link Settings}. */
export type Messages = Record<string, string>;

/** The JSON body of `POST /v1/feedback`, and, without `outcome`, of `…/retract`. */
export interface FeedbackRequest {
  feedback_token: string;
  user_id?: string | undefined;
  outcome?: Outcome | undefined;
  comment?: string | undefined;
  reasons?: string[] | undefined;
  intent: { client: string; sequence: number; age: number };
}

/** Page-wide settings, by `configure()` or as JSON in `<meta name="workflowai-feedback">` in the page's head. */
export interface Settings {
  /** Base address of the receiver. Default: the page's own origin. */
  apiUrl?: string;
  /** Address of the wasm file, for those who host it elsewhere. */
  wasmUrl?: string;
  /** `false` keeps nothing on the device. */
  outbox?: boolean;
  /** Texts that replace those of the language. */
  messages?: Messages;
  /**
   * Replaces the HTTP call, for pages that send through their own backend. Its answer is the
   * receiver's JSON body and must pass the same proof.
   */
  send?(
    request: FeedbackRequest,
    options: { signal?: AbortSignal; keepalive: boolean },
  ): Promise<unknown>;
}
