import { useChat } from "@ai-sdk/react";
import { useState } from "react";
import { createRoot } from "react-dom/client";
import { FeedbackButtons } from "workflowai-feedback/react";

const Message = ({ message: { role, parts, metadata } }) => (
  <article>
    <p>
      {parts.map((part, index) =>
        // Parts have no ids of their own and only grow.
        // biome-ignore lint/suspicious/noArrayIndexKey: see above
        part.type === "text" ? <span key={index}>{part.text}</span> : null,
      )}
    </p>
    {role === "assistant" && (
      // Until the last part of the stream brings the token, the thumbs are disabled.
      <FeedbackButtons feedbackToken={metadata?.feedbackToken} label="Feedback on this answer" />
    )}
  </article>
);

const Chat = () => {
  const { messages, sendMessage } = useChat();
  const [text, setText] = useState("");
  const ask = (event) => {
    event.preventDefault();
    sendMessage({ text });
    setText("");
  };
  return (
    <main>
      {messages.map((message) => (
        <Message key={message.id} message={message} />
      ))}
      <form onSubmit={ask}>
        <input
          aria-label="Question"
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
        <button type="submit">Ask</button>
      </form>
    </main>
  );
};

createRoot(document.getElementById("app")).render(<Chat />);
