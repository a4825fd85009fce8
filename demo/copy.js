import { find, pressed } from "./find.js";

const SHOWN_FOR = 1600;

/** Lets the copy buttons of answers and code blocks work. */
export function copyOnPress() {
  document.addEventListener("click", async (event) => {
    const button = pressed(event, "[data-copy], [data-copy-code]");
    if (!button) return;
    const source = button.hasAttribute("data-copy")
      ? find(".answer-body", button.closest(".answer") ?? document)
      : find("code", button.closest(".code") ?? document);
    // biome-ignore lint/performance/useDomNodeTextContent: the copy keeps the lines as they are shown.
    await navigator.clipboard.writeText(source.innerText.trim());
    showDone(button);
  });
}

/** @param {HTMLElement} button */
function showDone(button) {
  const icon = button.querySelector("use");
  const status = find("#status");
  icon?.setAttribute("href", "#icon-done");
  status.textContent = "Copied";
  setTimeout(() => {
    icon?.setAttribute("href", "#icon-copy");
    status.textContent = "";
  }, SHOWN_FOR);
}
