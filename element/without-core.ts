import type { Controller } from "./controller.ts";
import type { FeedbackElement } from "./feedback-element.ts";

/** Runs an element without WebAssembly. */
export declare const attach: (element: FeedbackElement) => Controller;
