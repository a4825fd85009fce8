import {
  ActionBarPrimitive,
  AssistantRuntimeProvider,
  ComposerPrimitive,
  MessagePrimitive,
  ThreadPrimitive,
  useAuiState,
  useLocalRuntime,
} from "@assistant-ui/react";
import { createRoot } from "react-dom/client";
import { FeedbackButtons } from "workflowai-feedback/react";
import { model } from "./model.js";

const Question = () => (
  <MessagePrimitive.Root>
    <MessagePrimitive.Parts />
  </MessagePrimitive.Root>
);

const Answer = () => {
  const token = useAuiState(({ message }) => message.metadata.custom.feedbackToken);
  return (
    <MessagePrimitive.Root>
      <MessagePrimitive.Parts />
      <ActionBarPrimitive.Root>
        {/* Until the last line of the stream brings the token, the thumbs are disabled. */}
        <FeedbackButtons feedbackToken={token} label="Feedback on this answer" />
        <ActionBarPrimitive.Copy>Copy</ActionBarPrimitive.Copy>
      </ActionBarPrimitive.Root>
    </MessagePrimitive.Root>
  );
};

const Chat = () => (
  <AssistantRuntimeProvider runtime={useLocalRuntime(model)}>
    <ThreadPrimitive.Root>
      <ThreadPrimitive.Messages components={{ UserMessage: Question, AssistantMessage: Answer }} />
      <ComposerPrimitive.Root>
        <ComposerPrimitive.Input aria-label="Question" />
        <ComposerPrimitive.Send>Ask</ComposerPrimitive.Send>
      </ComposerPrimitive.Root>
    </ThreadPrimitive.Root>
  </AssistantRuntimeProvider>
);

createRoot(document.getElementById("app")).render(<Chat />);
