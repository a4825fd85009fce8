import { CELLS, type Cell, FRAMEWORKS, NOT_RUN } from "./cells.ts";
import { pinned, versionOf } from "./install.ts";
import type { Told } from "./journey.ts";

/** What became of a cell. */
export interface Result {
  cell: Cell;
  /** Where its packages are installed. */
  folder: string;
  built: Told;
  served?: Told;
}

const BUNDLERS: Record<string, { name: string; package?: string }> = {
  "vite-8": { name: "Vite", package: "vite" },
  "vite-7": { name: "Vite", package: "vite" },
  "webpack-5": { name: "webpack", package: "webpack" },
  rspack: { name: "Rspack", package: "@rspack/core" },
  rollup: { name: "Rollup", package: "rollup" },
  esbuild: { name: "esbuild", package: "esbuild" },
  parcel: { name: "Parcel", package: "parcel" },
  "next-16": { name: "Next", package: "next" },
};

const words = (told: Told | undefined): string =>
  told === undefined
    ? "–"
    : { file: "yes", script: told.said.length ? "yes ¹" : "yes ²", none: "yes ³" }[told.core];

const row = async ({ cell, folder, built, served }: Result): Promise<string> => {
  const bundler = BUNDLERS[cell.bundler];
  const tool = bundler
    ? `${bundler.name} ${await versionOf(folder, bundler.package as string)}`
    : cell.bundler;
  const { name, packages } = FRAMEWORKS[cell.app] as (typeof FRAMEWORKS)[string];
  const versions = await Promise.all(packages.map((each) => versionOf(folder, each)));
  const framework = versions.length ? name.replace(/^\w+/, `$& ${versions.join(", ")}`) : name;
  return `| ${tool} | ${framework} | ${words(built)} | ${words(served)} |`;
};

/** The file of the table. */
export const table = async (results: Result[]): Promise<string> => {
  const ordered = CELLS.map((cell) => results.find((result) => result.cell === cell) as Result);
  const plain = ordered.filter(({ cell }) => !cell.policy);
  const policies = ordered.filter(({ cell }) => cell.policy);
  return `# Where it works

Written by \`cargo xtask matrix\`: every line was packed, installed from the tarball, built, served, and voted in Chromium. A line passes when the thumbs are painted, properties set before and after the element is in the page arrive, a press posts the right body, \`feedback-sent\` is heard by the framework's own event syntax, an element that is moved in a list or kept alive keeps its state, and the console is empty. The versions are those tried, pinned in \`tests/matrix/cells/\`.

| bundler | framework | build | dev server |
| --- | --- | --- | --- |
${(await Promise.all(plain.map(row))).join("\n")}

¹ The bundler leaves \`core.wasm\` out, so the browser writes one 404 line and the core comes from \`core-inline.js\`, which the bundler did take along. To have the smaller file, and no such line, copy \`node_modules/workflowai-feedback/core.wasm\` to where you serve files from and say \`configure({ wasmUrl: "/core.wasm" })\`.
² The core comes from the script by itself, with nothing on the console.
³ Without the core; votes and comments work all the same.

## Policies

The plain page, built by Vite, under policies that refuse things.

| policy | sent | works |
| --- | --- | --- |
${policies
  .map(({ cell: { policy }, built }) => {
    const { name, header, headers, sandbox } = policy as NonNullable<Cell["policy"]>;
    const sent =
      header ??
      (sandbox
        ? `sandbox="${sandbox}"`
        : Object.entries(headers ?? {})
            .map(([name, value]) => `${name}: ${value}`)
            .join("; "));
    return `| ${name} | \`${sent}\` | ${words(built)} |`;
  })
  .join("\n")}

## Chats

The examples of the two places where most such chats live, with the token in the message's metadata.

| chat | example |
| --- | --- |
| AI SDK ${await pinned("ai-sdk", "ai")}, React ${await pinned("ai-sdk", "react")} | \`examples/ai-sdk\` |
| assistant-ui ${await pinned("assistant-ui", "@assistant-ui/react")}, React ${await pinned("assistant-ui", "react")} | \`examples/assistant-ui\` |

## The client alone

\`./client\` where there is no page, and the tests that run it there.

| where | test |
| --- | --- |
| Node 20 | \`element/client.test.ts\` |
| a worker | \`tests/browser/client.test.ts\` |
| React Native: Metro ${await pinned("react-native", "metro")}, Hermes ${await pinned("react-native", "hermes-engine-cli")} | \`tests/matrix/react-native.ts\` |

## Not tried

| what | why |
| --- | --- |
${NOT_RUN.map(([what, why]) => `| ${what} | ${why} |`).join("\n")}
`;
};
