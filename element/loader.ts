import * as core from "#core";
import {
  type Controller,
  catchUp,
  charactersLeft,
  clearPanel,
  closePanel,
  dress,
  emit,
  follow,
  hearKey,
  mirror,
  panel,
  pressedButton,
  restamp,
  settingsOf,
  textOf,
  warn,
} from "./controller.ts";
import { fold, forget, guard, kept, keys, letGo, lock, read } from "./device.ts";
import type { FeedbackElement } from "./feedback-element.ts";
import { adopt, record } from "./outbox.ts";
import { runOf } from "./run-of.ts";
import type { Outcome, VoteOptions } from "./types.ts";
import * as wasm from "./wasm.ts";

/** Set for good when the core could not start, or trapped: one trap takes the whole page's core. */
let dead = false;
const running = new Set<Core>();

/** Where the core is from. */
let address = "";

const boot = async (element: FeedbackElement) => {
  try {
    // Without the right to compile there is nothing to download: the empty module tells, and so
    // does the browser.
    new WebAssembly.Module(Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0));
  } catch {
    dead = true;
    return;
  }
  try {
    address = wasm.address(element._setting("wasmUrl"));
    await wasm.load(address);
    guard();
    core.start({ record, read, forget, kept, keys, lock });
    addEventListener("error", (event) => notice(event.error));
    addEventListener("unhandledrejection", (event) => notice(event.reason));
  } catch (error) {
    // Where the right to compile is refused the browser has said so.
    if (address) console.warn("workflowai-feedback: goes on without its core:", error);
    dead = true;
  }
};
let booting: Promise<void> | undefined;

const notice = (error: unknown) => {
  if (!(error instanceof WebAssembly.RuntimeError)) return;
  const stack = error.stack || "";
  // Another's, if it says so; not every browser does.
  if (!stack.includes(".wasm") || stack.includes(address)) die();
};

/** Every element goes on without the core, with the state it has. */
const die = () => {
  if (dead) return;
  dead = true;
  // It can end no request any more.
  letGo();
  for (const each of running) each._abandon();
};

/** The names of all nodes, as a tree. */
const shape = (node: Node): string => `${node.nodeName}(${[...node.childNodes].map(shape)})`;
/** Of the baked markup, as the first stamped element has it. */
let baked: string;

/** Hydrates the element's markup and lets the core run it. */
export const attach = async (element: FeedbackElement): Promise<void> => {
  if (element._controller !== element) return;
  adopt(element);
  dress(element);
  // The core sends to a receiver; the page's own backend is for what stands in for it.
  const own = element._setting("send");
  if (!own) {
    booting ||= boot(element);
    await booting;
    // The click that asked for the core may be on its way to the button still, and counts once.
    await new Promise((resolve) => setTimeout(resolve));
  }
  if (!dead && !own) {
    // Gone, or attached by another call, meanwhile.
    if (!element.isConnected || element._controller !== element) return;
    try {
      new Core(element);
      return;
    } catch (error) {
      console.error(error);
      die();
      restamp(element)();
    }
  }
  const { attach } = await import("./without-core.ts");
  return attach(element);
};

/** One hydrated element. */
class Core implements Controller {
  _number = -1;
  _key: string | null = null;
  _heard = true;
  _observer = new MutationObserver(() => this._mirror());

  constructor(readonly _element: FeedbackElement) {
    if (!baked) {
      // Stamped into a fragment: the document may not know the tag, which a scope can define.
      const fresh = { shadowRoot: new DocumentFragment() as unknown } as FeedbackElement;
      _element._stamp.call(fresh);
      baked = shape(fresh._root);
    }
    // Translated, or of another build: hydration would trap.
    if (shape(_element._root) !== baked) restamp(_element)();
    catchUp(_element);
    const view = this._view();
    // Hydration writes neither attributes nor text: the core starts from the baked state and then
    // writes the difference.
    view.dataset.outcome = "";
    for (const thumb of view.querySelectorAll("[value]")) {
      thumb.ariaPressed = "false";
      thumb.ariaDisabled = "true";
    }
    for (const reason of view.querySelectorAll<HTMLElement>("[name=reason]")) {
      reason.ariaPressed = "false";
      reason.dataset.reason = "";
    }
    this._observer.observe(view, { attributeFilter: ["data-outcome", "data-status"] });
    _element.shadowRoot?.addEventListener("keydown", this, true);
    running.add(this);
    _element._controller = this;
    this._key = _element._key;
    if (this._key) fold(this._key);
    this._guard(() => {
      this._number = core.attach(_element._root, this, settingsOf(_element));
    });
  }

