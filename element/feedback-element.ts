import type { Controller, ControllerModule } from "./controller.ts";
import { PREFIX, read, record } from "./outbox.ts";
import { setting } from "./settings.ts";
import type { Messages, Outcome, VoteOptions } from "./types.ts";

/** The properties; the attribute of each is its name with dashes. */
const NAMES =
  "feedbackToken,userID,apiUrl,comment,commentPlacement,label,reasons,outcome,restore,readonly,disabled".split(
    ",",
  );
const dashed = (name: string) => name.replace(/[A-Z]+/g, "-$&").toLowerCase();

/** The texts of a JSON list; none if it is no such list. */
const list = (json: string | null): string[] => {
  try {
    return JSON.parse(json as string).filter((text: unknown) => typeof text === "string");
  } catch {
    return [];
  }
};

let sheet: CSSStyleSheet;
let template: HTMLTemplateElement;
let module: Promise<ControllerModule> | undefined;
let warned: boolean;

/** The core, once a page; what stands in for it where it cannot be had. */
const load = () => {
  const standIn = () => import("./without-core.ts");
  try {
    // Without the right to compile there is nothing to download: the empty module tells.
    new WebAssembly.Module(Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0));
    return import("./loader.ts").catch(standIn);
  } catch {
    return standIn();
  }
};

const waiting = new Set<FeedbackElement>();
/** Whatever can wait until the page has painted. */
const whenIdle = (element: FeedbackElement) => {
  if (!waiting.size) {
    (globalThis.requestIdleCallback || setTimeout)(() => {
      for (const each of waiting) each._idle();
      waiting.clear();
    });
  }
  waiting.add(element);
};

export class FeedbackElement extends (globalThis.HTMLElement ?? class {}) {
  static observedAttributes = NAMES.flatMap((name) => [dashed(name), name.toLowerCase()]);

  declare feedbackToken: string | null;
  declare userID: string | null;
  declare apiUrl: string | null;
  declare comment: "after-vote" | "negative" | "off" | null;
  declare commentPlacement: "popover" | "inline" | null;
  declare label: string | null;
  declare reasons: string[];
  declare outcome: Outcome | null;
  declare restore: boolean;
  declare readonly: boolean;
  declare disabled: boolean;

  /** The wrapper in the shadow root; the view is its one child. */
  declare _root: HTMLElement;
  /** What the thumbs show. */
  declare _shown: Outcome | null;
  /** What the receiver is known to hold. */
  declare _acknowledged: Outcome | null;
  /** The attribute `outcome`, as it was last read. */
  declare _given: Outcome | null;
  /** (endpoint, token, user), whose state is shown; empty without a token. */
  declare _key: string;
  declare _controller: Controller | undefined;
  declare _loading: Promise<void> | undefined;
  /** The texts of the page's language, once they are there. */
  declare _messages: Messages | undefined;
  _internals = this.attachInternals();

  constructor() {
    super();
    const root =
      this._internals.shadowRoot || this.attachShadow({ mode: "open", delegatesFocus: true });
    root.adoptedStyleSheets = [sheet];
    this._root = root.querySelector("[data-build]") as HTMLElement;
    if (this._root?.dataset.build !== BAKED_BUILD) this._stamp();
    for (const type of ["pointerover", "focusin", "click"]) {
      root.addEventListener(type, this as unknown as EventListenerObject, true);
    }
    for (const name of NAMES as "label"[]) {
      // Set by a framework before this class was known.
      if (Object.hasOwn(this, name)) {
        const value = this[name];
        delete (this as { label?: unknown })[name];
        this[name] = value;
      }
    }
  }

  /** Puts fresh nodes into the shadow root. */
  _stamp() {
    const root = this.shadowRoot as ShadowRoot;
    root.replaceChildren(template.content.cloneNode(true));
    this._root = root.firstElementChild as HTMLElement;
  }

  _find(selector: string) {
    return this._root.querySelector<HTMLElement>(selector);
  }

  /** An attribute or its lower-cased alias; empty means absent. */
  _get(name: string) {
    return this.getAttribute(dashed(name)) || this.getAttribute(name) || null;
  }

  get _live() {
    return !!this._key && !this.disabled && !this.readonly;
  }

  _endpoint() {
    return new URL(this.apiUrl || setting("apiUrl") || "/", document.baseURI).href.replace(
      /\/+$/,
      "",
    );
  }

  connectedCallback() {
    this._change();
  }

  disconnectedCallback() {
    // A node that only moves is back before the microtask.
    queueMicrotask(() => this.isConnected || this._controller?._detach());
  }

  attributeChangedCallback() {
    if (this.isConnected) this._change();
  }

  _change() {
    const token = this.feedbackToken;
    const key = token ? JSON.stringify([this._endpoint(), token, this.userID || ""]) : "";
    const given = this._get("outcome") as Outcome | null;
    if (key !== this._key || given !== this._given) {
      this._key = key;
      this._shown = this._acknowledged = this._given = given;
    }
    if (this._controller) this._controller._change();
    else this._paint();
    whenIdle(this);
  }

  _idle() {
    const kept = read(this._key);
    if (kept && !this._controller) {
      this._shown = kept.outcome;
      this._paint();
    }
    try {
      // Whatever is kept for this receiver, also by pages before.
      for (const name in localStorage) {
        if (name.startsWith(`${PREFIX}["${this._endpoint()}"`)) this._load();
      }
    } catch {}
    if (!this.matches(":lang(en)") && document.querySelector("[lang]")) {
      import("./locales.ts").then((locales) => locales.localise(this));
    }
    if (this.restore && this._key && !this._given) {
      import("./restore.ts").then((restore) => restore.restore(this));
    }
  }

