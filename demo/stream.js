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
  const body = answer.querySelector(".answer-body");
  const skip = answer.querySelector(".stream-skip");
  const status = document.getElementById("status");
  const inBlocks = matchMedia("(prefers-reduced-motion: reduce)").matches;

  const whole = body.cloneNode(true);
  const caret = Object.assign(document.createElement("span"), { className: "caret" });
  body.replaceChildren(caret);
  answer.setAttribute("aria-busy", "true");
  answer.dataset.stream = "writing";
  status.textContent = "Sandpiper is writing an answer";

  let skipped = false;
  const skipping = new Promise((resolve) => {
    const showAll = () => {
      skipped = true;
      resolve();
    };
    skip.addEventListener("click", showAll, { once: true });
  });
  skip.hidden = false;

  const pause = (milliseconds) =>
    Promise.race([skipping, new Promise((resolve) => setTimeout(resolve, milliseconds))]);

  await pause(THINKING);
  for (const write of pieces(whole, body, caret, inBlocks)) {
    if (skipped) break;
    const follow = isAtTheEnd();
    write();
    if (follow) scrollTo({ top: document.documentElement.scrollHeight, behavior: "instant" });
    await pause(inBlocks ? PER_BLOCK : PER_WORD);
  }

  const hadFocus = document.activeElement === skip;
  body.replaceChildren(...whole.childNodes);
  skip.hidden = true;
  if (hadFocus) answer.querySelector("[data-copy]").focus();
  answer.removeAttribute("data-stream");
  answer.removeAttribute("aria-busy");
  status.textContent = "The answer is complete";
  answer.dispatchEvent(new CustomEvent("answer-complete", { bubbles: true }));
}

/** One function a piece of text, in reading order; each adds its piece to `target`. */
function* pieces(source, target, caret, inBlocks) {
  for (const child of source.childNodes) {
    if (child.nodeType === Node.TEXT_NODE) {
      const words = inBlocks ? [child.data] : (child.data.match(/\s*\S+(?:\s+$)?/g) ?? []);
      for (const word of words) yield () => caret.before(word);
    } else {
      const copy = child.cloneNode(false);
      target.append(copy);
      copy.append(caret);
      yield* pieces(child, copy, caret, inBlocks);
      target.append(caret);
    }
  }
}

function isAtTheEnd() {
  const { scrollHeight, clientHeight } = document.documentElement;
  return scrollHeight - scrollY - clientHeight < NEAR_THE_END;
}
