import { find } from "./find.js";

const THINKING = 900;
const PER_WORD = 55;
const PER_BLOCK = 700;
const NEAR_THE_END = 120;

/**
 * Plays an answer that stands in the page as if a model were still writing it. Ends with the event
 * `answer-complete` on the answer, after its `data-stream` attribute is gone.
 *
 * @param {HTMLElement} answer
 */
export async function streamAnswer(answer) {
  const body = find(".answer-body", answer);
  const skip = find(".stream-skip", answer);
  const status = find("#status");
  const inBlocks = matchMedia("(prefers-reduced-motion: reduce)").matches;

  const whole = body.cloneNode(true);
  const caret = Object.assign(document.createElement("span"), { className: "caret" });
  body.replaceChildren(caret);
  answer.setAttribute("aria-busy", "true");
  answer.dataset.stream = "writing";
  status.textContent = "Sandpiper is writing an answer";

  const skipping = new AbortController();
  skip.addEventListener("click", () => skipping.abort(), { once: true });
  skip.hidden = false;

  await pause(THINKING, skipping.signal);
  for (const write of pieces(whole, body, caret, inBlocks)) {
    if (skipping.signal.aborted) break;
    const follow = isAtTheEnd();
    write();
    if (follow) scrollTo({ top: document.documentElement.scrollHeight, behavior: "instant" });
    await pause(inBlocks ? PER_BLOCK : PER_WORD, skipping.signal);
  }

  const hadFocus = document.activeElement === skip;
  body.replaceChildren(...whole.childNodes);
  skip.hidden = true;
  if (hadFocus) find("[data-copy]", answer).focus();
  answer.removeAttribute("data-stream");
  answer.removeAttribute("aria-busy");
  status.textContent = "The answer is complete";
  answer.dispatchEvent(new CustomEvent("answer-complete", { bubbles: true }));
}

/**
 * One function a piece of text, in reading order; each adds its piece to `target`.
 *
 * @param {Node} source
 * @param {Element} target
 * @param {Element} caret
 * @param {boolean} inBlocks
 * @returns {Generator<() => void>}
 */
function* pieces(source, target, caret, inBlocks) {
  for (const child of source.childNodes) {
    if (child instanceof Text) {
      const words = inBlocks ? [child.data] : (child.data.match(/\s*\S+(?:\s+$)?/g) ?? []);
      for (const word of words) yield () => caret.before(word);
    } else if (child instanceof Element) {
      const copy = document.importNode(child, false);
      target.append(copy);
      copy.append(caret);
      yield* pieces(child, copy, caret, inBlocks);
      target.append(caret);
    }
  }
}

/**
 * @param {number} milliseconds
 * @param {AbortSignal} signal
 * @returns {Promise<void>}
 */
function pause(milliseconds, signal) {
  return new Promise((resolve) => {
    setTimeout(resolve, milliseconds);
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
}

function isAtTheEnd() {
  const { scrollHeight, clientHeight } = document.documentElement;
  return scrollHeight - scrollY - clientHeight < NEAR_THE_END;
}
