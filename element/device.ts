import { memory, PREFIX, page, read as readRecord, setting, touch } from "./outbox.ts";
import { runOf } from "./run-of.ts";
import type { Kept } from "./types.ts";

// What this device keeps and guards for all its tabs; for the core and for what stands in for it.

/** Votes pressed longer ago than this are given up, in milliseconds: 30 days. */
const AGE = 30 * 86_400_000;
/** So many votes are kept for a receiver; the oldest go first. */
const NUMBER = 100;
/** No tab waits longer than this for another one's request, in milliseconds. */
const PATIENCE = 20_000;

/**
 * The kept press of a key. Anything else that stands there is none. Presses from now on are
 * numbered above it, whatever the clock says.
 */
export const read = (key: string): Kept | undefined => {
  const kept = readRecord(key);
  if (
    !kept ||
    ![null, "positive", "negative"].includes(kept.outcome) ||
    typeof kept.client !== "string" ||
    !Number.isSafeInteger(kept.sequence) ||
    !Number.isFinite(kept.pressed)
  ) {
    return;
  }
  page._sequence = Math.max(page._sequence, kept.sequence);
  return kept;
};

/** Whether a key's record outlives this page. */
export const kept = (key: string): boolean => !memory.has(key);

const remove = (key: string) => {
  memory.delete(key);
  try {
    localStorage.removeItem(PREFIX + key);
  } catch {}
};

/** Removes a record, unless a newer press stands there. */
export const forget = (key: string, sequence: number): void => {
  const kept = read(key);
  if (!kept || kept.sequence <= sequence) remove(key);
};

/** The keys of a receiver that something is kept for. Gives up what is damaged, old or too much. */
export const keys = (endpoint: string): string[] => {
  const start = `${JSON.stringify([endpoint]).slice(0, -1)},`;
  const names = new Set(memory.keys());
  try {
    for (const name of Object.keys(localStorage)) {
      if (name.startsWith(PREFIX)) names.add(name.slice(PREFIX.length));
    }
  } catch {}
  const pressed = (key: string) => read(key)?.pressed || 0;
  return [...names]
    .filter((name) => name.startsWith(start))
    .sort((one, other) => pressed(other) - pressed(one))
    .filter((key, index) => {
      const kept = read(key);
      if (kept && index < NUMBER && Date.now() - kept.pressed < AGE) return true;
      remove(key);
      if (kept) {
        const { outcome, comment = null, reasons = [] } = kept;
        // The answer it was about is hardly on this page.
        document.dispatchEvent(
          new CustomEvent("feedback-error", {
            detail: { outcome, comment, reasons, reason: "dropped" },
          }),
        );
      }
      return false;
    });
};

/**
 * A refreshed token goes on where the old one stopped: takes over what was kept for another token
 * of the same run, user and receiver. The newest press wins.
 */
export const fold = (key: string): void => {
  const run = runOf(key);
  for (const other of keys(JSON.parse(key)[0])) {
    if (other === key || runOf(other) !== run) continue;
    const theirs = read(other) as Kept;
    const own = read(key);
    if (!own || own.pressed < theirs.pressed) {
      const text = JSON.stringify(theirs);
      touch(key);
      memory.set(key, text);
      try {
        if (setting("outbox") !== false) {
          localStorage[PREFIX + key] = text;
          memory.delete(key);
        }
      } catch {}
    }
    remove(other);
    // Whoever still tries with the old token hears what other tabs hear.
    dispatchEvent(new StorageEvent("storage", { key: PREFIX + other }));
  }
};

/** What lets go of each lock that this page holds. */
const held = new Set<() => void>();
/** Ends when the page is left: neither a lock nor the wait for one may keep it from coming back. */
let stay = new AbortController();

/** Lets one tab at a time send for a key; call what it gives when done. */
export const lock = (key: string): Promise<() => void> =>
  new Promise((granted) => {
    let over = false;
    const go = (release = () => {}) => {
      over = true;
      granted(release);
    };
    const ask = () =>
      navigator.locks.request(
        PREFIX + key,
        { signal: stay.signal },
        () =>
          over ||
          new Promise<void>((resolve) => {
            const release = () => {
              held.delete(release);
              resolve();
            };
            held.add(release);
            go(release);
          }),
      );
    // Correct without, where there are none or the origin may not have any.
    const request = async () => {
      try {
        await ask();
      } catch {
        if (stay.signal.aborted) addEventListener("pageshow", request, { once: true });
        else go();
      }
    };
    setTimeout(go, PATIENCE);
    request();
  });

/** Lets other requests of this page's keys begin: whoever held the locks is gone. */
export const letGo = (): void => {
  for (const release of held) release();
};

const leave = () => {
  stay.abort();
  letGo();
};
const comeBack = () => {
  stay = new AbortController();
};

/** Hears when the page is left and comes back; once, however often it is called. */
export const guard = (): void => {
  addEventListener("pagehide", leave);
  addEventListener("pageshow", comeBack);
};
