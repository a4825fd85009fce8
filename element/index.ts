import { define } from "./element.ts";

export * from "./element.ts";

define();
