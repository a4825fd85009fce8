import { packs } from "#locales/index";
import { restamp } from "./controller.ts";
import type { FeedbackElement } from "./feedback-element.ts";
import { nearest } from "./nearest.ts";
import type { Messages } from "./types.ts";

/** Writes into the text that a node has: nothing is added or removed outside the core. */
export const say = (node: Element, words = ""): void => {
  const text = node.firstChild as Text;
  // Where nothing is to be said the baked markup has a space.
  if (text.data.trim() !== words) text.data = words || " ";
};

const NAMES = [
  ["[value=positive]", "positive"],
  ["[value=negative]", "negative"],
  ["[part~=panel]", "comment"],
  ["[part~=reasons]", "reasons"],
] as const;
const WORDS = [
  ["label", "comment"],
  ["[name=close]", "close"],
  ["[name=send]", "send"],
] as const;

/** Writes the names and words of the idle markup, as far as they are given. */
export const translate = (element: FeedbackElement, messages: Messages): void => {
  const find = (selector: string) => element._find(selector) as Element;
  const group = element.label || messages.group;
  if (group) find(".workflowai-feedback").ariaLabel = group;
  for (const [selector, name] of NAMES) {
    if (messages[name]) find(selector).ariaLabel = messages[name];
  }
  for (const [selector, name] of WORDS) {
    if (messages[name]) say(find(selector), messages[name]);
  }
};

/** The language of the nearest ancestor that has one, across shadow hosts. */
const languageOf = (element: FeedbackElement): string => {
  let node: HTMLElement | undefined = element;
  while (node && !node.lang) {
    node = node.parentElement || ((node.getRootNode() as ShadowRoot).host as HTMLElement);
  }
  return node?.lang || "";
};

/** Which elements follow the page's language, and the pack that each speaks. */
const following = new Map<FeedbackElement, string | undefined>();
let observer: MutationObserver | undefined;

/** Lets an element speak the page's language, also when that changes. */
export const localise = async (element: FeedbackElement): Promise<void> => {
  observer ||= new MutationObserver(() => {
    for (const each of following.keys()) {
      if (each.isConnected) localise(each);
      else following.delete(each);
    }
  });
  observer.observe(document, { attributeFilter: ["lang"], subtree: true });
  const tag = nearest(languageOf(element), Object.keys(packs));
  const before = following.get(element);
  following.set(element, tag);
  try {
    element._messages = tag ? (await (packs[tag] as (typeof packs)[string])()).default : undefined;
  } catch (error) {
    // Where a language cannot be had, English stays.
    console.warn(`workflowai-feedback: no texts for ${tag}:`, error);
    return;
  }
  if (following.get(element) !== tag) return;
  if (element._controller !== element) element._controller._change();
  else {
    // Fresh nodes speak English.
    if (before && !tag) restamp(element)();
    translate(element, { ...element._messages, ...element._setting("messages") });
  }
};
