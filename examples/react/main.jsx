import { useState } from "react";
import { createRoot } from "react-dom/client";
import { FeedbackButtons } from "workflowai-feedback/react";

const Answer = ({ text, token, user }) => {
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

createRoot(document.getElementById("app")).render(
  // The token comes from your backend, which mints it for this very answer.
  <Answer text="The capital of France is Paris." token="token-of-the-run" user="u-7" />,
);
