// The original service's published clients, unchanged, against the running receiver.

import assert from "node:assert/strict";
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { test } from "node:test";
import { promisify } from "node:util";
import { WorkflowAI } from "@workflowai/workflowai";

const API_KEY = "a-key-of-the-test's-own";
// Of the original service's own tests.
const KEY = "ATWcst2v/c/KEypN99ujwOySMzpwCqdaXvHLGDqBt+c=";
const TOKEN = "eyJ0IjoxLCJ1IjoxLCJyIjoicnVuX2lkIn0=.l70649xjrowih8DX75xLBkWxa3NFmeMbaAYiYtiZPKM=";
const SEND = `
import asyncio, sys
import workflowai
token, outcome, comment, user = sys.argv[1:]
asyncio.run(workflowai.send_feedback(
    feedback_token=token, outcome=outcome, comment=comment or None, user_id=user or None))
`;

interface Vote {
  token: string;
  outcome: "positive" | "negative";
  comment?: string;
  user?: string;
}

interface Receiver {
  url: string;
  mint(run: string): Promise<string>;
  listed(agent: string): Promise<Record<string, unknown>[]>;
}

async function withReceiver(settings: string[], use: (receiver: Receiver) => Promise<void>) {
  const program = needed("WORKFLOWAI_FEEDBACK_SERVER");
  const folder = await mkdtemp(join(tmpdir(), "clients-"));
  const data = ["--data-dir", folder];
  const started = spawn(program, ["serve", "--listen", "127.0.0.1:0", ...data, ...settings], {
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...process.env, WORKFLOWAI_FEEDBACK_API_KEY: API_KEY },
  });
  try {
    const url = await ready(started);
    const headers = { authorization: `Bearer ${API_KEY}` };
    await use({
      url,
      async mint(run) {
        const flags = ["--agent", "support", "--run", run, ...data];
        return (await promisify(execFile)(program, ["token", "mint", ...flags])).stdout.trim();
      },
      async listed(agent) {
        const response = await fetch(`${url}/v1/_/agents/${agent}/feedback`, { headers });
        const list = (await response.json()) as { items: Record<string, unknown>[] };
        return list.items;
      },
    });
  } finally {
    const ended = started.exitCode === null && once(started, "exit");
    started.kill();
    await ended;
    await rm(folder, { recursive: true });
  }
}

async function ready(started: ChildProcess): Promise<string> {
  if (!started.stdout) throw new Error("the receiver has no output to read");
  for await (const line of createInterface(started.stdout)) {
    const address = /^ready (http:\S+)/.exec(line)?.[1];
    if (!address) continue;
    started.stdout.resume();
    return address;
  }
  throw new Error("the receiver ended before it was ready");
}

function needed(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set`);
  return value;
}

const clients: Record<string, (url: string, vote: Vote) => Promise<unknown>> = {
  async python(url, { token, outcome, comment = "", user = "" }) {
    const python = needed("WORKFLOWAI_FEEDBACK_TEST_PYTHON");
    // It wants a key, and sends it along; the receiver ignores it.
    const env = { ...process.env, WORKFLOWAI_API_URL: url, WORKFLOWAI_API_KEY: "any" };
    return promisify(execFile)(python, ["-c", SEND, token, outcome, comment, user], { env });
  },
  async npm(url, { token, outcome, comment, user }) {
    const client = new WorkflowAI({ key: "any", url });
    return client.sendFeedback({
      feedbackToken: token,
      outcome,
      ...(comment && { comment }),
      ...(user && { userID: user }),
    });
  },
};

for (const [name, send] of Object.entries(clients)) {
  test(`the ${name} client votes, changes its vote and is listed`, async () => {
    await withReceiver([], async (receiver) => {
      const token = await receiver.mint("run-1");
      await send(receiver.url, { token, outcome: "positive", user: "ann" });
      await send(receiver.url, { token, outcome: "negative", comment: "wrong ü", user: "ann" });
      await send(receiver.url, { token, outcome: "positive" });
      const listed = await receiver.listed("support");
      assert.deepEqual(
        listed.map(({ run_id, user_id, outcome, comment }) => [run_id, user_id, outcome, comment]),
        [
          ["run-1", null, "positive", null],
          ["run-1", "ann", "negative", "wrong ü"],
        ],
      );
    });
  });

  test(`the ${name} client's original token is taken with its key and only then`, async () => {
    await withReceiver(["--legacy-hmac-key", KEY], async (receiver) => {
      await send(receiver.url, { token: TOKEN, outcome: "negative" });
      const [vote] = await receiver.listed("legacy-1-1");
      assert.deepEqual([vote?.run_id, vote?.outcome], ["run_id", "negative"]);
    });
    await withReceiver([], async (receiver) => {
      await assert.rejects(send(receiver.url, { token: TOKEN, outcome: "negative" }));
      assert.deepEqual(await receiver.listed("legacy-1-1"), []);
    });
  });
}