  _view() {
    return this._element._root.firstElementChild as HTMLElement;
  }

  /** Runs an export of the core; a throw is its end. */
  _guard(call: () => void, keep?: () => void) {
    try {
      if (!dead) call();
    } catch (error) {
      console.error(error);
      keep?.();
      die();
    }
  }

  /** A press that the core did not take waits for what comes after the core. */
  _keep(outcome: Outcome | null, options?: VoteOptions) {
    const element = this._element;
    if (!element._key) return;
    record(element._key, outcome, options);
    element._shown = outcome;
  }

  _mirror() {
    const { outcome } = this._view().dataset;
    this._element._shown = (outcome || null) as Outcome | null;
    mirror(this._element);
  }

  emit(name: string, detail: unknown) {
    return emit(this._element, name, detail);
  }

  acknowledge() {
    // What a dead core says of a press that was under way is worth nothing.
    this._heard ||= !dead;
  }

  _handle(event: Event) {
    const element = this._element;
    const button = pressedButton(event);
    if (!button) return;
    follow(element);
    const value = button.value as Outcome | undefined;
    if (value && !element._live) warn(element);
    else if (value) {
      const outcome = element._shown === value ? null : value;
      element._shown = outcome;
      panel(element, outcome, button);
      this._expect(outcome);
    } else if (button.name === "send") {
      this._send();
    } else if (button.name === "close") {
      closePanel(element);
    }
  }

  /** The keys of the text box; the core hears them after this. */
  handleEvent(event: Event) {
    hearKey(this._element, event, () => this._send());
  }

  /** The core sends; the panel closes, and the press is guarded like any other. */
  _send() {
    const element = this._element;
    const comment = textOf(element).value;
    if (!element._live || charactersLeft(comment) < 0) return;
    closePanel(element);
    this._expect(element._shown, { comment: comment || undefined });
  }

  /** The core has until the next task to acknowledge a press; then it is dead and the press kept. */
  _expect(outcome: Outcome | null, options?: VoteOptions) {
    this._touch();
    this._heard = false;
    setTimeout(() => {
      if (this._heard) return;
      this._keep(outcome, options);
      die();
    });
  }

  _touch() {
    const element = this._element;
    if (element._key) element._touch(element._key);
  }

  _change() {
    const { _element: element, _key: before } = this;
    this._key = element._key;
    if (before && runOf(before) !== runOf(this._key)) {
      // The core holds what was chosen. Of no concern to the page, and to this controller.
      for (const reason of element._root.querySelectorAll("[name=reason][aria-pressed=true]")) {
        reason.dispatchEvent(new Event("click"));
      }
      clearPanel(element);
    }
    if (this._key && this._key !== before) fold(this._key);
    this._guard(() => core.change(this._number, settingsOf(element)));
    if (!dead) this._mirror();
  }

  _vote(outcome: Outcome | null, options?: VoteOptions) {
    follow(this._element);
    this._touch();
    this._guard(
      () => {
        core.vote(this._number, outcome, options?.comment, options?.reasons);
        this._heard = true;
        // The view follows in a moment; whoever reads the property does not wait.
        if (this._element._live) this._element._shown = outcome;
      },
      () => this._keep(outcome, options),
    );
  }

  _flush() {
    this._guard(() => core.flush(this._number));
  }

  _detach() {
    const element = this._element;
    // A node that only moves is back before the microtask.
    queueMicrotask(() => {
      if (element.isConnected || element._controller !== this) return;
      this._remember();
      running.delete(this);
      // Dropping the view takes its nodes out: fresh ones carry the state on.
      const stamp = restamp(element);
      this._guard(() => core.detach(this._number));
      stamp();
    });
  }

  /** What was proven goes on with the element; what is under way is in the outbox. */
  _remember() {
    const { status, outcome } = this._view().dataset;
    if (!/sending|queued/.test(`${status}`)) {
      this._element._acknowledged = (outcome || null) as Outcome | null;
    }
    this._observer.disconnect();
    this._element.shadowRoot?.removeEventListener("keydown", this, true);
  }

  _abandon() {
    this._remember();
    restamp(this._element)();
    // Without it the shell goes on, and the next press asks again.
    import("./without-core.ts").then(({ attach }) => attach(this._element)).catch(console.warn);
  }
}
