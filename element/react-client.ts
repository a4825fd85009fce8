import * as client from "./client.ts";
import { FeedbackElement } from "./index.ts";

/** The page's settings hold here as well. */
const withSettings = <Options extends client.CallOptions>(options: Options): Options => ({
  ...options,
  apiUrl: options.apiUrl || FeedbackElement.prototype._setting("apiUrl"),
});

/** Sends a vote; see `sendFeedback` of `workflowai-feedback/client`. */
export const sendFeedback = (options: client.SendOptions): Promise<client.FeedbackReply> =>
  client.sendFeedback(withSettings(options));

/** The outcome of a vote; see `getFeedback` of `workflowai-feedback/client`. */
export const getFeedback = (
  options: client.FeedbackKey & client.CallOptions,
): ReturnType<typeof client.getFeedback> => client.getFeedback(withSettings(options));
