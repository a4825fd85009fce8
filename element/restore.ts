import { mirror } from "./controller.ts";
import type { FeedbackElement } from "./feedback-element.ts";
import type { Outcome } from "./types.ts";

/** As many keys go into one call; see `POST /v1/feedback/lookup`. */
const ITEMS = 100;
/** So many single calls at a time, where a receiver knows no `lookup`. */
const AT_A_TIME = 4;
const TIMEOUT = 15_000;

/** The key that each element was asked about. */
const asked = new WeakMap<FeedbackElement, string>();
/** The receivers that know no `lookup`. */
const single = new Set<string>();

/** A key and its elements, with what they showed when they were asked about. */
type Question = [key: string, elements: Map<FeedbackElement, Outcome | null>];

/** Asks the receiver for an element's earlier vote once the element comes near the viewport. */
export const restore = (element: FeedbackElement): void => {
  if (asked.get(element) !== element._key) observer.observe(element);
};

const observer = new IntersectionObserver(
  (entries) => {
    const receivers = new Map<string, Map<string, Question[1]>>();
    for (const { isIntersecting, target } of entries) {
      if (!isIntersecting) continue;
      observer.unobserve(target);
      const element = target as FeedbackElement;
      const key = element._key;
      if (!key || asked.get(element) === key) continue;
      asked.set(element, key);
      const [endpoint] = JSON.parse(key);
      const keys: Map<string, Question[1]> = receivers.get(endpoint) || new Map();
      receivers.set(endpoint, keys);
      keys.set(key, (keys.get(key) || new Map()).set(element, element._shown));
    }
    for (const [endpoint, keys] of receivers) {
      const questions = [...keys];
      while (questions.length) ask(endpoint, questions.splice(0, ITEMS));
    }
  },
  { rootMargin: "50%" },
);

const ask = async (endpoint: string, questions: Question[]) => {
  try {
    if (!single.has(endpoint)) {
      const response = await call(`${endpoint}/v1/feedback/lookup`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({
          items: questions.map(([key]) => {
            const [, feedback_token, user] = JSON.parse(key);
            return { feedback_token, user_id: user || undefined };
          }),
        }),
      });
      if (response.status !== 404 && response.status !== 405) {
        const { items } = await response.json();
        for (const [index, question] of questions.entries()) tell(question, items[index]);
        return;
      }
      single.add(endpoint);
    }
    const rest = questions.values();
    const one = async () => {
      for (const question of rest) {
        const [, token, user] = JSON.parse(question[0]);
        const query = new URLSearchParams({ feedback_token: token, user_id: user });
        tell(question, await (await call(`${endpoint}/v1/feedback?${query}`)).json());
      }
    };
    await Promise.all(Array.from({ length: AT_A_TIME }, one));
  } catch {
    // No connection, or no receiver: asked again when there is one.
    const elements = questions.flatMap(([, elements]) => [...elements.keys()]);
    for (const element of elements) asked.delete(element);
    addEventListener("online", () => elements.forEach(restore), { once: true });
  }
};

const call = (url: string, init?: RequestInit) =>
  fetch(url, { ...init, signal: AbortSignal.timeout(TIMEOUT) });

const tell = ([key, elements]: Question, answer: { outcome?: unknown } | undefined) => {
  const outcome = answer?.outcome;
  if (outcome !== null && outcome !== "positive" && outcome !== "negative") return;
  for (const [element, before] of elements) {
    // Whatever was pressed meanwhile stays, as does the state of another key.
    if (element._key === key && element._shown === before) settle(element, outcome);
  }
};

/** The receiver's answer counts until somebody presses. */
const settle = (element: FeedbackElement, outcome: Outcome | null) => {
  element._acknowledged = outcome;
  if (element._controller !== element) element._controller._change();
  else if (!element._read(element._key as string)) {
    element._shown = outcome;
    element._change();
    mirror(element);
  }
};
