import type { Controller, ControllerModule } from "./controller.ts";
import { PREFIX } from "./outbox.ts";
import { attempt, settings } from "./settings.ts";
import type { FeedbackRequest, Kept, Messages, Outcome, Settings, VoteOptions } from "./types.ts";

// The shell: all that a page pays for until somebody reaches for a thumb. It is one class, since
// its members reach the modules that come later without an export.

/** The properties; the attribute of each is its name with dashes. */
const NAMES = [
  "feedbackToken",
  "userID",
  "apiUrl",
  "comment",
  "commentPlacement",
  "label",
  "reasons",
  "outcome",
  "restore",
  "readonly",
  "disabled",
];
// The DOM itself sees to the lower case.
const dashed = (name: string) => name.replace(/[A-Z]+/, "-$&");

/** One node of the markup: its name, its attributes, its children. */
export type Markup = [
  tag: string,
  attributes: Record<string, string>,
  ...children: (Markup | string)[],
];

/** Makes the nodes one by one: `innerHTML` is refused where a page wants trusted types. */
const build = ([tag, attributes, ...children]: Markup): Element => {
  const node = document.createElementNS(
    `http://www.w3.org/${/svg|path/.test(tag) ? "2000/svg" : "1999/xhtml"}`,
    tag,
  );
  for (const name in attributes) node.setAttribute(name, attributes[name] as string);
  node.append(
    ...children.map((child) =>
      (child as Markup).map ? build(child as Markup) : (child as string),
    ),
  );
  return node;
};

let sheet: CSSStyleSheet;
/** The wrapper, as every element starts with it. */
let fresh: Element;
let module: Promise<ControllerModule> | 0 | undefined;

/** What all elements of this page share. */
const page = {
  /** This page as a client: a random id, and the last number it gave. */
  _client: `${Math.random()}`,
  _sequence: 0,
  /** What could not be kept on the device: storage is refused or full, or the page wants it so. */
  _memory: new Map<string, string>(),
} as {
  _client: string;
  _sequence: number;
  _memory: Map<string, string>;
  /** The keys pressed on this page. */
  [key: string]: unknown;
};

/** The browser writes a boolean as its word. */
interface Thumb {
  value: string;
  ariaPressed: boolean;
  ariaDisabled: boolean;
}

export class FeedbackElement extends (globalThis.HTMLElement ?? class {}) {
  static version = BAKED_VERSION;
  static observedAttributes = `${NAMES.map(dashed)},${NAMES}`.toLowerCase().split(",");

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
  declare _key: string | null;
  /** Something was pressed that the controller has not been told. */
  declare _late: boolean;
  /** On the page; not yet where an upgrade first reports the attributes it finds, one by one. */
  declare _attached: boolean;
  /** Whether an idle call is on its way. */
  declare _waiting: number;
  /** The texts of the page's language, once they are there. */
  declare _messages: Messages | undefined;
  /** What runs the element: at first itself. */
  _controller: Controller = this;
  _page = page;

  /** An attribute or its lower-cased alias; empty means absent. */
  _get(name: string) {
    return this.getAttribute(dashed(name)) || this.getAttribute(name);
  }

  /** The receiver's base address, without a slash at its end. */
  _endpoint() {
    // An address that is none stays as it is, and fails when something is sent.
    const link = document.createElement("a");
    link.href = this.apiUrl || this._setting("apiUrl") || "/";
    return link.href.replace(/\/+$/, "");
  }

  constructor() {
    super();
    const root = this.shadowRoot || this.attachShadow({ mode: "open", delegatesFocus: true });
    root.adoptedStyleSheets = [sheet];
    this._root = root.querySelector(`[data-build=${BAKED_BUILD}]`) as HTMLElement;
    if (!this._root) this._stamp();
    for (const type of ["pointerover", "focusin", "transitionrun", "click"]) {
      root.addEventListener(type, this as unknown as EventListenerObject, true);
    }
    // Set by a framework before this class was known.
    for (const name of NAMES as (keyof this)[]) {
      if (Object.hasOwn(this, name)) {
        const value = this[name];
        delete this[name];
        this[name] = value;
      }
    }
  }

