import type { Controller, ControllerModule } from "./controller.ts";
import { PREFIX, read, record } from "./outbox.ts";
import { setting } from "./settings.ts";
import type { Messages, Outcome, VoteOptions } from "./types.ts";

/** The properties; the attribute of each is its name with dashes. */
const NAMES =
  "feedbackToken,userID,apiUrl,comment,commentPlacement,label,reasons,outcome,restore,readonly,disabled".split(
    ",",
  );
const FLAGS = ["restore", "readonly", "disabled"];
const dashed = (name: string) => name.replace(/[A-Z]+/g, (letters) => `-${letters}`).toLowerCase();

let sheet: CSSStyleSheet;
let module: Promise<ControllerModule> | undefined;
let warned: boolean;

/** Without the right to compile there is nothing to download: the empty module tells. */
const compiles = () => {
  try {
    return new WebAssembly.Module(Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0));
  } catch {
    return;
  }
};

/** The core, once a page; what stands in for it where it cannot be had. */
const load = () => {
  const standIn = () => import("./without-core.ts");
  module ||= compiles() ? import("./loader.ts").catch(standIn) : standIn();
  return module;
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

/** What the core and its stand-in need to know of an element. */
export interface ElementSettings {
  token: string | undefined;
  user: string;
  endpoint: string;
  label: string;
  live: boolean;
  reasons: string[];
  outcome: Outcome | null;
  text: string;
  messages: Messages | undefined;
}

export class FeedbackElement extends (globalThis.HTMLElement ?? class {}) {
  /** The idle markup. */
  static _template: HTMLTemplateElement;
  static observedAttributes = NAMES.flatMap((name) => [dashed(name), name.toLowerCase()]);

  declare feedbackToken: string | null;
  declare userID: string | null;
  declare apiUrl: string | null;
  declare comment: "after-vote" | "negative" | "off" | null;
  declare commentPlacement: "popover" | "inline" | null;
  declare label: string | null;
  declare reasons: string[];
  declare restore: boolean;
  declare readonly: boolean;
  declare disabled: boolean;

  /** The wrapper of the view in the shadow root. */
  declare _root: HTMLElement;
  /** What the thumbs show. */
  _shown: Outcome | null = null;
  /** What the receiver is known to hold. */
  _acknowledged: Outcome | null = null;
  /** The attribute `outcome`, as it was last read. */
  _given: Outcome | null = null;
  _controller: Controller | undefined;
  _loading: Promise<unknown> | undefined;
  /** The texts of the page's language, once they are there. */
  _messages: Messages | undefined;
  /** The key whose state is shown. */
  _key = "";
  _internals = this.attachInternals?.();

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
    for (const name of NAMES) {
      // Set by a framework before this class was known.
      if (Object.hasOwn(this, name)) {
        const value = this[name as "label"];
        delete (this as Record<string, unknown>)[name];
        this[name as "label"] = value;
      }
    }
  }

  /** Puts fresh nodes into the shadow root. */
  _stamp() {
    (this.shadowRoot as ShadowRoot).replaceChildren(FeedbackElement._template.content.cloneNode(true));
    this._root = (this.shadowRoot as ShadowRoot).firstElementChild as HTMLElement;
  }

  /** An attribute or its lower-cased alias; empty means absent. */
  _get(name: string): string | null {
    return this.getAttribute(dashed(name)) || this.getAttribute(name) || null;
  }

  get _live() {
    return !!this.feedbackToken && !this.disabled && !this.readonly;
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

  attributeChangedCallback(_name: string, before: string | null, after: string | null) {
    if (before !== after && this.isConnected) this._change();
  }

  _change() {
    const key = this.feedbackToken
      ? JSON.stringify([this._endpoint(), this.feedbackToken, this.userID || ""])
      : "";
    const given = this._get("outcome") as Outcome | null;
    if (key !== this._key || given !== this._given) {
      this._key = key;
      this._shown = this._acknowledged = this._given = given;
    }
    if (this._controller) this._controller._change();
    else this._paint();
    whenIdle(this);
  }

  /** The receiver's answer to `restore`: it counts until somebody presses. */
  _restored(outcome: Outcome | null) {
    this._acknowledged = outcome;
    if (this._controller) this._controller._change();
    else if (!read(this._key)) {
      this._shown = outcome;
      this._paint();
    }
  }

  _idle() {
    const start = PREFIX + JSON.stringify([this._endpoint()]).slice(0, -1);
    try {
      if (Object.keys(localStorage).some((name) => name.startsWith(start))) {
        const kept = read(this._key);
        if (kept && !this._controller) {
          this._shown = kept.outcome;
          this._paint();
        }
        this._load();
      }
    } catch {}
    let node: HTMLElement | undefined = this;
    while (node && !node.lang) {
      node = node.parentElement || ((node.getRootNode() as ShadowRoot).host as HTMLElement);
    }
    if (!/^(en\b|$)/i.test(node?.lang || "")) {
      import("./locales.ts").then((locales) => locales.localise(this, node?.lang as string));
    }
    if (this.restore && this._key && !this._given) {
      import("./restore.ts").then((restore) => restore.restore(this));
    }
  }

  _paint() {
    const view = this._root.firstElementChild as HTMLElement;
    view.dataset.outcome = this._shown || "";
    if (this.label) view.ariaLabel = this.label;
    for (const thumb of view.querySelectorAll<HTMLButtonElement>("[name=outcome]")) {
      thumb.ariaPressed = `${thumb.value === this._shown}`;
      thumb.ariaDisabled = `${!this._live}`;
    }
    this._mirror(this._shown || "");
  }

  /** Shows the given words of the state, and no others, to `:state()`. */
  _mirror(words: string) {
    const states = this._internals.states;
    for (const state of ["positive", "negative", "sending", "queued", "error"]) {
      states?.[words.includes(state) ? "add" : "delete"](state);
    }
  }

  _part<Kind extends HTMLElement>(name: string): Kind {
    return this._root.querySelector(`[part~=${name}]`) as Kind;
  }

  /** Opens the comment panel where the page wants one, in the press's own task; or closes it. */
  _panel(open: boolean, source?: HTMLElement) {
    const panel = this._part("panel");
    const wanted = this.comment !== "off" && (this.comment !== "negative" || this._shown === "negative");
    if (this.commentPlacement === "inline") {
      panel.removeAttribute("popover");
      panel.toggleAttribute("data-open", open && wanted);
    } else {
      try {
        if (open && wanted) panel.showPopover({ source } as object);
        else panel.hidePopover();
      } catch {}
    }
  }

  /** Dispatches `feedback-…`; false if a listener cancelled it. */
  _emit(name: string, detail: unknown) {
    return this.dispatchEvent(
      new CustomEvent(`feedback-${name}`, {
        bubbles: true,
        composed: true,
        cancelable: name === "before-send",
        detail,
      }),
    );
  }

  _settings(): ElementSettings {
    return {
      token: this.feedbackToken || undefined,
      user: this.userID || "",
      endpoint: this._endpoint(),
      label: this.label || "",
      live: this._live,
      reasons: this.reasons,
      outcome: this._acknowledged,
      text: this._part<HTMLTextAreaElement>("comment").value,
      messages: this._messages || setting("messages"),
    };
  }

  _load(): Promise<unknown> {
    this._loading ||= load().then(
      async (loaded) => {
        this._controller = await loaded.attach(this);
      },
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
      else if (button) {
        // Send: the vote once more, with the text.
        if (button.name === "send" && this._shown) {
          this._press(this._shown, {
            comment: this._part<HTMLTextAreaElement>("comment").value || undefined,
          });
        }
        if (button.name !== "reason") this._panel(false);
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
      console.warn("workflowai-feedback: no feedback-token yet, or disabled", this);
    }
  }

  /** The current vote. */
  get outcome(): Outcome | null {
    return this._shown;
  }
  set outcome(outcome: Outcome | null) {
    this._set("outcome", outcome);
  }

  _set(name: string, value: unknown) {
    if (value || value === 0) {
      this.setAttribute(
        dashed(name),
        value === true ? "" : typeof value === "object" ? JSON.stringify(value) : `${value}`,
      );
    } else {
      this.removeAttribute(dashed(name));
      this.removeAttribute(name);
    }
  }

  /** Votes from a script, with a comment or reasons if given. */
  vote(outcome: Outcome, options?: VoteOptions): void {
    this._act(outcome, options);
  }

  /** Takes the vote back. */
  retract(): void {
    this._act(null);
  }

  _act(outcome: Outcome | null, options?: VoteOptions) {
    if (this._controller) this._controller._vote(outcome, options);
    else {
      this._press(outcome, options);
      this._load();
    }
  }

  /** Tries again now what is kept. */
  async flush(): Promise<void> {
    await this._load();
    this._controller?._flush();
  }

  /** Loads the core before anybody reaches for a thumb. */
  async preload(): Promise<void> {
    await this._load();
  }
}

for (const name of NAMES) {
  if (name === "outcome") continue;
  Object.defineProperty(FeedbackElement.prototype, name, {
    configurable: true,
    enumerable: true,
    get(this: FeedbackElement) {
      // React 18 writes `disabled="false"`.
      if (FLAGS.includes(name)) return (this.getAttribute(name) ?? "false") !== "false";
      return name === "reasons" ? JSON.parse(this._get(name) || "[]") : this._get(name);
    },
    set(this: FeedbackElement, value: unknown) {
      this._set(name, value);
    },
  });
}

/** Defines the element; the first definition of a page stays. */
export const define = (tag = "workflowai-feedback", registry = globalThis.customElements): void => {
  if (!registry) return;
  const present = registry.get(tag) as { version?: string } | undefined;
  if (present) {
    if (present.version !== BAKED_VERSION) {
      console.warn(`workflowai-feedback: ${present.version} is here already, not ${BAKED_VERSION}`);
    }
    return;
  }
  if (!sheet) {
    sheet = new CSSStyleSheet();
    sheet.replaceSync(BAKED_STYLE);
    const template = document.createElement("template");
    const policy = (
      globalThis as {
        trustedTypes?: { createPolicy(name: string, rules: object): { createHTML(html: string): string } };
      }
    ).trustedTypes?.createPolicy("workflowai-feedback", { createHTML: (html: string) => html });
    template.innerHTML = policy ? policy.createHTML(BAKED_MARKUP) : BAKED_MARKUP;
    FeedbackElement._template = template;
  }
  registry.define(tag, class extends FeedbackElement {
    static version = BAKED_VERSION;
  } as unknown as CustomElementConstructor);
};
