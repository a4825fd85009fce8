// Solid: `<workflowai-feedback>` in JSX. `import type {} from "workflowai-feedback/frameworks/solid"`
import type { JSX } from "solid-js";
import type { FeedbackAttributes, FeedbackProperties } from "../attributes.js";
import type { FeedbackEventMap } from "../events.js";
import type { FeedbackElement } from "../index.js";

type Properties = {
  [Name in keyof FeedbackProperties as `prop:${Name}`]?: FeedbackProperties[Name];
};
type Attributes = {
  [Name in keyof FeedbackAttributes as `attr:${Name}`]?: FeedbackAttributes[Name];
};
type Events = {
  [Name in keyof FeedbackEventMap as `on:${Name}`]?:
    | ((event: FeedbackEventMap[Name]) => void)
    | undefined;
};

declare module "solid-js" {
  namespace JSX {
    interface IntrinsicElements {
      "workflowai-feedback": Omit<
        JSX.HTMLAttributes<FeedbackElement>,
        keyof FeedbackProperties | keyof FeedbackAttributes
      > &
        FeedbackProperties &
        FeedbackAttributes &
        Properties &
        Attributes &
        Events;
    }
  }
}
