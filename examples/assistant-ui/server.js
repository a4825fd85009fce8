// The backend of the chat: streams an answer line by line, and gives the run's token in the last.
import { randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { join } from "node:path";

const TYPES = { html: "text/html", js: "text/javascript", wasm: "application/wasm" };

/** In your app: asks your receiver, or signs a JWT, for this run and the signed-in person. */
const mint = async (run) => `token-of-${run}`;

const answer = async (response) => {
  const run = randomUUID();
  const write = (line) => response.write(`${JSON.stringify(line)}\n`);
  response.setHeader("content-type", "application/x-ndjson");
  for (const delta of ["The capital of France", " is Paris."]) write({ delta });
  write({ feedbackToken: await mint(run) });
  response.end();
};

const server = createServer(async (request, response) => {
  const path = new URL(request.url, "http://localhost").pathname;
  if (request.method === "POST" && path === "/api/chat") return answer(response);
  const file = path === "/" ? "index.html" : path;
  const content = await readFile(join(import.meta.dirname, "dist", file)).catch(() => undefined);
  if (!content) return response.writeHead(404).end();
  response.setHeader("content-type", TYPES[/\w+$/.exec(file)[0]] ?? "text/plain");
  response.end(content);
});
server.listen(process.env.PORT ?? 8000, "127.0.0.1", () => {
  console.log(`ready http://127.0.0.1:${server.address().port}/`);
});
