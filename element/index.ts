import { define } from "./feedback-element.ts";

export * from "./element.ts";

define();
