// What a team would write in React: two thumbs that vote, and a comment box after the press.
// The original service's React package is no longer to be had; this does less than it did.
import { createElement as h, useCallback, useEffect, useState } from "react";
import { flushSync } from "react-dom";
import { createRoot } from "react-dom/client";
import { grow } from "../grow.ts";

type Outcome = "positive" | "negative";

const PATHS: Record<Outcome, string> = {
  positive: "M7 10v11H3V10zm0 10h10l4-10h-7l1-6-3-1z",
  negative: "M17 14V3h4v11zm0-10H7L3 14h7l-1 6 3 1z",
};

interface ThumbProps {
  outcome: Outcome;
  chosen: Outcome | undefined;
  onChoose: (outcome: Outcome) => void;
}

const Thumb = ({ outcome, chosen, onChoose }: ThumbProps) => {
  const choose = useCallback(() => onChoose(outcome), [outcome, onChoose]);
  return h(
    "button",
    {
      type: "button",
      className: "thumb",
      "aria-pressed": chosen === outcome,
      "aria-label": outcome === "positive" ? "Good answer" : "Bad answer",
      onClick: choose,
    },
    h(
      "svg",
      { viewBox: "0 0 24 24", width: 20, height: 20, fill: "none", stroke: "currentColor" },
      h("path", { d: PATHS[outcome] }),
    ),
  );
};

const Thumbs = ({ feedbackToken, userID }: { feedbackToken: string; userID: string }) => {
  const [outcome, setOutcome] = useState<Outcome>();
  const [comment, setComment] = useState("");
  const [sent, setSent] = useState(false);
  const send = useCallback(
    (chosen: Outcome) => {
      setOutcome(chosen);
      const body = { feedback_token: feedbackToken, user_id: userID, outcome: chosen, comment };
      fetch("/v1/feedback", { method: "POST", body: JSON.stringify(body) }).then(
        ({ ok }) => setSent(ok),
        () => setSent(false),
      );
    },
    [feedbackToken, userID, comment],
  );
  // biome-ignore lint/correctness/useExhaustiveDependencies: another run is another vote.
  useEffect(() => setOutcome(undefined), [feedbackToken, userID]);
  return h(
    "div",
    { className: "thumbs", role: "group", "aria-label": "Feedback" },
    h(Thumb, { outcome: "positive", chosen: outcome, onChoose: send }),
    h(Thumb, { outcome: "negative", chosen: outcome, onChoose: send }),
    outcome &&
      h("textarea", {
        value: comment,
        onChange: (event: { target: { value: string } }) => setComment(event.target.value),
      }),
    sent && h("span", { role: "status" }, "Thank you"),
  );
};

const sheet = new CSSStyleSheet();
sheet.replaceSync(`
  .thumbs { display: inline-flex; gap: 4px; align-items: center; }
  .thumb { padding: 4px; border: 0; border-radius: 6px; background: none; color: #666; }
  .thumb:hover, .thumb:focus-visible { background: #eee; }
  .thumb[aria-pressed=true] { color: #111; }
`);
document.adoptedStyleSheets = [sheet];

// As in a chat app: one root, the answers a list inside it.
const Answers = ({ count }: { count: number }) =>
  Array.from({ length: count }, (_, index) =>
    h(
      "p",
      { key: index },
      "An answer. ",
      h(Thumbs, { feedbackToken: `token-${index}`, userID: "visitor" }),
    ),
  );

grow.all((parent, count) => {
  const root = createRoot(parent);
  flushSync(() => root.render(h(Answers, { count })));
});
