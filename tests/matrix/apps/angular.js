import "@angular/compiler";
import "workflowai-feedback";
import {
  Component,
  CUSTOM_ELEMENTS_SCHEMA,
  provideZonelessChangeDetection,
  signal,
} from "@angular/core";
import { bootstrapApplication } from "@angular/platform-browser";

class App {
  label = signal("Answer 1");
  tokens = signal(["a", "b", "c"]);
  heard = signal("");
  reasons = ["Slow"];

  hear(event) {
    this.heard.set(`sent ${event.detail.outcome}`);
  }

  reverse() {
    this.tokens.update((tokens) => tokens.toReversed());
  }
}
// The decorator as a function: no build step of Angular's own is needed to try the template.
Component({
  selector: "app-root",
  schemas: [CUSTOM_ELEMENTS_SCHEMA],
  template: `
    <workflowai-feedback
      id="first"
      [feedbackToken]="'token-1'"
      [userID]="'u'"
      [reasons]="reasons"
      [label]="label()"
      (feedback-sent)="hear($event)"
    ></workflowai-feedback>
    <output id="heard">{{ heard() }}</output>
    <ul id="list">
      @for (token of tokens(); track token) {
        <li><workflowai-feedback [feedbackToken]="token"></workflowai-feedback></li>
      }
    </ul>
    <button id="rename" (click)="label.set('Renamed')">rename</button>
    <button id="reverse" (click)="reverse()">reverse</button>
  `,
})(App);
document.getElementById("app").append(document.createElement("app-root"));
bootstrapApplication(App, { providers: [provideZonelessChangeDetection()] });
