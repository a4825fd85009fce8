import { mirror } from "./controller.ts";
import type { FeedbackElement } from "./feedback-element.ts";
import { PREFIX } from "./outbox.ts";

/** What can wait until the page has painted, for the elements that have any of it to do. */
export const attach = (element: FeedbackElement): void => {
  // Gone again meanwhile.
  if (!element.isConnected) return;
  if (element._controller === element) {
    const kept = element._key && element._read(element._key);
    if (kept) {
      element._shown = kept.outcome;
      element._change();
    }
    mirror(element);
  }
  try {
    // Whatever is kept for this receiver, also by pages before.
    const own = `${PREFIX}["${element._endpoint()}"`;
    if (Object.keys(localStorage).some((name) => name.startsWith(own))) element.preload();
  } catch {
    // Storage is refused.
  }
  import("./locales.ts").then(({ localise }) => localise(element));
  if (element.restore && element._key && !element._given) {
    import("./restore.ts").then(({ restore }) => restore(element));
  }
};