  /** Puts fresh nodes into the shadow root. */
  _stamp() {
    this._root = fresh.cloneNode(true) as HTMLElement;
    (this.shadowRoot as ShadowRoot).replaceChildren(this._root);
  }

  _find(selector: string) {
    return this._root.querySelector<HTMLElement>(selector);
  }

  /** A setting in force: `configure` first, then the page's `<meta>`. */
  _setting<Name extends keyof Settings>(name: Name): Settings[Name] | undefined {
    return (
      settings[name] ??
      attempt(
        () =>
          JSON.parse(
            (document.head.querySelector("[name=workflowai-feedback]") as HTMLMetaElement).content,
          )[name],
      )
    );
  }

  /** Whether a press counts. */
  get _live() {
    return this._key && !this.disabled && !this.readonly;
  }

  connectedCallback() {
    this._attached = true;
    this.attributeChangedCallback();
  }

  disconnectedCallback() {
    this._attached = false;
    this._controller._detach?.();
  }

  attributeChangedCallback() {
    if (!this._attached) return;
    const key =
      this.feedbackToken &&
      JSON.stringify([this._endpoint(), this.feedbackToken, this.userID || ""]);
    const given = this._get("outcome") as Outcome | null;
    if (key !== this._key || given !== this._given) {
      this._key = key;
      this._acknowledged = this._shown = this._given = given;
    }
    this._controller._change();
    // Whatever can wait until the page has painted.
    this._waiting ||= (self.requestIdleCallback || setTimeout)(() => {
      this._waiting = 0;
      if (
        this._shown ||
        this.restore ||
        this._setting("messages") ||
        (!this.matches(":lang(en)") && document.querySelector("[lang]")) ||
        attempt(() => `${Object.keys(localStorage)}`.includes(PREFIX))
      ) {
        import("./idle.ts").then((idle) => idle.attach(this));
      }
    });
  }

  /** Until the core is there: shows what is known. */
  _change() {
    const view = this._root.firstElementChild as HTMLElement;
    view.dataset.outcome = this._shown || "";
    view.ariaLabel = this.label || view.ariaLabel;
    for (const thumb of view.querySelectorAll("[value]") as Iterable<unknown> as Iterable<Thumb>) {
      thumb.ariaPressed = thumb.value === this._shown;
      thumb.ariaDisabled = !this._live;
    }
  }

  /** Opens the comment panel where the page wants one, in the press's own task; or closes it. */
  _panel(open: unknown, source?: HTMLElement) {
    // Open or closed already, or the browser has no popovers: as good as it gets.
    attempt(() =>
      (this._find("[part=panel]") as HTMLElement)[
        open &&
        this.commentPlacement !== "inline" &&
        !["off", this._shown === "positive" && "negative"].includes(this.comment as string)
          ? "showPopover"
          : "hidePopover"
      ]({ source } as object),
    );
  }

  /** The kept press of a key, if there is one. */
  _read(key: string): Kept | undefined {
    return attempt(() => JSON.parse(page._memory.get(key) || localStorage[PREFIX + key]));
  }

  /** Keeps a press, before anything else is done about it. */
  _record(key: string, outcome: Outcome | null, options?: VoteOptions): Kept {
    const before = this._read(key);
    const pressed = Date.now();
    page._sequence = Math.max(pressed, page._sequence + 1, +(before?.sequence as number) + 1 || 0);
    const kept = {
      ...options,
      outcome,
      client: before?.client || page._client,
      sequence: page._sequence,
      pressed,
    };
    const text = JSON.stringify(kept);
    this._touch(key);
    page._memory[
      this._setting("outbox") === false || !attempt(() => (localStorage[PREFIX + key] = text))
        ? "set"
        : "delete"
    ](key, text);
    return kept;
  }

  /** Remembers a key that was pressed on this page. */
  _touch(key: string) {
    if (page[key]) return;
    page[key] = 1;
    // Whatever is not proven yet goes out once more on the way out. Both arriving is harmless: it
    // is the same intent.
    addEventListener("pagehide", () => {
      const kept = this._read(key);
      if (kept) this._post(key, kept, { keepalive: true }).catch(() => {});
    });
  }

