import { FeedbackButtons } from "workflowai-feedback/react";
import { Answers } from "./answers";

// A server component; the widgets are islands in it, with a file of the app's own and without.
export default function Page() {
  return (
    <main>
      <h1>Answers</h1>
      <Answers token="token-1" />
      <FeedbackButtons feedbackToken="token-2" restore={false} />
    </main>
  );
}
