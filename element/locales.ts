import { packs } from "#locales/index";
import type { FeedbackElement } from "./feedback-element.ts";
import { nearest } from "./nearest.ts";
import { setting } from "./settings.ts";
import type { Messages } from "./types.ts";

/** Writes into the text that a node has: nothing is added or removed outside the core. */
export const say = (node: Element, words = ""): void => {
  const text = node.firstChild as Text;
  // Where nothing is to be said the baked markup has a space.
  if (text.data.trim() !== words) text.data = words || " ";
};

/** Writes the names and words of the idle markup. */
export const translate = (element: FeedbackElement, messages: Messages): void => {
  const find = (selector: string) => element._find(selector) as Element;
  find(".workflowai-feedback").ariaLabel = element.label || (messages.group as string);
  for (const [selector, name] of [
    ["[value=positive]", "positive"],
    ["[value=negative]", "negative"],
    ["[part~=panel]", "comment"],
    ["[part~=reasons]", "reasons"],
  ] as const) {
    find(selector).ariaLabel = messages[name] as string;
  }
  say(find("label"), messages.comment);
  say(find("[name=close]"), messages.close);
  say(find("[name=send]"), messages.send);
};

/** Lets an element speak the page's language. Where it cannot be had, English stays. */
export const localise = async (element: FeedbackElement): Promise<void> => {
  let node: HTMLElement | undefined = element;
  while (node && !node.lang) {
    node = node.parentElement || ((node.getRootNode() as ShadowRoot).host as HTMLElement);
  }
  const lang = node?.lang;
  if (!lang) return;
  const tag = nearest(lang, Object.keys(packs));
  if (!tag) return;
  try {
    const { default: pack } = await (packs[tag] as (typeof packs)[string])();
    element._messages = { ...pack, ...setting("messages") };
  } catch (error) {
    console.warn(`workflowai-feedback: no texts for ${tag}:`, error);
    return;
  }
  if (element._controller) element._controller._change();
  else translate(element, element._messages);
};
