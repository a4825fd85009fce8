"use client";

import { useState } from "react";
import { FeedbackButtons } from "workflowai-feedback/react";

export const Answer = ({ text, token, user }) => {
  const [thanks, setThanks] = useState(false);
  return (
    <article>
      <p>{text}</p>
      <FeedbackButtons
        feedbackToken={token}
        userID={user}
        label="Feedback on answer 1"
        reasons={["Wrong facts", "Too long"]}
        onSent={() => setThanks(true)}
      />
      {thanks && <p role="status">We read every vote.</p>}
    </article>
  );
};
