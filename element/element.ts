export type { FeedbackAttributes, FeedbackProperties } from "./attributes.ts";
export type * from "./events.ts";
export { define, FeedbackElement } from "./feedback-element.ts";
export { configure } from "./settings.ts";
export type { FeedbackRequest, Messages, Outcome, Settings, VoteOptions } from "./types.ts";
