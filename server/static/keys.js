// Single keys for whoever triages many votes. They can be switched off, as speech input sets them
// off by accident (WCAG 2.1.4).
const STORED = "workflowai-feedback-dashboard:keys";
const help = document.getElementById("keys");
const on = document.getElementById("keys-on");
const links = [...document.querySelectorAll("main .votes .side a")];

on.checked = localStorage.getItem(STORED) !== "off";
on.addEventListener("change", () => localStorage.setItem(STORED, on.checked ? "on" : "off"));
document.querySelector(".shortcuts").hidden = false;
document.getElementById("open-keys").addEventListener("click", () => help.showModal());

const current = () =>
  links.findIndex((link) => link.closest(".vote").contains(document.activeElement));

const move = (by) => {
  const at = current();
  const next = at < 0 ? (by > 0 ? 0 : -1) : at + by;
  links[next]?.focus();
  links[next]?.closest(".vote").scrollIntoView({ block: "nearest" });
};

const box = () => links[current()]?.closest(".vote").querySelector(".choose input");

/** Presses the button of a key; in a list for the vote with the focus if none is chosen. */
const press = (key) => {
  const button = document.querySelector(`button[data-key="${key}"]`);
  const triage = button?.closest(".triage");
  if (triage && !triage.querySelector(".choose :checked")) {
    const one = box();
    if (!one) return;
    one.checked = true;
    sessionStorage.setItem(STORED, String(current()));
  }
  button?.click();
};

const KEYS = {
  j: () => move(1),
  k: () => move(-1),
  x: () => box()?.click(),
  "/": () => {
    const search = document.getElementById("q");
    if (!search) return;
    search.closest("details").open = true;
    search.focus();
  },
  "?": () => help.showModal(),
};
for (const key of "rciuz") KEYS[key] = () => press(key);

addEventListener("keydown", (event) => {
  const { key, target, ctrlKey, metaKey, altKey, isComposing } = event;
  const typing = target.closest("input:not([type=checkbox]), textarea, select");
  if (typing || ctrlKey || metaKey || altKey || isComposing || help.open) return;
  if (!Object.hasOwn(KEYS, key) || !on.checked) return;
  event.preventDefault();
  KEYS[key]();
});

// Marking by key leads back to the place it was done at.
const place = sessionStorage.getItem(STORED);
if (place !== null && new URLSearchParams(location.search).has("done")) {
  links[Math.min(Number(place), links.length - 1)]?.focus();
}
sessionStorage.removeItem(STORED);
