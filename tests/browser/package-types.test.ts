// Strict consumers of the types, by every way of finding modules.
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { MODULES, program, stranger, write } from "./fixtures/stranger.ts";

const PLAIN = `
import { configure, define, FeedbackElement, type FeedbackEventMap } from "workflowai-feedback";
import { FeedbackElement as Alone } from "workflowai-feedback/element";
import { FeedbackError, getFeedback, lookupFeedback, retractFeedback, sendFeedback } from "workflowai-feedback/client";
import { renderFeedback, renderShadowRoot } from "workflowai-feedback/ssr";
import * as inline from "workflowai-feedback/inline";
import german from "workflowai-feedback/locales/de";
import "workflowai-feedback/classic";

configure({ apiUrl: "/feedback", messages: german, outbox: false, wasmUrl: "/core.wasm" });
configure({ send: async (request, { signal, keepalive }) => {
  const body = JSON.stringify({ token: request.feedback_token, at: request.intent.sequence });
  const init: RequestInit = { method: "POST", body, keepalive, ...(signal && { signal }) };
  return (await fetch("/mine", init)).json();
} });

const element = document.createElement("workflowai-feedback");
const same: FeedbackElement = element;
element.feedbackToken = null;
element.reasons = ["Slow"];
element.addEventListener("feedback-sent", (event) => {
  const outcome: "positive" | "negative" | null = event.detail.outcome;
  const reason: string = event.detail.reason;
  console.log(outcome, reason, event.detail.comment?.length, event.detail.reasons.join());
});
document.addEventListener("feedback-before-send", (event) => {
  if (event.detail.outcome === "negative") event.preventDefault();
});
element.addEventListener("click", (event) => console.log(event.clientX));
element.vote("positive", { comment: "good", reasons: [] });
const flushed: Promise<void> = element.flush();
document.querySelector("workflowai-feedback")?.retract();
define("my-feedback");
inline.configure({});
WorkflowAIFeedback.configure({ apiUrl: "/" });
const names: keyof FeedbackEventMap = "feedback-queued";
console.log(Alone.observedAttributes, same, flushed, names);

const key = { feedbackToken: "t", userID: "u", apiUrl: "/", timeout: 5 };
const html: Promise<string> = renderFeedback({ feedbackToken: "t", lang: "de", outcome: "positive" });
const root: Promise<string> = renderShadowRoot({ nonce: "n" });
try {
  const reply = await sendFeedback({ ...key, outcome: "positive", comment: "good" });
  const found: "positive" | "negative" | null = await getFeedback(key);
  const [first] = await lookupFeedback([{ feedback_token: "t" }], { apiUrl: "/" });
  await retractFeedback(key);
  console.log(reply.id, found, first?.outcome, first?.error?.code, html, root);
} catch (error) {
  if (error instanceof FeedbackError) console.log(error.code, error.status, error.retryAfter);
}

// @ts-expect-error: not an outcome
element.vote("neutral");
// @ts-expect-error: not a placement
element.commentPlacement = "left";
// @ts-expect-error: not a setting
configure({ url: "/" });
// @ts-expect-error: not for consumers
element._key;
// @ts-expect-error: nothing without a token
await getFeedback({});
`;

const REACT = `
import { useRef } from "react";
import { FeedbackButtons, FeedbackElement, FeedbackModal, FeedbackModalContainer, getFeedback, openFeedbackModal, sendFeedback } from "workflowai-feedback/react";
import type {} from "workflowai-feedback/frameworks/react";

export const App = ({ token }: { token: string | undefined }) => {
  const ref = useRef<FeedbackElement>(null);
  return (
    <>
      <FeedbackButtons ref={ref} feedbackToken={token} userID="u" className="mine" style={{ margin: 3 }}
        comment="negative" reasons={["Slow"] as const} onSent={(event) => console.log(event.detail.outcome)}>
        <b slot="positive">+</b>
      </FeedbackButtons>
      <workflowai-feedback ref={ref} feedbackToken={token} user-id="u" class="mine" key="1"
        reasons={["Slow"]} onfeedback-sent={(event) => console.log(event.detail.reason)} />
      <FeedbackModal onSubmit={(comment) => console.log(comment?.length)} onCancel={() => {}} />
      <FeedbackModalContainer feedbackToken="t" outcome="positive" />
      <button onClick={() => openFeedbackModal({ feedbackToken: "t", outcome: "negative" })} />
      {/* @ts-expect-error: not an outcome */}
      <FeedbackButtons outcome="neutral" />
      {/* @ts-expect-error: not an outcome */}
      <workflowai-feedback outcome="neutral" />
    </>
  );
};
export const reply = sendFeedback({ feedbackToken: "t", userID: "u", outcome: "positive" });
export const found: Promise<"positive" | "negative" | null> = getFeedback({ feedbackToken: "t" });
`;

const BASE = {
  target: "ES2022",
  lib: ["ES2022", "DOM"],
  strict: true,
  noEmit: true,
  // The package's own declarations are read as well.
  skipLibCheck: false,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  jsx: "react-jsx",
  types: [],
};

const WAYS = {
  bundler: { module: "ESNext", moduleResolution: "bundler" },
  node16: { module: "Node16", moduleResolution: "Node16" },
  nodenext: { module: "NodeNext", moduleResolution: "NodeNext" },
};

for (const [name, way] of Object.entries(WAYS)) {
  test(`a strict consumer compiles with moduleResolution ${name}`, async () => {
    const folder = await stranger({ "plain.ts": PLAIN, "app.tsx": REACT }, [
      "@types/react",
      "@types/react-dom",
      "csstype",
    ]);
    await write(folder, {
      "tsconfig.json": JSON.stringify({
        compilerOptions: { ...BASE, ...way, preserveSymlinks: true },
        files: ["plain.ts", "app.tsx"],
      }),
    });
    await program(folder, process.execPath, join(MODULES, "typescript/bin/tsc"));
  });
}

test("a mistake is found", async () => {
  const folder = await stranger({
    "plain.ts": 'import { sendFeedback } from "workflowai-feedback/client";\nsendFeedback({});\n',
    "tsconfig.json": JSON.stringify({
      compilerOptions: { ...BASE, ...WAYS.nodenext },
      files: ["plain.ts"],
    }),
  });
  await assert.rejects(
    program(folder, process.execPath, join(MODULES, "typescript/bin/tsc")),
    /plain\.ts\(2,14\)/,
  );
});
