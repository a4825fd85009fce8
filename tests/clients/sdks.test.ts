// The original service's published clients, unchanged, against the running receiver.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { test } from "node:test";
import { promisify } from "node:util";
import { WorkflowAI } from "@workflowai/workflowai";
import { needed, withReceiver } from "./receiver.ts";

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
