// A backend that keeps the votes itself. Whose a vote is it knows from the session, not the page.
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { join } from "node:path";

const TYPES = { html: "text/html", js: "text/javascript", wasm: "application/wasm" };
/** The newest vote of each run; a database in your app. */
const votes = new Map();

const vote = (request) => {
  const { feedback_token: run, outcome = null, comment = null, intent } = request;
  const before = votes.get(run);
  // An older press that comes late changes nothing.
  const applied = !before || before.client !== intent.client || before.sequence <= intent.sequence;
  if (applied) votes.set(run, { outcome, comment, ...intent });
  const { outcome: kept, comment: words } = votes.get(run);
  const { client, sequence } = intent;
  return { id: run, outcome: kept, comment: words, applied, intent: { client, sequence } };
};

const server = createServer(async (request, response) => {
  const path = new URL(request.url, "http://localhost").pathname;
  if (request.method === "POST" && path === "/my/votes") {
    let text = "";
    for await (const part of request) text += part;
    response.setHeader("content-type", "application/json");
    return response.end(JSON.stringify(vote(JSON.parse(text))));
  }
  if (path === "/my/votes") return response.end(JSON.stringify([...votes]));
  const file = path === "/" ? "index.html" : path;
  const content = await readFile(join(import.meta.dirname, file)).catch(() => undefined);
  if (!content) return response.writeHead(404).end();
  response.setHeader("content-type", TYPES[/\w+$/.exec(file)[0]] ?? "text/plain");
  response.end(content);
});
server.listen(process.env.PORT ?? 8000, "127.0.0.1", () => {
  console.log(`ready http://127.0.0.1:${server.address().port}/`);
});
