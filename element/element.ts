export { define, FeedbackElement } from "./feedback-element.ts";
export { configure } from "./settings.ts";
export type { FeedbackRequest, Messages, Outcome, Settings, VoteOptions } from "./types.ts";
