import init, * as core from "#core";
import {
  type Controller,
  closePanel,
  dress,
  mirror,
  restamp,
  settingsOf,
  textOf,
} from "./controller.ts";
import type { FeedbackElement } from "./feedback-element.ts";
import { memory, page, read, record, touch } from "./outbox.ts";
import { setting } from "./settings.ts";
import type { Outcome, VoteOptions } from "./types.ts";

/** Set for good when the core could not start, or trapped: one trap takes the whole page's core. */
let dead = false;
const running = new Set<Core>();

const boot = async () => {
  try {
    await init({
      module_or_path: fetch(setting("wasmUrl") || new URL("./core.wasm", import.meta.url)),
    });
    core.start(page._client, setting("outbox") !== false);
    addEventListener("error", (event) => notice(event.error));
    addEventListener("unhandledrejection", (event) => notice(event.reason));
  } catch (error) {
    console.warn("workflowai-feedback: goes on without its core:", error);
    dead = true;
  }
};
let booting: Promise<void> | undefined;

const notice = (error: unknown) => {
  if (
    error instanceof WebAssembly.RuntimeError &&
    /core\w*\.wasm|wasm:\/\//.test(error.stack || "")
  ) {
    die();
  }
};

/** Every element goes on without the core, with the state it has. */
const die = () => {
  if (dead) return;
  dead = true;
  // Presses from now on are another client's: the core took its last number with it.
  page._client = `${Math.random()}`;
  for (const each of running) each._abandon();
};

/** The names of all nodes, as a tree. */
const shape = (node: Node): string => `${node.nodeName}(${[...node.childNodes].map(shape)})`;
/** Of the baked markup, as the first stamped element has it. */
let baked: string;

/** Hydrates the element's markup and lets the core run it. */
export const attach = async (element: FeedbackElement): Promise<Controller> => {
  // The core sends to a receiver; the page's own backend is for what stands in for it.
  const own = setting("send");
  if (!own) {
    booting ||= boot();
    await booting;
  }
  if (dead || own) return (await import("./without-core.ts")).attach(element);
  const started = new Core(element);
  // It trapped at once, and what stands in for it is on its way.
  if (dead) await element._loading;
  return element._controller || started;
};

/** One hydrated element. */
class Core implements Controller {
  _number = -1;
  _heard = true;
  _observer = new MutationObserver(() => this._mirror());

  constructor(readonly _element: FeedbackElement) {
    dress(_element);
    if (!baked) {
      const fresh = document.createElement(_element.localName) as FeedbackElement;
      baked = shape(fresh._root);
    }
    // Translated, or of another build: hydration would trap.
    if (shape(_element._root) !== baked) restamp(_element)();
    const view = this._view();
    // Hydration writes neither attributes nor text: the core starts from the baked state and then
    // writes the difference.
    view.dataset.outcome = "";
    for (const thumb of view.querySelectorAll("[value]")) {
      thumb.ariaPressed = "false";
      thumb.ariaDisabled = "true";
    }
    this._observer.observe(view, { attributeFilter: ["data-outcome", "data-status"] });
    _element.shadowRoot?.addEventListener("keydown", this, true);
    running.add(this);
    this._guard(() => {
      this._number = core.attach(_element._root, this, settingsOf(_element));
    });
    // What could not be kept on the device is not known to the core yet.
    const kept = !dead && memory.has(_element._key) && read(_element._key);
    if (kept) {
      memory.delete(_element._key);
      this._vote(kept.outcome, kept);
    }
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
    return this._element._emit(name, detail);
  }

  acknowledge() {
    this._heard = true;
  }

  _handle(event: Event) {
    const element = this._element;
    const button = event.composedPath().find((node) => (node as Element).localName === "button") as
      | HTMLButtonElement
      | undefined;
    if (event.type !== "click" || !button) return;
    const value = button.value as Outcome | undefined;
    if (value && element._live) {
      const outcome = element._shown === value ? null : value;
      element._shown = outcome;
      element._panel(!!outcome, button);
      this._expect(outcome);
    } else if (button.name === "send") {
      this._send();
    } else if (button.name === "close") {
      closePanel(element);
    }
  }

  /** The keys of the text box; the core hears them after this. */
  handleEvent(event: Event) {
    const { key, ctrlKey, metaKey, isComposing } = event as KeyboardEvent;
    const element = this._element;
    if (key === "Enter" && (ctrlKey || metaKey) && !isComposing) {
      if (event.composedPath()[0] === textOf(element)) this._send();
    } else if (key === "Escape" && element.commentPlacement === "inline") {
      closePanel(element);
    }
  }

  /** The core sends; the panel closes, and the press is guarded like any other. */
  _send() {
    const element = this._element;
    const comment = textOf(element).value;
    if ([...comment].length > 10_000) return;
    closePanel(element);
    this._expect(element._shown, { comment: comment || undefined });
  }

  /** The core has until the next task to acknowledge a press; then it is dead and the press kept. */
  _expect(outcome: Outcome | null, options?: VoteOptions) {
    touch(this._element._key);
    this._heard = false;
    setTimeout(() => {
      if (this._heard) return;
      this._keep(outcome, options);
      die();
    });
  }

  _change() {
    this._guard(() => core.change(this._number, settingsOf(this._element)));
  }

  _vote(outcome: Outcome | null, options?: VoteOptions) {
    touch(this._element._key);
    this._guard(
      () => {
        core.vote(this._number, outcome, options?.comment, options?.reasons);
        this._heard = true;
      },
      () => this._keep(outcome, options),
    );
  }

  _flush() {
    this._guard(() => core.flush(this._number));
  }

  _detach() {
    const element = this._element;
    this._remember();
    running.delete(this);
    element._controller = element._loading = undefined;
    // Dropping the view takes its nodes out: fresh ones carry the state on.
    const stamp = restamp(element);
    this._guard(() => core.detach(this._number));
    stamp();
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
    const element = this._element;
    this._remember();
    restamp(element)();
    element._controller = undefined;
    element._loading = import("./without-core.ts").then(({ attach }) => {
      element._controller = attach(element);
    });
  }
}
