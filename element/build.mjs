// Bundles the npm package: node element/build.mjs --baked FILE --core FOLDER --out FOLDER --modules FILE
import { createHash } from "node:crypto";
import { cp, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { build, transform } from "esbuild";

const { values: paths } = parseArgs({
  options: {
    baked: { type: "string" },
    core: { type: "string" },
    out: { type: "string" },
    modules: { type: "string" },
    smallest: { type: "boolean" },
  },
});
const root = resolve(import.meta.dirname, "..");
const manifest = JSON.parse(await readFile(join(root, "package.json"), "utf8"));
const { markup, packs } = JSON.parse(await readFile(paths.baked, "utf8"));

const css = async (...names) => {
  const sources = await Promise.all(names.map((name) => readFile(join(root, "style", name), "utf8")));
  // `target` keeps esbuild from lowering light-dark(), which every supported browser has.
  const { code } = await transform(sources.join("\n"), {
    loader: "css",
    minify: true,
    target: "chrome125",
  });
  return code.trim();
};
const buildHash = createHash("sha256").update(markup).digest("hex").slice(0, 6);

await rm(paths.out, { recursive: true, force: true });
await mkdir(paths.out, { recursive: true });

const core = resolve(paths.core);

/** `#locales/TAG` is a language's texts, `#locales/index` imports each but English when needed. */
function localePacks({ onResolve, onLoad }) {
  onResolve({ filter: /^#locales\// }, ({ path }) => ({ path: path.slice(9), namespace: "locales" }));
  onLoad({ filter: /./, namespace: "locales" }, ({ path }) => ({
    contents:
      path === "index"
        ? `export const packs={${Object.keys(packs)
            .filter((tag) => tag !== "en")
            .map((tag) => `${JSON.stringify(tag)}:()=>import("#locales/${tag}")`)}}`
        : `export default ${JSON.stringify(packs[path])}`,
    resolveDir: root,
  }));
}
const { metafile } = await build({
  absWorkingDir: root,
  entryPoints: {
    index: "element/index.ts",
    element: "element/element.ts",
    client: "element/client.ts",
  },
  outdir: paths.out,
  bundle: true,
  splitting: true,
  minify: true,
  format: "esm",
  target: "es2022",
  legalComments: "none",
  metafile: true,
  mangleProps: /^_[a-z]/,
  chunkNames: "[name]-[hash]",
  define: {
    BAKED_MARKUP: JSON.stringify(`<div data-build=${buildHash}>${markup}</div>`),
    BAKED_STYLE: JSON.stringify(await css("widget.css", "element.css")),
    BAKED_PANEL_STYLE: JSON.stringify(await css("panel.css")),
    BAKED_BUILD: JSON.stringify(buildHash),
    BAKED_VERSION: JSON.stringify(manifest.version),
  },
  alias: { "#core": join(core, "workflowai_feedback.js") },
  plugins: [{ name: "locales", setup: localePacks }],
});

await cp(join(core, "workflowai_feedback_bg.wasm"), join(paths.out, "core.wasm"));
await writeFile(join(paths.out, "style.css"), await css("widget.css", "panel.css"));

// Which files a page fetches, and when.
const outputs = Object.entries(metafile.outputs);
const named = (entry) =>
  outputs.find(([, output]) => output.entryPoint === `element/${entry}.ts`)?.[0];
/** A file and what it imports at once. */
const closure = (file, seen = new Set()) => {
  if (!file || seen.has(file)) return seen;
  seen.add(file);
  for (const { path, kind } of metafile.outputs[file].imports) {
    if (kind === "import-statement") closure(path, seen);
  }
  return seen;
};
const files = (entry) => [...closure(named(entry))].map((file) => basename(file));
const shell = files("index");
const beyondShell = (entry) => files(entry).filter((file) => !shell.includes(file));
await writeFile(
  paths.modules,
  JSON.stringify(
    {
      pressable: shell,
      intent: [...beyondShell("loader"), "core.wasm"],
      modules: {
        shell,
        loader: beyondShell("loader"),
        core: ["core.wasm"],
        restore: beyondShell("restore"),
        locales: beyondShell("locales"),
        "without-core": beyondShell("without-core"),
        client: files("client"),
      },
    },
    null,
    2,
  ),
);
