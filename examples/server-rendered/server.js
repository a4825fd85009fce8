// A plain server that writes the thumbs into its pages: they are painted before any script has
// come, under a policy that lets in no style but by its nonce.
import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { join } from "node:path";
import { renderFeedback } from "workflowai-feedback/ssr";

const PACKAGE = join(import.meta.dirname, "node_modules/workflowai-feedback");
const TYPES = { js: "text/javascript", wasm: "application/wasm" };

/** In your app: asks your receiver, or signs a JWT, for this answer's run and the signed-in person. */
const mint = async () => "token-of-the-run";

const page = async (nonce) => `<!doctype html>
<html lang="de">
  <head>
    <meta charset="utf-8">
    <title>Antworten</title>
    <meta name="workflowai-feedback" content='{"apiUrl": "/feedback"}'>
    <script type="module" src="/widget/index.js"></script>
  </head>
  <body>
    <p>Die Hauptstadt von Frankreich ist Paris.</p>
    ${await renderFeedback({
      feedbackToken: await mint(),
      userID: "u-7",
      label: "Bewertung der Antwort 1",
      lang: "de",
      nonce,
    })}
  </body>
</html>
`;

const policyOf = (nonce) =>
  [
    "default-src 'none'",
    "script-src 'self' 'wasm-unsafe-eval'",
    "connect-src 'self'",
    `style-src 'nonce-${nonce}'`,
  ].join("; ");

const server = createServer(async (request, response) => {
  const path = new URL(request.url, "http://localhost").pathname;
  if (path === "/") {
    const nonce = randomBytes(16).toString("base64");
    response.setHeader("content-type", "text/html; charset=utf-8");
    response.setHeader("content-security-policy", policyOf(nonce));
    return response.end(await page(nonce));
  }
  const [, file, ending] = /^\/widget\/([\w./-]+\.(js|wasm))$/.exec(path) ?? [];
  const content = file && (await readFile(join(PACKAGE, file)).catch(() => undefined));
  if (!content) return response.writeHead(404).end();
  response.setHeader("content-type", TYPES[ending]);
  response.end(content);
});
server.listen(process.env.PORT ?? 8000, "127.0.0.1", () => {
  console.log(`ready http://127.0.0.1:${server.address().port}/`);
});
