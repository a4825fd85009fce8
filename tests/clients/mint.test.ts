// The code that docs/mint.md shows makes tokens that the running receiver takes.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { feedbackToken } from "./mint.mjs";
import { needed, withReceiver } from "./receiver.ts";

const HERE = import.meta.dirname;
const run = promisify(execFile);

async function shown(file: string): Promise<string> {
  const code = await readFile(join(HERE, file), "utf8");
  const document = await readFile(join(HERE, "../../docs/mint.md"), "utf8");
  assert.ok(document.includes(code), `docs/mint.md shows ${file}`);
  return code;
}

async function takes(url: string, token: string) {
  const response = await fetch(`${url}/v1/feedback`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ feedback_token: token, outcome: "positive" }),
  });
  const reply = (await response.json()) as { user_id?: string };
  assert.deepEqual([response.status, reply.user_id], [200, "user-1"], JSON.stringify(reply));
}

test("the documented Python makes a token that votes", async () => {
  const code = await shown("mint.py");
  await withReceiver([], async ({ url, command }) => {
    const { kid, secret } = JSON.parse(await command("signing-key", "new"));
    const call = `print(feedback_token("${kid}", "${secret}", "support", "run-1", "user-1", 60))`;
    const python = needed("WORKFLOWAI_FEEDBACK_TEST_PYTHON");
    const { stdout } = await run(python, ["-c", `${code}\n${call}`]);
    await takes(url, stdout.trim());
  });
});

test("the documented JavaScript makes a token that votes", async () => {
  await shown("mint.mjs");
  await withReceiver([], async ({ url, command }) => {
    const { kid, secret } = JSON.parse(await command("signing-key", "new"));
    const vote = { agent: "support", run: "run-1", user: "user-1", seconds: 60 };
    await takes(url, await feedbackToken({ kid, secret, ...vote }));
  });
});

test("the documented key that stays in the backend signs tokens that vote", async () => {
  const code = await shown("mint-key.py");
  await withReceiver([], async ({ url, command, folder }) => {
    const inFolder = { cwd: folder };
    await run("openssl", ["genpkey", "-algorithm", "ed25519", "-out", "private.pem"], inFolder);
    const halves = ["-in", "private.pem", "-pubout", "-out", "public.pem"];
    await run("openssl", ["pkey", ...halves], inFolder);
    const publicKey = join(folder, "public.pem");
    await command("signing-key", "add", "--public-key", publicKey, "--kid", "backend-1");
    const python = needed("WORKFLOWAI_FEEDBACK_TEST_PYTHON");
    const { stdout } = await run(python, ["-c", `${code}\nprint(token)`], inFolder);
    await takes(url, stdout.trim());
  });
});
