// React 18 and 19: `<workflowai-feedback>` in JSX. `import type {} from "workflowai-feedback/frameworks/react"`
import type { DetailedHTMLProps, HTMLAttributes } from "react";
import type { FeedbackMarkup } from "../attributes.js";
import type { FeedbackEventMap } from "../events.js";
import type { FeedbackElement } from "../index.js";

/** Only React 19 listens to events of custom elements; `FeedbackButtons` does so in both. */
type Events = {
  [Name in keyof FeedbackEventMap as `on${Name}`]?:
    | ((event: FeedbackEventMap[Name]) => void)
    | undefined;
};

declare module "react" {
  namespace JSX {
    interface IntrinsicElements {
      "workflowai-feedback": Omit<
        DetailedHTMLProps<HTMLAttributes<FeedbackElement>, FeedbackElement>,
        keyof FeedbackMarkup
      > &
        FeedbackMarkup &
        Events & { class?: string | undefined };
    }
  }
}
