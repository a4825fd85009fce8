import type { FeedbackElement } from "./feedback-element.ts";
import type { Kept, Outcome, Settings, VoteOptions } from "./types.ts";

export type { Kept } from "./types.ts";

// The shell keeps and sends. What comes later reaches it here, through the first element it ran.

/** What the name of every kept item begins with. The number is the format's version. */
export const PREFIX = "workflowai-feedback:1:";

let shell: FeedbackElement;
/** What all elements of this page share. */
export let page: FeedbackElement["_page"];
/** What could not be kept on the device: storage is refused or full, or the page wants it so. */
export let memory: Map<string, string>;

/** Goes on with the shell of this element. */
export const adopt = (element: FeedbackElement): void => {
  // The prototype has all that is needed here, and lets the element go.
  shell ||= Object.getPrototypeOf(element);
  page ||= element._page;
  memory ||= page._memory;
};

/** The kept press of a key, if there is one. */
export const read = (key: string): Kept | undefined => shell._read(key);

/** Keeps a press, before anything else is done about it. */
export const record = (key: string, outcome: Outcome | null, options?: VoteOptions): Kept =>
  shell._record(key, outcome, options);

/** Sends what is kept for a key once more when the page is left. */
export const touch = (key: string): void => shell._touch(key);

/** Sends one attempt. */
export const post = (
  key: string,
  kept: Kept,
  options: { signal?: AbortSignal; keepalive: boolean },
): Promise<unknown> => shell._post(key, kept, options);

/** A setting in force. */
export const setting = <Name extends keyof Settings>(name: Name): Settings[Name] | undefined =>
  shell._setting(name);
