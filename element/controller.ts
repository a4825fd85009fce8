import type { FeedbackElement } from "./feedback-element.ts";
import type { Outcome, VoteOptions } from "./types.ts";

/** What runs an element once somebody reached for it: the core, or what stands in for it. */
export interface Controller {
  /** Hears every event of the shadow root before the nodes do. */
  _handle(event: Event): void;
  /** Attributes, texts, the key or the known outcome changed: read `_settings()` again. */
  _change(): void;
  /** Votes from a script; `null` takes the vote back. */
  _vote(outcome: Outcome | null, options?: VoteOptions): void;
  /** Tries again now what is kept. */
  _flush(): void;
  /** The element left the page. What is under way goes on. */
  _detach(): void;
}

/** What `loader.ts` and `without-core.ts` export. */
export interface ControllerModule {
  attach(element: FeedbackElement): Controller | Promise<Controller>;
}