  _paint() {
    const view = this._root.firstElementChild as HTMLElement;
    const shown = this._shown || "";
    view.dataset.outcome = shown;
    if (this.label) view.ariaLabel = this.label;
    for (const thumb of view.querySelectorAll<HTMLButtonElement>("[value]")) {
      thumb.ariaPressed = `${thumb.value === shown}`;
      thumb.ariaDisabled = `${!this._live}`;
    }
    this._internals.states?.clear();
    if (shown) this._internals.states?.add(shown);
  }

  /** Opens the comment panel where the page wants one, in the press's own task; or closes it. */
  _panel(open: boolean, source?: HTMLElement) {
    const panel = this._find("[part=panel]") as HTMLElement;
    const { comment } = this;
    open &&= comment !== "off" && (comment !== "negative" || this._shown === comment);
    try {
      if (this.commentPlacement === "inline") {
        panel.popover = null;
        panel.toggleAttribute("data-open", open);
      } else if (open) panel.showPopover({ source } as object);
      else panel.hidePopover();
    } catch {
      // Open or closed already, or the browser has no popovers.
    }
  }

  /** Dispatches `feedback-…`; false if a listener cancelled it. */
  _emit(name: string, detail: unknown) {
    return this.dispatchEvent(
      new CustomEvent(`feedback-${name}`, {
        bubbles: true,
        composed: true,
        cancelable: true,
        detail,
      }),
    );
  }

  _load(): Promise<void> {
    module ||= load();
    this._loading ||= module
      .then((loaded) => loaded.attach(this))
      .then(
        (controller) => {
          this._controller = controller;
        },
        // Tried again at the next press; what was pressed is kept.
        () => {
          module = this._loading = undefined;
        },
      );
    return this._loading;
  }

  handleEvent(event: Event) {
    this._load();
    if (this._controller) this._controller._handle(event);
    else if (event.type === "click") {
      const button = event
        .composedPath()
        .find((node) => (node as Element).localName === "button") as HTMLButtonElement | undefined;
      const value = button?.value as Outcome | undefined;
      if (value) this._press(this._shown === value ? null : value, {}, button);
      else if (button && button.name !== "reason") {
        if (button.name === "send") {
          // The vote once more, with the text.
          this._press(this._shown, {
            comment: (this._find("textarea") as HTMLTextAreaElement).value || undefined,
          });
        }
        this._panel(false);
      }
    }
  }

  /** A press before anything is loaded: shown, kept, told. */
  _press(outcome: Outcome | null, options?: VoteOptions, source?: HTMLElement) {
    if (this._live) {
      this._shown = outcome;
      this._paint();
      record(this._key, outcome, options);
      if (source) this._panel(!!outcome, source);
      this._emit("change", { outcome });
    } else if (!warned) {
      warned = true;
      console.warn("no feedback-token", this);
    }
  }

  /** Votes from a script, with a comment or reasons if given. */
  vote(outcome: Outcome | null, options?: VoteOptions): void {
    if (this._controller) this._controller._vote(outcome, options);
    else {
      this._press(outcome, options);
      this._load();
    }
  }

  /** Takes the vote back. */
  retract(): void {
    this.vote(null);
  }

  /** Tries again now what is kept. */
  flush(): Promise<void> {
    return this._load().then(() => this._controller?._flush());
  }

  /** Loads the core before anybody reaches for a thumb. */
  preload(): Promise<void> {
    return this._load();
  }
}

for (const name of NAMES) {
  Object.defineProperty(FeedbackElement.prototype, name, {
    configurable: true,
    enumerable: true,
    get(this: FeedbackElement) {
      const value = this._get(name);
      return name === "outcome"
        ? this._shown
        : name === "reasons"
          ? list(value)
          : // Booleans; React 18 writes `disabled="false"`.
            /^(re|dis)/.test(name)
            ? this.hasAttribute(name) && value !== "false"
            : value;
    },
    set(this: FeedbackElement, value: unknown) {
      if (value || value === 0) {
        this.setAttribute(
          dashed(name),
          value === true ? "" : typeof value === "object" ? JSON.stringify(value) : `${value}`,
        );
      } else {
        this.removeAttribute(dashed(name));
        this.removeAttribute(name);
      }
    },
  });
}

/** Defines the element; the first definition of a page stays. */
export const define = (tag = "workflowai-feedback", registry = globalThis.customElements): void => {
  const present = registry?.get(tag) as { version?: string } | undefined;
  if (present && present.version !== BAKED_VERSION)
    console.warn(tag, present.version, BAKED_VERSION);
  if (!registry || present) return;
  if (!sheet) {
    sheet = new CSSStyleSheet();
    sheet.replaceSync(BAKED_STYLE);
    template = document.createElement("template");
    const html = BAKED_MARKUP;
    template.innerHTML =
      (globalThis as { trustedTypes?: TrustedTypes }).trustedTypes
        ?.createPolicy("workflowai-feedback", { createHTML: () => html })
        .createHTML("") ?? html;
  }
  class Defined extends FeedbackElement {
    static version = BAKED_VERSION;
  }
  registry.define(tag, Defined as unknown as CustomElementConstructor);
};

interface TrustedTypes {
  createPolicy(name: string, rules: object): { createHTML(html: string): string };
}
