import type { Outcome } from "./types.ts";

/** The properties of `<workflowai-feedback>`, as a framework sets them. */
export interface FeedbackProperties {
  /** The run's token. It may come late: until then the thumbs are disabled. */
  feedbackToken?: string | null | undefined;
  /** The end user; one vote per run and user. */
  userID?: string | null | undefined;
  /** Base address of the receiver. Default: `configure`, `<meta>`, the page's own origin. */
  apiUrl?: string | null | undefined;
  /** When the comment panel opens. Default: `after-vote`. */
  comment?: "after-vote" | "negative" | "off" | null | undefined;
  /** Where the comment panel is. Default: `popover`. */
  commentPlacement?: "popover" | "inline" | null | undefined;
  /** Up to 8 reasons of 64 characters, to choose from after thumbs down. */
  reasons?: readonly string[] | null | undefined;
  /** Names the widget for assistive technology. */
  label?: string | null | undefined;
  /** The vote that the page knows of. */
  outcome?: Outcome | null | undefined;
  /** Asks the receiver for an earlier vote. */
  restore?: boolean | undefined;
  readonly?: boolean | undefined;
  disabled?: boolean | undefined;
}

/** The same as attributes: a list is JSON. */
export interface FeedbackAttributes {
  "feedback-token"?: string | null | undefined;
  "user-id"?: string | null | undefined;
  "api-url"?: string | null | undefined;
  comment?: FeedbackProperties["comment"];
  "comment-placement"?: FeedbackProperties["commentPlacement"];
  reasons?: FeedbackProperties["reasons"] | string;
  label?: string | null | undefined;
  outcome?: FeedbackProperties["outcome"];
  restore?: boolean | undefined;
  readonly?: boolean | undefined;
  disabled?: boolean | undefined;
}

/** Attributes or properties: what a template may say of the element. */
export type FeedbackMarkup = Omit<FeedbackProperties, keyof FeedbackAttributes> &
  FeedbackAttributes;
