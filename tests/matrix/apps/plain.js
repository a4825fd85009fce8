import { configure } from "workflowai-feedback";

// The page that every cell shows, here without a framework; `../journey.ts` walks through it.
configure({ outbox: true });

const make = (id, token, label) => {
  const element = document.createElement("workflowai-feedback");
  // Properties, before it is in the page.
  Object.assign(element, { id, feedbackToken: token, userID: "u", reasons: ["Slow"], label });
  return element;
};
const button = (id, press) => {
  const element = document.createElement("button");
  Object.assign(element, { id, textContent: id, onclick: press });
  return element;
};

const first = make("first", "token-1", "Answer 1");
const heard = document.createElement("output");
heard.id = "heard";
first.addEventListener("feedback-sent", (event) => {
  heard.textContent = `sent ${event.detail.outcome}`;
});
const place = document.createElement("div");
place.append(first);
const list = document.createElement("ul");
list.id = "list";
for (const token of ["a", "b", "c"]) {
  const item = document.createElement("li");
  item.append(make("", token, token));
  list.append(item);
}
document.querySelector("#app").append(
  place,
  heard,
  list,
  button("rename", () => {
    first.label = "Renamed";
  }),
  button("reverse", () => list.append(...[...list.children].reverse())),
  button("park", () => (first.isConnected ? first.remove() : place.append(first))),
);
