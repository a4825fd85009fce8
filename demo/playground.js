import { find } from "./find.js";
import { answerAs } from "./playground-answers.js";
import { attributesOf, htmlOf, ICONS, paintHtml, styleOf } from "./playground-markup.js";
import { SAMPLES } from "./playground-samples.js";
import { reachByKeyboard } from "./scrollable.js";
import { fetchTokens } from "./tokens.js";

/**
 * @typedef {HTMLElement & { feedbackToken: string | undefined, userID: string, vote(outcome: string): void,
 *   retract(): void }} FeedbackElement
 */

const EVENTS = ["before-send", "change", "sent", "queued", "error", "retract"];
const STATES = ["positive", "negative", "sending", "queued", "error"];

const form = /** @type {HTMLFormElement} */ (find("#controls"));
const place = find("#place");
const mount = find("#mount");

/** @type {FeedbackElement} */
let element;

/** What the form says, without what is empty. */
const settings = () =>
  new Map([...new FormData(form)].flatMap(([name, value]) => (value ? [[name, `${value}`]] : [])));

/** Writes settings to element, surroundings and address, and shows the HTML for them. */
function apply() {
  const chosen = settings();
  const attributes = attributesOf(chosen);
  for (const name of /** @type {any} */ (element.constructor).observedAttributes) {
    if (name.includes("token")) continue;
    const value = attributes.get(name);
    if (value === undefined) element.removeAttribute(name);
    else if (element.getAttribute(name) !== value) element.setAttribute(name, value);
  }
  element.style.cssText = styleOf(chosen);
  const icons = chosen.has("icons") ? ICONS : "";
  if (element.innerHTML !== icons) element.innerHTML = icons;

  const lang = chosen.get("lang") ?? "en";
  const { text, dir } = SAMPLES[lang] ?? SAMPLES.en;
  place.lang = lang;
  place.dir = chosen.get("dir") ?? dir;
  place.style.setProperty("--stage-width", chosen.get("width") ?? "");
  find("#stage").style.colorScheme = chosen.get("scheme") ?? "";
  find("#sample").textContent = text;
  paintHtml(find("#html"), htmlOf(chosen, place.dir === "rtl"));
  history.replaceState(null, "", `#${new URLSearchParams([...chosen])}`);
}

/** Puts a fresh element on the stage and leads it to the chosen state. */
async function show() {
  const state = settings().get("state") ?? "live";
  answerAs(state);
  element = /** @type {FeedbackElement} */ (document.createElement("workflowai-feedback"));
  apply();
  if (state !== "no_token") {
    // One run for whoever only plays, so that `restore` finds something; else one nobody voted on.
    const run = state === "live" ? "playground" : `playground-${crypto.randomUUID()}`;
    const { visitor, tokens } = await fetchTokens([run]);
    const user = /** @type {HTMLInputElement} */ (form.elements.namedItem("user-id"));
    user.value ||= visitor;
    element.userID = user.value;
    element.feedbackToken = tokens[run];
  }
  mount.replaceChildren(element);
  apply();
  if (state === "live" || state === "no_token") return;
  if (state === "panel") return thumb("negative").click();
  element.vote(state === "negative" ? "negative" : "positive");
  if (state === "retracted" || state === "cannot_retract") {
    element.addEventListener("feedback-sent", () => element.retract(), { once: true });
  }
}

/** @param {string} outcome */
function thumb(outcome) {
  return /** @type {HTMLButtonElement} */ (element.shadowRoot?.querySelector(`[value=${outcome}]`));
}

/** Fills the languages in, each by its own name. */
function listLanguages() {
  const select = find("[name=lang]", form);
  for (const lang of Object.keys(SAMPLES)) {
    const name = new Intl.DisplayNames(lang, { type: "language" }).of(lang);
    select.append(new Option(`${name} (${lang})`, lang));
  }
}

/** Takes the settings over from the address. */
function readAddress() {
  for (const [name, value] of new URLSearchParams(location.hash.slice(1))) {
    const field = form.elements.namedItem(name);
    if (field instanceof HTMLInputElement && field.type === "checkbox") field.checked = true;
    else if (field && "value" in field) field.value = value;
  }
}

/** Lists what the widget tells the page, newest first, and the states it has. */
function listen() {
  const list = find("#events");
  for (const name of EVENTS) {
    addEventListener(`feedback-${name}`, (event) => {
      const line = document.createElement("li");
      const title = document.createElement("strong");
      const detail = document.createElement("span");
      title.textContent = `feedback-${name} `;
      detail.textContent = JSON.stringify(/** @type {CustomEvent} */ (event).detail);
      line.append(title, detail);
      list.prepend(line);
    });
  }
  const observer = new MutationObserver(showStates);
  new MutationObserver(() => {
    const view = element.shadowRoot?.querySelector(".workflowai-feedback");
    if (view) observer.observe(view, { attributeFilter: ["data-status", "data-outcome"] });
    showStates();
  }).observe(mount, { childList: true });
}

function showStates() {
  // The element mirrors its state a moment after its view changes.
  requestAnimationFrame(() => {
    const held = STATES.filter((state) => element.matches(`:state(${state})`));
    find("#states").replaceChildren(
      ...held.map((state) => {
        const badge = document.createElement("span");
        badge.textContent = `:state(${state})`;
        return badge;
      }),
    );
  });
}

find("#methods").addEventListener("click", (event) => {
  const { value } = /** @type {HTMLButtonElement} */ (event.target);
  if (value === "positive" || value === "negative") element.vote(value);
  else if (value) /** @type {any} */ (element)[value]();
});

find("#copy").addEventListener("click", async () => {
  await navigator.clipboard.writeText(find("#html").textContent ?? "");
  const icon = find("#copy").querySelector("use");
  icon?.setAttribute("href", "#icon-done");
  find("#status").textContent = "Copied";
  setTimeout(() => {
    icon?.setAttribute("href", "#icon-copy");
    find("#status").textContent = "";
  }, 1600);
});

form.addEventListener("input", ({ target }) => {
  const { name } = /** @type {HTMLInputElement} */ (target);
  // A colour that is picked is wanted.
  const wanted = form.elements.namedItem(`has-${name}`);
  if (wanted instanceof HTMLInputElement) wanted.checked = true;
  if (name === "state") show();
  else apply();
});
form.addEventListener("reset", () => setTimeout(show));

reachByKeyboard(document.querySelectorAll(".card pre, .events"));
listLanguages();
readAddress();
await import(/** @type {string} */ ("/widget/latest/index.js"));
listen();
await show();
