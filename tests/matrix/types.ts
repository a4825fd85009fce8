// The element's types in the templates of frameworks, by their own types.
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { MODULES, program, write } from "../browser/fixtures/stranger.ts";
import { project } from "./install.ts";

const PREACT = `/** @jsxImportSource preact */
import type {} from "workflowai-feedback/frameworks/preact";
export const right = (
  <workflowai-feedback feedbackToken="t" user-id="u" reasons={["Slow"]} class="mine"
    onfeedback-sent={(event) => event.detail.reason} />
);
// @ts-expect-error: not an outcome
export const wrong = <workflowai-feedback outcome="neutral" />;
`;
const SOLID = `/** @jsxImportSource solid-js */
import type {} from "workflowai-feedback/frameworks/solid";
export const right = (
  <workflowai-feedback prop:feedbackToken="t" attr:label="l" class="mine"
    on:feedback-sent={(event) => event.detail.reason} />
);
// @ts-expect-error: not an outcome
export const wrong = <workflowai-feedback outcome="neutral" />;
`;
const VUE = `import type { GlobalComponents } from "vue";
import type {} from "workflowai-feedback/frameworks/vue";
type Props = InstanceType<GlobalComponents["workflowai-feedback"]>["$props"];
export const right: Props = {
  feedbackToken: "t", class: "mine", onFeedbackSent: (event) => event.detail.reason,
};
// @ts-expect-error: not an outcome
export const wrong: Props = { outcome: "neutral" };
`;
const SVELTE = `import type { SvelteHTMLElements } from "svelte/elements";
import type {} from "workflowai-feedback/frameworks/svelte";
type Props = SvelteHTMLElements["workflowai-feedback"];
export const right: Props = { feedbackToken: "t", class: "mine", reasons: ["Slow"] };
// @ts-expect-error: not an outcome
export const wrong: Props = { outcome: "neutral" };
`;
const REACT = `import { FeedbackButtons } from "workflowai-feedback/react";
import type {} from "workflowai-feedback/frameworks/react";
export const right = (
  <>
    <FeedbackButtons feedbackToken="t" className="mine" onSent={(event) => event.detail.reason} />
    <workflowai-feedback feedback-token="t" class="mine" />
  </>
);
// @ts-expect-error: not an outcome
export const wrong = <workflowai-feedback outcome="neutral" />;
`;

/** Compiles files beside the packages of a bundler's project. */
const compile = async (bundler: string, files: Record<string, string>) => {
  const work = join(await project(bundler), "work/types");
  await rm(work, { recursive: true, force: true });
  await mkdir(work, { recursive: true });
  const compilerOptions = {
    target: "ES2022",
    lib: ["ES2022", "DOM", "DOM.Iterable"],
    module: "ESNext",
    moduleResolution: "bundler",
    strict: true,
    noEmit: true,
    // The frameworks' own declarations are theirs to keep sound.
    skipLibCheck: true,
    jsx: "react-jsx",
    types: [],
  };
  const config = { compilerOptions, files: Object.keys(files) };
  await write(work, { ...files, "tsconfig.json": JSON.stringify(config) });
  await program(work, process.execPath, join(MODULES, "typescript/bin/tsc"));
};

test("Preact, Solid, Vue and Svelte know the element in their templates", () =>
  compile("vite-8", {
    "preact.tsx": PREACT,
    "solid.tsx": SOLID,
    "vue.ts": VUE,
    "svelte.ts": SVELTE,
  }));

test("React 18 knows the element and its wrapper", () => compile("vite-7", { "react.tsx": REACT }));
