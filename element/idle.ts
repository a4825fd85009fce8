import { mirror } from "./controller.ts";
import type { FeedbackElement } from "./feedback-element.ts";
import { PREFIX } from "./outbox.ts";
import { expired, runOf } from "./run-of.ts";

/** Idle calls come one by one. Elements whose calls are no further apart ask together. */
const TOGETHER = 50;
const asking = new Set<FeedbackElement>();
let timer: ReturnType<typeof setTimeout>;

const ask = async () => {
  const { restore } = await import("./restore.ts");
  for (const element of asking) restore(element);
  asking.clear();
};

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
    // Whatever is kept for this receiver, also by pages before. What waits for a token that this
    // element does not have would load the core for nothing, at every visit.
    const own = `${PREFIX}["${element._endpoint()}"`;
    const due = (key: string) => !expired(key) || runOf(key) === runOf(element._key);
    const names = Object.keys(localStorage).filter((name) => name.startsWith(own));
    if (names.some((name) => due(name.slice(PREFIX.length)))) element.preload();
  } catch {
    // Storage is refused.
  }
  import("./locales.ts").then(({ localise }) => localise(element));
  if (element.restore && element._key && !element._given) {
    asking.add(element);
    clearTimeout(timer);
    timer = setTimeout(ask, TOGETHER);
  }
};
