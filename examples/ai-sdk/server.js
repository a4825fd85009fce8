// The backend of the chat: streams an answer, and gives the run's token in the metadata that
// finishes the message.
import { randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { join } from "node:path";
import { createUIMessageStream, pipeUIMessageStreamToResponse } from "ai";

const TYPES = { html: "text/html", js: "text/javascript", wasm: "application/wasm" };

/** In your app: asks your receiver, or signs a JWT, for this run and the signed-in person. */
const mint = async (run) => `token-of-${run}`;

// With a model this is `streamText(…).toUIMessageStream({ messageMetadata })`; the part that
// matters here is the last one.
const answer = () =>
  createUIMessageStream({
    execute: async ({ writer }) => {
      const run = randomUUID();
      writer.write({ type: "start", messageId: run });
      writer.write({ type: "text-start", id: "text" });
      for (const delta of ["The capital of France", " is Paris."]) {
        writer.write({ type: "text-delta", id: "text", delta });
      }
      writer.write({ type: "text-end", id: "text" });
      writer.write({ type: "finish", messageMetadata: { feedbackToken: await mint(run) } });
    },
  });

const server = createServer(async (request, response) => {
  const path = new URL(request.url, "http://localhost").pathname;
  if (request.method === "POST" && path === "/api/chat") {
    return pipeUIMessageStreamToResponse({ response, stream: answer() });
  }
  const file = path === "/" ? "index.html" : path;
  const content = await readFile(join(import.meta.dirname, "dist", file)).catch(() => undefined);
  if (!content) return response.writeHead(404).end();
  response.setHeader("content-type", TYPES[/\w+$/.exec(file)[0]] ?? "text/plain");
  response.end(content);
});
server.listen(process.env.PORT ?? 8000, "127.0.0.1", () => {
  console.log(`ready http://127.0.0.1:${server.address().port}/`);
});
