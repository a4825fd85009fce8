"use client";

import { useState } from "react";
import { FeedbackButtons } from "workflowai-feedback/react";

export const Answers = ({ token }) => {
  const [label, rename] = useState("Answer 1");
  const [tokens, setTokens] = useState(["a", "b", "c"]);
  const [heard, hear] = useState("");
  return (
    <>
      <FeedbackButtons
        id="first"
        feedbackToken={token}
        userID="u"
        reasons={["Slow"]}
        label={label}
        restore={false}
        onSent={(event) => hear(`sent ${event.detail.outcome}`)}
      />
      <output id="heard">{heard}</output>
      <ul id="list">
        {tokens.map((token) => (
          <li key={token}>
            <FeedbackButtons feedbackToken={token} restore={false} />
          </li>
        ))}
      </ul>
      <button type="button" id="rename" onClick={() => rename("Renamed")}>
        rename
      </button>
      <button type="button" id="reverse" onClick={() => setTokens(tokens.toReversed())}>
        reverse
      </button>
    </>
  );
};
