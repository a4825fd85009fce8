// Vue 3: `<workflowai-feedback>` in templates. `import type {} from "workflowai-feedback/frameworks/vue"`
import type { HTMLAttributes } from "vue";
import type { FeedbackMarkup } from "../attributes.js";
import type { FeedbackEventMap } from "../events.js";
import type { FeedbackElement } from "../index.js";

type Capitalized<Name extends string> = Name extends `${infer Head}-${infer Rest}`
  ? `${Capitalize<Head>}${Capitalized<Rest>}`
  : Capitalize<Name>;
type Events = {
  [Name in keyof FeedbackEventMap as `on${Capitalized<Name>}`]?:
    | ((event: FeedbackEventMap[Name]) => void)
    | undefined;
};

type FeedbackComponent = new () => FeedbackElement & {
  $props: Omit<HTMLAttributes, keyof FeedbackMarkup> & FeedbackMarkup & Events;
};

declare module "vue" {
  interface GlobalComponents {
    "workflowai-feedback": FeedbackComponent;
  }
}
