/** Yields the lines of a response as they come, each of them JSON. */
async function* lines(response) {
  let rest = "";
  for await (const text of response.body.pipeThrough(new TextDecoderStream())) {
    const whole = (rest + text).split("\n");
    rest = whole.pop();
    yield* whole.map((line) => JSON.parse(line));
  }
}

/** Asks the backend, for `useLocalRuntime`. What it tells of the run goes into the message's metadata. */
export const model = {
  async *run({ messages, abortSignal }) {
    const response = await fetch("/api/chat", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(messages.map(({ role, content }) => ({ role, content }))),
      signal: abortSignal,
    });
    if (!response.ok) throw new Error(`HTTP ${response.status}`);
    let text = "";
    for await (const { delta = "", feedbackToken } of lines(response)) {
      text += delta;
      yield { content: [{ type: "text", text }], metadata: { custom: { feedbackToken } } };
    }
  },
};