  /** Sends one attempt. */
  async _post(
    key: string,
    { client, sequence, pressed, ...vote }: Kept,
    options: { signal?: AbortSignal; keepalive: boolean },
  ): Promise<unknown> {
    const [endpoint, feedback_token, user] = JSON.parse(key);
    const request = {
      ...vote,
      outcome: vote.outcome || undefined,
      feedback_token,
      user_id: user || undefined,
      // Not below 0, whatever the clock does.
      intent: { client, sequence, age: Math.max(0, ((Date.now() - pressed) / 1000) | 0) },
    };
    return (
      this._setting("send")?.(request as FeedbackRequest, options) ||
      fetch(`${endpoint}/v1/feedback${vote.outcome ? "" : "/retract"}`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(request),
        ...options,
      })
    );
  }

  /** Loads the core before anybody reaches for a thumb; what stands in for it if it is missing. */
  preload(): Promise<void> {
    module ||= import("./loader.ts").catch(() => import("./without-core.ts"));
    return module.then(
      (loaded) => loaded.attach(this),
      // Tried again at the next press, and with the next connection; what was pressed is kept.
      () => {
        addEventListener("online", () => this.preload());
        module = 0;
      },
    );
  }

  /** Until the core is there: hears the buttons. */
  _handle(event: Event) {
    if (event.type !== "click") return;
    const button = event.composedPath().find((node) => (node as Element).localName === "button") as
      | HTMLButtonElement
      | undefined;
    const { name, value } = button || ({} as HTMLButtonElement);
    if (value) this._vote(this._shown === value ? null : (value as Outcome), {}, button);
    // The vote once more, with the text.
    else if (name === "send")
      this._vote(this._shown, { comment: (this._find("textarea") as HTMLTextAreaElement).value });
    else if (name === "close") this._panel(0);
  }

  /** Until the core is there: a press is shown and kept. */
  _vote(outcome: Outcome | null, options?: VoteOptions, source?: HTMLElement) {
    this._late = true;
    // `configure` may have been called since.
    this.attributeChangedCallback();
    if (this._live) {
      this._record(this._key as string, outcome, options);
      this._shown = outcome;
      this._change();
      this._panel(source && outcome, source);
    }
  }

  /** Votes from a script, with a comment or reasons if given. */
  vote(outcome: Outcome | null, options?: VoteOptions): void {
    if (!/^(positive|negative|null)$/.test(outcome as string)) throw TypeError("outcome");
    this._controller._vote(outcome, options);
    this.preload();
  }

  handleEvent(event: Event) {
    // The page speaks another language: see element.css.
    if (event.type === "transitionrun") return this.attributeChangedCallback();
    this.preload();
    this._controller._handle(event);
  }

  /** Takes the vote back. */
  retract(): void {
    this.vote(null);
  }

  /** Tries again now what is kept. */
  flush(): Promise<void> {
    return this.preload().then(() => this._controller._flush?.());
  }
}

for (const name of NAMES) {
  Object.defineProperty(FeedbackElement.prototype, name, {
    get(this: FeedbackElement) {
      const value = this._get(name);
      return name === "outcome"
        ? this._shown
        : name === "reasons"
          ? attempt(() => JSON.parse(value as string)) || []
          : // Booleans; React 18 writes `disabled="false"`.
            /^[rd]/.test(name)
            ? value !== null && value !== "false"
            : value;
    },
    set(this: FeedbackElement, value: unknown) {
      this.removeAttribute(name);
      if (value || value === 0) {
        this.setAttribute(
          dashed(name),
          (value as []).map ? JSON.stringify(value) : (value as string),
        );
      } else this.removeAttribute(dashed(name));
    },
  });
}

/** Defines the element; the first definition of a page stays. */
export const define = (tag = "workflowai-feedback", registry = globalThis.customElements): void => {
  const present = registry?.get(tag) as { version?: string } | undefined;
  if (present) {
    if (present.version !== BAKED_VERSION) console.warn(tag, present.version, BAKED_VERSION);
  } else if (registry) {
    sheet = new CSSStyleSheet();
    sheet.replaceSync(BAKED_STYLE);
    fresh = build(BAKED_MARKUP);
    registry.define(tag, class extends FeedbackElement {} as unknown as CustomElementConstructor);
  }
};
