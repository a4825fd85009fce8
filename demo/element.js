import { fetchTokens } from "./tokens.js";

const answers = [...document.querySelectorAll("[data-run]")];
const notice = document.getElementById("notice");

async function handOutTokens(rated) {
  const { visitor, tokens } = await fetchTokens(rated.map((answer) => answer.dataset.run));
  for (const answer of rated) {
    const widget = answer.querySelector("workflowai-feedback");
    widget.userID = visitor;
    widget.feedbackToken = tokens[answer.dataset.run];
  }
}

function sayWhatIsMissing(error) {
  console.error(error);
  notice.textContent =
    "The receiver did not answer, so the thumbs stay asleep. Is “cargo xtask start” running?";
}

try {
  await import("/widget/latest/index.js");
  await handOutTokens(answers.filter((answer) => !answer.hasAttribute("data-stream")));
  // As with a real model, the token of a streamed answer comes with its last piece.
  for (const answer of answers.filter((answer) => answer.hasAttribute("data-stream"))) {
    answer.addEventListener("answer-complete", () =>
      handOutTokens([answer]).catch(sayWhatIsMissing),
    );
  }
} catch (error) {
  sayWhatIsMissing(error);
}
