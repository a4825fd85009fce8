import type { FeedbackElement } from "./feedback-element.ts";
import type { Messages, Outcome, VoteOptions } from "./types.ts";

/** What runs an element: at first the element itself, then the core or what stands in for it. */
export interface Controller {
  /** Hears every event of the shadow root before the nodes do. */
  _handle(event: Event): void;
  /** Attributes, texts, the key or the known outcome changed: look at `settingsOf` again. */
  _change(): void;
  /** Votes from a script; `null` takes the vote back. */
  _vote(outcome: Outcome | null, options?: VoteOptions): void;
  /** Tries again now what is kept. */
  _flush?(): void;
  /** The element left the page, or moves: it is back before the microtask then. */
  _detach?(): void;
}

/** What `loader.ts` and `without-core.ts` export. */
export interface ControllerModule {
  /** Gives the element another controller, unless it has one. */
  attach(element: FeedbackElement): void | Promise<void>;
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

/** As many reasons a page can offer, of so many characters; see `src/limits.rs`. */
const REASONS = 8;
const REASON = 64;

const reasonsOf = ({ reasons }: FeedbackElement): string[] =>
  Array.isArray(reasons)
    ? reasons
        .filter((reason) => typeof reason === "string" && [...reason].length <= REASON)
        .slice(0, REASONS)
    : [];

/** The text box. */
export const textOf = (element: FeedbackElement): HTMLTextAreaElement =>
  element._find("textarea") as HTMLTextAreaElement;

/** The longest comment, in characters as the receiver counts them; see `src/limits.rs`. */
const COMMENT = 10_000;

/** How many characters of a comment are left; negative past the limit. */
export const charactersLeft = (comment: string): number => COMMENT - [...comment].length;

/** The button that was pressed, if any. */
export const pressedButton = (event: Event): HTMLButtonElement | undefined =>
  event.type === "click"
    ? (event.composedPath().find((node) => (node as Element).localName === "button") as
        | HTMLButtonElement
        | undefined)
    : undefined;

/** Before a press: `configure` may have named another receiver since. */
export const follow = (element: FeedbackElement): void => {
  if (JSON.parse(element._key || "[]")[0] !== element._endpoint()) {
    element.attributeChangedCallback();
  }
};

/** The keys of the panel: calls `send` where one of them is meant to. */
export const hearKey = (element: FeedbackElement, event: Event, send: () => void): void => {
  const { key, ctrlKey, metaKey, isComposing } = event as KeyboardEvent;
  // The Enter that ends an input method's composition is no wish to send.
  if (key === "Enter" && (ctrlKey || metaKey) && !isComposing) {
    if (event.composedPath()[0] !== textOf(element)) return;
    // Or else the key presses the thumb that gets the focus, outside Chromium.
    event.preventDefault();
    send();
  } else if (key === "Escape" && element.commentPlacement === "inline") {
    closePanel(element);
  }
};

/** The words of this element alone: what is in the slots that are named like texts. */
const wordsOf = ({ children }: FeedbackElement): Messages =>
  Object.fromEntries(
    [...children]
      // Those two are the icons.
      .filter(({ slot }) => slot && !/^(posi|nega)tive$/.test(slot))
      .map(({ slot, textContent }) => [slot, `${textContent}`.trim()]),
  );

/** Reads an element. */
export const settingsOf = (element: FeedbackElement): ElementSettings => ({
  token: element.feedbackToken || undefined,
  user: element.userID || "",
  endpoint: element._endpoint(),
  label: element.label || "",
  live: !!element._live,
  reasons: reasonsOf(element),
  outcome: element._acknowledged,
  text: textOf(element).value,
  messages: { ...element._messages, ...element._setting("messages"), ...wordsOf(element) },
});

/** Dispatches `feedback-…`; false if a listener cancelled it. */
export const emit = (element: FeedbackElement, name: string, detail: unknown): boolean =>
  element.dispatchEvent(
    new CustomEvent(`feedback-${name}`, {
      bubbles: true,
      composed: true,
      cancelable: true,
      detail,
    }),
  );

let warned: boolean;

/** Says once a page that a press cannot count. */
export const warn = (element: FeedbackElement): void => {
  if (!warned && !element._key) {
    warned = true;
    console.warn("workflowai-feedback: no feedback-token", element);
  }
};

/** Tells what was pressed before the controller was there. */
export const catchUp = (element: FeedbackElement): void => {
  if (!element._late) return;
  element._late = false;
  if (!element._live) warn(element);
  else {
    emit(element, "change", { outcome: element._shown });
    if (element.commentPlacement === "inline") panel(element, element._shown);
  }
};

let sheet: CSSStyleSheet | undefined;
const dressed = new WeakSet<FeedbackElement>();

/** Gives the panel and the status line their looks, and follows the words in the slots. */
export const dress = (element: FeedbackElement): void => {
  if (dressed.has(element)) return;
  dressed.add(element);
  if (!sheet) {
    sheet = new CSSStyleSheet();
    sheet.replaceSync(BAKED_PANEL_STYLE);
  }
  const root = element.shadowRoot as ShadowRoot;
  root.adoptedStyleSheets.push(sheet);
  root.addEventListener("beforetoggle", leavePanel, true);
  new MutationObserver(() => element._controller._change()).observe(element, {
    childList: true,
    characterData: true,
    subtree: true,
  });
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

/** Opens or closes the panel, wherever the page wants it. */
export const panel = (element: FeedbackElement, open: unknown, source?: HTMLElement): void => {
  const node = element._find("[part=panel]") as HTMLElement;
  if (element.commentPlacement === "inline") {
    const never = ["off", element._shown === "positive" && "negative"];
    node.popover = null;
    node.toggleAttribute("data-open", !!open && !never.includes(element.comment as string));
  } else {
    node.popover = "auto";
    element._panel(open, source);
  }
};

/** Closes the panel. */
export const closePanel = (element: FeedbackElement): void => {
  giveBack(element);
  panel(element, false);
};

/** Another run's answer: what was typed belongs to the one before. */
export const clearPanel = (element: FeedbackElement): void => {
  const text = textOf(element);
  text.value = "";
  text.dispatchEvent(new Event("input", { bubbles: true }));
  closePanel(element);
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
    element._controller = element;
    element._change();
    // Placed by the pressed thumb, as it was.
    if (open && element.isConnected) panel(element, true, pressed(element));
    if (selector) (element._find(selector) as HTMLElement | null)?.focus();
  };
};

const internals = new WeakMap<FeedbackElement, ElementInternals>();

/** Mirrors the view's state into `:state()`. */
export const mirror = (element: FeedbackElement): void => {
  const { outcome, status } = (element._root.firstElementChild as HTMLElement).dataset;
  if (!internals.has(element)) internals.set(element, element.attachInternals());
  const states = internals.get(element)?.states;
  states?.clear();
  for (const word of [outcome, status === "rejected" ? "error" : status]) {
    if (word && word !== "idle" && word !== "sent") states?.add(word);
  }
};
