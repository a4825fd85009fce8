const SHOWN_FOR = 1600;

/** Lets the copy buttons of answers and code blocks work. */
export function copyOnPress() {
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy], [data-copy-code]");
    if (!button) return;
    const source = button.hasAttribute("data-copy")
      ? button.closest(".answer").querySelector(".answer-body")
      : button.closest("figure").querySelector("code");
    // biome-ignore lint/performance/useDomNodeTextContent: the copy keeps the lines as they are shown.
    await navigator.clipboard.writeText(source.innerText.trim());
    showDone(button);
  });
}

function showDone(button) {
  const icon = button.querySelector("use");
  icon.setAttribute("href", "#icon-done");
  document.getElementById("status").textContent = "Copied";
  setTimeout(() => {
    icon.setAttribute("href", "#icon-copy");
    document.getElementById("status").textContent = "";
  }, SHOWN_FOR);
}
