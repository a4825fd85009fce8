// Preact: `<workflowai-feedback>` in JSX. `import type {} from "workflowai-feedback/frameworks/preact"`
import type { HTMLAttributes } from "preact";
import type { FeedbackMarkup } from "../attributes.js";
import type { FeedbackEventMap } from "../events.js";
import type { FeedbackElement } from "../index.js";

type Events = {
  [Name in keyof FeedbackEventMap as `on${Name}`]?:
    | ((event: FeedbackEventMap[Name]) => void)
    | undefined;
};

declare module "preact" {
  namespace JSX {
    interface IntrinsicElements {
      "workflowai-feedback": Omit<HTMLAttributes<FeedbackElement>, keyof FeedbackMarkup> &
        FeedbackMarkup &
        Events;
    }
  }
}
