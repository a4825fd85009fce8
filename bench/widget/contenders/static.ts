// The least that shows the same: a custom element written by hand, with the widget's own markup
// and styles stamped into its shadow root, that does nothing at all.
import { grow } from "../grow.ts";

declare global {
  /** The widget's markup and rules, as read from a page with one. */
  const LOOKS: { markup: string; rules: string };
}

const template = document.createElement("template");
template.innerHTML = LOOKS.markup;
const sheet = new CSSStyleSheet();
sheet.replaceSync(LOOKS.rules);

class StaticThumbs extends HTMLElement {
  connectedCallback() {
    const root = this.attachShadow({ mode: "open" });
    root.adoptedStyleSheets = [sheet];
    root.append(template.content.cloneNode(true));
  }
}
customElements.define("static-thumbs", StaticThumbs);

grow((parent) => {
  parent.append(document.createElement("static-thumbs"));
});
