import type { FeedbackElement } from "./feedback-element.ts";
import { setting } from "./settings.ts";
import type { Messages, Outcome, VoteOptions } from "./types.ts";

/** What runs an element once somebody reached for it: the core, or what stands in for it. */
export interface Controller {
  /** Hears every event of the shadow root before the nodes do. */
  _handle(event: Event): void;
  /** Attributes, texts, the key or the known outcome changed: look at `settingsOf` again. */
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

/** What the core and its stand-in need to know of an element. */
export interface ElementSettings {
  /** Absent until the page has one. */
  token: string | undefined;
  /** Empty for an anonymous visitor. */
  user: string;
  /** Base address of the receiver, without a slash at its end. */
  endpoint: string;
  label: string;
  /** Whether a press counts. */
  live: boolean;
  reasons: string[];
  /** What the receiver is known to hold. */
  outcome: Outcome | null;
  /** The text typed so far. */
  text: string;
  messages: Messages | undefined;
}

/** Reads an element. */
export const settingsOf = (element: FeedbackElement): ElementSettings => ({
  token: element.feedbackToken || undefined,
  user: element.userID || "",
  endpoint: element._endpoint(),
  label: element.label || "",
  live: element._live,
  reasons: element.reasons,
  outcome: element._acknowledged,
  text: textOf(element).value,
  messages: { ...element._messages, ...setting("messages") },
});

/** The text box. */
export const textOf = (element: FeedbackElement): HTMLTextAreaElement =>
  element._find("textarea") as HTMLTextAreaElement;

let sheet: CSSStyleSheet | undefined;

/** Gives the panel and the status line their looks. */
export const dress = (element: FeedbackElement): void => {
  if (!sheet) {
    sheet = new CSSStyleSheet();
    sheet.replaceSync(BAKED_PANEL_STYLE);
  }
  const { adoptedStyleSheets } = element.shadowRoot as ShadowRoot;
  if (!adoptedStyleSheets.includes(sheet)) adoptedStyleSheets.push(sheet);
  element.shadowRoot?.addEventListener("beforetoggle", leavePanel, true);
};

/** The pressed thumb; else the first. */
const pressed = (element: FeedbackElement) =>
  element._find("[value][aria-pressed=true]") || element._find("[value]") || undefined;

/** Gives the focus back to the thumb where it was in the panel: Chromium drops it. */
const giveBack = (element: FeedbackElement) => {
  if (element._find("[part=panel] :focus")) pressed(element)?.focus();
};

// Also hears Escape, which the browser sees to.
const leavePanel = (event: Event) => {
  if ((event as ToggleEvent).newState === "closed") {
    giveBack(((event.target as Node).getRootNode() as ShadowRoot).host as FeedbackElement);
  }
};

/** Closes the panel. */
export const closePanel = (element: FeedbackElement): void => {
  giveBack(element);
  element._panel(false);
};

/** Remembers text, panel and focus; what it returns puts fresh nodes in with them. */
export const restamp = (element: FeedbackElement): (() => void) => {
  const text = textOf(element)?.value || "";
  const open = element._find("[part=panel]")?.matches(":popover-open,[data-open]");
  const focused = element.shadowRoot?.activeElement as HTMLButtonElement | null;
  // The text box has a value, but no attribute of that name.
  const value = focused?.getAttribute("value");
  const selector =
    focused &&
    (value ? `[value=${value}]` : focused.name ? `[name=${focused.name}]` : focused.localName);
  return () => {
    element._stamp();
    textOf(element).value = text;
    element._paint();
    // Placed by the pressed thumb, as it was.
    if (open && element.isConnected) element._panel(true, pressed(element));
    if (selector) (element._find(selector) as HTMLElement | null)?.focus();
  };
};

/** Mirrors the view's state into `:state()`. */
export const mirror = (element: FeedbackElement): void => {
  const { outcome, status } = (element._root.firstElementChild as HTMLElement).dataset;
  const { states } = element._internals;
  states?.clear();
  for (const word of [outcome, status === "rejected" ? "error" : status]) {
    if (word && word !== "idle" && word !== "sent") states?.add(word);
  }
};
