// The client as React Native has it: compiled by Metro, run by Hermes.
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { program } from "../browser/fixtures/stranger.ts";
import { project } from "./install.ts";

const everyday = process.env.MATRIX === "everyday";

test("React Native's engine runs the client", { skip: everyday }, async () => {
  const folder = await project("react-native");
  const metro = join(folder, "node_modules/metro/src/cli.js");
  await program(folder, process.execPath, metro, "build", "index.js", "--out", "app");
  const hermes = join(folder, "node_modules/hermes-engine-cli/linux64-bin/hermes");
  const { calls, ...told } = JSON.parse(await program(folder, hermes, "app.js"));
  assert.deepEqual(told, {
    outcome: "positive",
    comment: "good\ufffd 😀",
    found: "negative",
    first: { outcome: "negative" },
    expired: [true, "FeedbackError", "expired_feedback_token"],
    aborted: [false, "AbortError", "aborted"],
    nowhere: [false, "TypeError", "apiUrl: is missing, and there is no page"],
  });
  const key = { feedback_token: "token", user_id: "u" };
  const base = "https://feedback.example.com/v1/feedback";
  assert.deepEqual(calls.slice(0, 4), [
    [base, { ...key, outcome: "positive", comment: "good\ufffd 😀" }],
    [`${base}/lookup`, { items: [key] }],
    [`${base}/lookup`, { items: [key] }],
    [`${base}/retract`, key],
  ]);
  assert.equal(calls.length, 5, "an ended signal and a missing address start no call");
});
