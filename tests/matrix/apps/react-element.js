import "workflowai-feedback";
import { createElement as h, StrictMode, useState } from "react";
import { createRoot } from "react-dom/client";

const App = () => {
  const [label, rename] = useState("Answer 1");
  const [tokens, setTokens] = useState(["a", "b", "c"]);
  const [heard, hear] = useState("");
  return h(
    "main",
    null,
    h("workflowai-feedback", {
      id: "first",
      feedbackToken: "token-1",
      userID: "u",
      reasons: ["Slow"],
      label,
      "onfeedback-sent": (event) => hear(`sent ${event.detail.outcome}`),
    }),
    h("output", { id: "heard" }, heard),
    h(
      "ul",
      { id: "list" },
      tokens.map((token) =>
        h("li", { key: token }, h("workflowai-feedback", { feedbackToken: token })),
      ),
    ),
    h("button", { type: "button", id: "rename", onClick: () => rename("Renamed") }, "rename"),
    h(
      "button",
      { type: "button", id: "reverse", onClick: () => setTokens([...tokens].reverse()) },
      "reverse",
    ),
  );
};
createRoot(document.getElementById("app")).render(h(StrictMode, null, h(App)));
