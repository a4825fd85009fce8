import "workflowai-feedback";
import { html, LitElement } from "lit";
import { repeat } from "lit/directives/repeat.js";

class TestApp extends LitElement {
  static properties = { label: {}, tokens: {}, heard: {} };

  constructor() {
    super();
    this.label = "Answer 1";
    this.tokens = ["a", "b", "c"];
    this.heard = "";
  }

  createRenderRoot() {
    return this;
  }

  render() {
    return html`
      <workflowai-feedback
        id="first"
        .feedbackToken=${"token-1"}
        .userID=${"u"}
        .reasons=${["Slow"]}
        .label=${this.label}
        @feedback-sent=${(event) => {
          this.heard = `sent ${event.detail.outcome}`;
        }}
      ></workflowai-feedback>
      <output id="heard">${this.heard}</output>
      <ul id="list">
        ${repeat(
          this.tokens,
          (token) => token,
          (token) =>
            html`<li><workflowai-feedback .feedbackToken=${token}></workflowai-feedback></li>`,
        )}
      </ul>
      <button id="rename" @click=${() => {
        this.label = "Renamed";
      }}>rename</button>
      <button id="reverse" @click=${() => {
        this.tokens = this.tokens.toReversed();
      }}>reverse</button>
    `;
  }
}
customElements.define("test-app", TestApp);
document.getElementById("app").append(document.createElement("test-app"));
