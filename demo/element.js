import { find } from "./find.js";
import { fetchTokens } from "./tokens.js";

const WIDGET = "/widget/latest/index.js";

/** @type {NodeListOf<HTMLElement>} */
const answers = document.querySelectorAll("[data-run]");

/** @param {HTMLElement[]} rated */
async function handOutTokens(rated) {
  const { visitor, tokens } = await fetchTokens(rated.map((answer) => answer.dataset.run ?? ""));
  for (const answer of rated) {
    Object.assign(find("workflowai-feedback", answer), {
      userID: visitor,
      feedbackToken: tokens[answer.dataset.run ?? ""],
    });
  }
}

/** @param {unknown} error */
function sayWhatIsMissing(error) {
  console.error(error);
  find("#notice").textContent =
    "The receiver did not answer, so the thumbs stay asleep. Is “cargo xtask start” running?";
}

try {
  await import(WIDGET);
  // As with a real model, the token of a streamed answer comes with its last piece.
  const complete = [];
  for (const answer of answers) {
    if (answer.hasAttribute("data-stream")) {
      answer.addEventListener("answer-complete", () => {
        handOutTokens([answer]).catch(sayWhatIsMissing);
      });
    } else {
      complete.push(answer);
    }
  }
  await handOutTokens(complete);
} catch (error) {
  sayWhatIsMissing(error);
}
