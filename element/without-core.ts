import english from "#locales/en";
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
  settingsOf,
  textOf,
  warn,
} from "./controller.ts";
import { phase, press, restored, shown, wake } from "./delivery.ts";
import type { FeedbackElement } from "./feedback-element.ts";
import { say, translate } from "./locales.ts";
import { adopt, memory, record } from "./outbox.ts";
import { close, open, type Post, run, takeUp, takeUpAll, type Watcher } from "./post.ts";
import { runOf } from "./run-of.ts";
import { clean } from "./text.ts";
import type { Kept, Messages, Outcome, VoteOptions } from "./types.ts";

/** The counter appears when so many characters are left; see `src/limits.rs`. */
const COUNTER_FROM = 500;

/** Runs an element without WebAssembly. */
export const attach = (element: FeedbackElement): void => {
  if (!element.isConnected || element._controller !== element) return;
  adopt(element);
  new StandIn(element);
};

class StandIn implements Controller, Watcher {
  _key: string | null = null;
  _post: Post | undefined;
  /** The outcome the page last said to know. */
  _known: Outcome | null = null;
  _chosen = new Set<string>();
  _messages: Messages = english;
  _quiet = false;

  constructor(readonly _element: FeedbackElement) {
    dress(_element);
    catchUp(_element);
    _element._controller = this;
    this._listen("addEventListener");
    this._change();
  }

  _listen(how: "addEventListener" | "removeEventListener") {
    for (const type of ["input", "keydown"]) this._element.shadowRoot?.[how](type, this);
  }

  handleEvent(event: Event) {
    if (event.type === "input") this._count();
    else hearKey(this._element, event, () => this._send());
  }

  _handle(event: Event) {
    const element = this._element;
    const button = pressedButton(event);
    const name = button?.name;
    if (button) follow(element);
    if (name === "outcome") {
      if (!element._live) return warn(element);
      const value = button?.value as Outcome;
      const outcome = element._shown === value ? null : value;
      this._vote(outcome);
      panel(element, outcome, button);
    } else if (name === "send") this._send();
    else if (name === "close") closePanel(element);
    else if (name === "reason") {
      const words = button?.textContent as string;
      if (!this._chosen.delete(words)) this._chosen.add(words);
      this._offer();
    }
  }

  /** The vote once more, with what was written and chosen. */
  _send() {
    const element = this._element;
    const outcome = element._shown;
    const comment = clean(textOf(element).value);
    if (!outcome || !element._live || charactersLeft(comment) < 0) return;
    const reasons = outcome === "negative" ? [...this._chosen] : [];
    closePanel(element);
    this._vote(outcome, {
      comment: comment || undefined,
      reasons: reasons.length ? reasons : undefined,
    });
  }

  _vote(outcome: Outcome | null, options?: VoteOptions) {
    follow(this._element);
    const post = this._post;
    if (!post) return;
    const comment = options?.comment;
    const kept = record(post._key, outcome, { ...options, comment: comment && clean(comment) });
    run(post, { ...press(post._delivery, kept), _store: false });
  }

  _change() {
    const element = this._element;
    const { endpoint, messages, outcome } = settingsOf(element);
    const key = element._key;
    const another = key !== this._key;
    // Another key, or an answer to `restore`, is no change that somebody made.
    this._quiet = true;
    this._messages = { ...english, ...messages };
    translate(element, this._messages);
    if (another) {
      if (this._key && runOf(this._key) !== runOf(key)) {
        this._chosen.clear();
        clearPanel(element);
      }
      if (this._post) close(this._post, this);
      this._key = key;
      this._known = null;
      this._post = key ? open(key) : undefined;
      this._post?._watchers.add(this);
    }
    if (outcome !== this._known) {
      this._known = outcome;
      if (this._post) restored(this._post._delivery, outcome);
    }
    if (another && this._post) {
      takeUp(this._post);
      // Later, so that the elements of those votes are there to be asked.
      setTimeout(takeUpAll, 0, endpoint);
    }
    this._changed();
    this._quiet = false;
  }

  /** Shows what is known. */
  _changed() {
    const element = this._element;
    const { _post: post, _messages: messages } = this;
    const before = element._shown;
    const status = post ? post._delivery._status : "idle";
    element._shown = post ? shown(post._delivery) : this._known;
    element._change();
    const view = element._root.firstElementChild as HTMLElement;
    const coarse = phase(status);
    view.dataset.status = coarse;
    mirror(element);
    const text =
      coarse === "queued" && memory.has(this._key as string)
        ? "not_kept"
        : status === "unproven"
          ? "unavailable"
          : status === "invalid"
            ? "not_accepted"
            : status;
    say(element._find("[part=status]") as Element, messages[text]);
    this._offer();
    this._count();
    if (!this._quiet && before !== element._shown) {
      emit(element, "change", { outcome: element._shown });
    }
  }

  /** Offers the page's reasons. */
  _offer() {
    const { reasons, _root } = this._element;
    const buttons = _root.querySelectorAll<HTMLButtonElement>("[name=reason]");
    for (const [index, button] of buttons.entries()) {
      const words = reasons[index] || "";
      say(button, words);
      button.dataset.reason = words;
      button.ariaPressed = `${this._chosen.has(words)}`;
    }
  }

  /** Counts the characters left, near the limit. */
  _count() {
    const { value } = textOf(this._element);
    const left = charactersLeft(value);
    const words =
      left < 0 ? this._messages.excess : left <= COUNTER_FROM ? this._messages.remaining : "";
    say(this._element._find("[part=counter]") as Element, words?.replace("#", `${Math.abs(left)}`));
  }

  _tell(name: string, { outcome, comment, reasons }: Kept) {
    return emit(this._element, name, {
      outcome,
      comment: comment ?? null,
      reasons: reasons || [],
      ...(name !== "before-send" && { reason: this._post?._delivery._status }),
    });
  }

  _flush() {
    if (this._post) run(this._post, wake(this._post._delivery));
  }

  _detach() {
    const element = this._element;
    // A node that only moves is back before the microtask.
    queueMicrotask(() => {
      if (element.isConnected || element._controller !== this) return;
      if (this._post) {
        element._acknowledged = this._post._delivery._acknowledged;
        close(this._post, this);
      }
      this._listen("removeEventListener");
      element._controller = element;
    });
  }
}
