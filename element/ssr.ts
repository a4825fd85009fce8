import english from "#locales/en";
import { packs } from "#locales/index";
import { nearest } from "./nearest.ts";
import type { Messages, Outcome } from "./types.ts";

/** What the shadow root of an element is rendered from. */
export interface ShadowOptions {
  /** The page's language, as in its `lang`. Default: English. */
  lang?: string | undefined;
  /** Texts that replace those of the language. */
  messages?: Messages | undefined;
  /** Names the group, as the attribute `label`. */
  label?: string | null | undefined;
  /** An earlier vote, as the attribute `outcome`. */
  outcome?: Outcome | null | undefined;
  /** The nonce of the page's policy for its styles. */
  nonce?: string | undefined;
  /**
   * Address of a stylesheet to link instead of writing the styles into the page, for policies
   * that allow no `<style>`: the package's `style.css`, hosted by the page.
   */
  stylesheetUrl?: string | undefined;
}

/** What a whole element is rendered from: its attributes by their property names, and the rest. */
export interface ElementOptions extends ShadowOptions {
  feedbackToken?: string | null | undefined;
  userID?: string | null | undefined;
  apiUrl?: string | null | undefined;
  comment?: "after-vote" | "negative" | "off" | undefined;
  commentPlacement?: "popover" | "inline" | undefined;
  reasons?: readonly string[] | undefined;
  restore?: boolean | undefined;
  readonly?: boolean | undefined;
  disabled?: boolean | undefined;
  dir?: "ltr" | "rtl" | "auto" | undefined;
}

const escaped = (text: string) =>
  text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);

const attribute = (name: string, value: unknown) =>
  value === true
    ? ` ${name}`
    : value || value === 0
      ? ` ${name}="${escaped(typeof value === "object" ? JSON.stringify(value) : `${value}`)}"`
      : "";

/** The texts of a language, the page's own among them. */
const textsOf = async ({ lang = "en", messages }: ShadowOptions) => {
  const tag = nearest(lang, Object.keys(packs));
  const load = tag && packs[tag];
  return { ...english, ...(load && (await load()).default), ...messages };
};

/** The baked markup in another language and state, the tree as it is. */
const markupOf = async (options: ShadowOptions, live: boolean) => {
  const texts: Messages = await textsOf(options);
  const names: Messages = { ...texts, group: (options.label || texts.group) as string };
  let markup: string = BAKED_HTML;
  const swap = (before: string, after: string) => {
    markup = markup.replace(before, () => after);
  };
  for (const name of ["group", "positive", "negative", "comment", "reasons"] as const) {
    swap(`aria-label="${english[name]}"`, `aria-label="${escaped(names[name] as string)}"`);
  }
  for (const name of ["comment", "close", "send"] as const) {
    swap(`>${english[name]}<`, `>${escaped(texts[name] as string)}<`);
  }
  const { outcome } = options;
  if (outcome) {
    swap('data-outcome=""', `data-outcome="${outcome}"`);
    markup = markup.replace(
      new RegExp(`(value="${outcome}"[^>]* aria-pressed=)"false"`),
      '$1"true"',
    );
  }
  return live ? markup.replaceAll('aria-disabled="true"', 'aria-disabled="false"') : markup;
};

const shadow = async (options: ShadowOptions, live: boolean) => {
  const { stylesheetUrl, nonce } = options;
  const style = stylesheetUrl
    ? `<link rel="stylesheet"${attribute("href", stylesheetUrl)}>`
    : `<style${attribute("nonce", nonce)}>${BAKED_STYLE}</style>`;
  const markup = await markupOf(options, live);
  return `<template shadowrootmode="open" shadowrootdelegatesfocus>${style}${markup}</template>`;
};

/**
 * The element's declarative shadow root, for frameworks that write the element's own tag: the
 * thumbs are painted and styled before any script, and the package's script adopts the nodes.
 *
 * ```ts
 * const html = `<workflowai-feedback feedback-token="${token}">${await renderShadowRoot({ lang })}</workflowai-feedback>`;
 * ```
 */
export const renderShadowRoot = (options: ShadowOptions = {}): Promise<string> =>
  shadow(options, true);

/** A whole `<workflowai-feedback>` as HTML. */
export const renderFeedback = async (options: ElementOptions): Promise<string> => {
  const { feedbackToken, readonly, disabled } = options;
  const attributes = Object.entries({
    "feedback-token": feedbackToken,
    "user-id": options.userID,
    "api-url": options.apiUrl,
    comment: options.comment,
    "comment-placement": options.commentPlacement,
    label: options.label,
    reasons: options.reasons,
    outcome: options.outcome,
    restore: options.restore,
    readonly,
    disabled,
    lang: options.lang,
    dir: options.dir,
  }).map(([name, value]) => attribute(name, value));
  const root = await shadow(options, !!feedbackToken && !readonly && !disabled);
  return `<workflowai-feedback${attributes.join("")}>${root}</workflowai-feedback>`;
};
