// Svelte 5: `<workflowai-feedback>` in templates. `import type {} from "workflowai-feedback/frameworks/svelte"`
import type { HTMLAttributes } from "svelte/elements";
import type { FeedbackMarkup } from "../attributes.js";
import type { FeedbackEventMap } from "../events.js";
import type { FeedbackElement } from "../index.js";

type Events = {
  [Name in keyof FeedbackEventMap as `on${Name}`]?:
    | ((event: FeedbackEventMap[Name]) => void)
    | undefined;
};

declare module "svelte/elements" {
  interface SvelteHTMLElements {
    "workflowai-feedback": Omit<HTMLAttributes<FeedbackElement>, keyof FeedbackMarkup> &
      FeedbackMarkup &
      Events;
  }
}
