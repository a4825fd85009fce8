// Bundles the npm package: node element/build.mjs --baked FILE --core FOLDER --out FOLDER --modules FILE
import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { build, transform } from "esbuild";
import { parseFragment } from "parse5";
import { minify } from "terser";
import { publish } from "./manifest.mjs";

const { values: paths } = parseArgs({
  options: {
    baked: { type: "string" },
    core: { type: "string" },
    out: { type: "string" },
    modules: { type: "string" },
  },
});
const root = resolve(import.meta.dirname, "..");
const manifest = JSON.parse(await readFile(join(root, "package.json"), "utf8"));
const { markup, packs } = JSON.parse(await readFile(paths.baked, "utf8"));

const css = async (...names) => {
  const sources = await Promise.all(
    names.map((name) => readFile(join(root, "style", name), "utf8")),
  );
  // `target` keeps esbuild from lowering light-dark(), which every supported browser has.
  const { code } = await transform(sources.join("\n"), {
    loader: "css",
    minify: true,
    target: "chrome125",
  });
  // What esbuild leaves as it was written: the values of custom properties.
  return code
    .trim()
    .replace(/(--[\w-]+): /g, "$1:")
    .replaceAll(", ", ",");
};

/**
 * What the shell need not make: it writes the thumbs' states itself, the core's loader or what
 * stands in for the core the rest; assistive technology is told of nothing inside a button anyway;
 * and no form reaches into a shadow root, so its buttons submit none.
 */
const written = ({ name, value }) =>
  /^aria-(pressed|disabled|hidden)$|^data-/.test(name) || (name === "type" && value === "button");

/** The markup as the shell's `build` reads it: [tag, attributes, …children]. */
const nodes = ({ nodeName, tagName, attrs = [], childNodes = [], value, data }) => {
  if (nodeName === "#text") return value;
  if (!tagName) throw new Error(`the shell cannot make ${nodeName} ${data}`);
  const attributes = Object.fromEntries(
    attrs.filter((attribute) => !written(attribute)).map(({ name, value }) => [name, value]),
  );
  return [tagName, attributes, ...childNodes.map(nodes)];
};
// An identifier begins with a letter.
const buildHash = `b${createHash("sha256").update(markup).digest("hex").slice(0, 5)}`;

await rm(paths.out, { recursive: true, force: true });
await mkdir(paths.out, { recursive: true });

const core = resolve(paths.core);
const wasm = await readFile(join(core, "workflowai_feedback_bg.wasm"));
/** The wasm as a script, for where its file cannot be had. */
const inline = `export const bytes=()=>Uint8Array.from(atob("${wasm.toString("base64")}"),(c)=>c.charCodeAt(0));`;

/** The languages with a file of their own; English is built in. */
const languages = Object.keys(packs).filter((tag) => tag !== "en");

/** `#locales/en` is part of what imports it; `#locales/index` imports any other language's file. */
function localePacks({ onResolve, onLoad }) {
  onResolve({ filter: /^#locales\// }, ({ path, kind }) =>
    kind === "dynamic-import"
      ? { path: `./locales/${path.slice(9)}.js`, external: true }
      : { path: path.slice(9), namespace: "locales" },
  );
  onLoad({ filter: /./, namespace: "locales" }, ({ path }) => ({
    contents:
      path === "index"
        ? `export const packs={${languages.map(
            (tag) => `${JSON.stringify(tag)}:()=>import("#locales/${tag}")`,
          )}}`
        : `export default ${JSON.stringify(packs[path])}`,
    resolveDir: root,
  }));
}

/** The wasm in a script is a file that is loaded only where the wasm itself cannot be had. */
function inlinedCore({ onResolve }) {
  onResolve({ filter: /^#core\/inline$/ }, () => ({ path: "./core-inline.js", external: true }));
}

/** The shell is one file: what it loads later stays outside. */
function laterIsElsewhere({ onResolve }) {
  onResolve({ filter: /^\./ }, ({ path, kind }) =>
    kind === "dynamic-import" ? { path: path.replace(/\.ts$/, ".js"), external: true } : undefined,
  );
}

const options = {
  absWorkingDir: root,
  outdir: paths.out,
  bundle: true,
  minify: true,
  format: "esm",
  target: "es2022",
  legalComments: "none",
  metafile: true,
  mangleProps: /^_[a-z]/,
  define: {
    BAKED_HTML: JSON.stringify(`<div data-build=${buildHash}>${markup}</div>`),
    BAKED_MARKUP: JSON.stringify([
      "div",
      { "data-build": buildHash },
      ...parseFragment(markup).childNodes.map(nodes),
    ]),
    BAKED_STYLE: JSON.stringify(await css("widget.css", "element.css")),
    BAKED_PANEL_STYLE: JSON.stringify(await css("panel.css")),
    BAKED_BUILD: JSON.stringify(buildHash),
    BAKED_VERSION: JSON.stringify(manifest.version),
  },
  alias: { "#core": join(core, "workflowai_feedback.js") },
};
// `index` defines the element, `element` leaves that to the page: a shell each, so that a page
// fetches one file.
const shellBuild = await build({
  ...options,
  entryPoints: { index: "element/index.ts", element: "element/element.ts" },
  mangleCache: {},
  plugins: [{ name: "later", setup: laterIsElsewhere }],
});
const rest = ["idle", "loader", "without-core", "restore", "locales"];
const restBuild = await build({
  ...options,
  entryPoints: Object.fromEntries(rest.map((name) => [name, `element/${name}.ts`])),
  splitting: true,
  // Properties of the shell have the same short names everywhere.
  mangleCache: shellBuild.mangleCache,
  plugins: [
    { name: "locales", setup: localePacks },
    { name: "core", setup: inlinedCore },
  ],
});
// What runs without the element. By itself, so that it shares no files with what a page loads.
const apart = ["client", "ssr"];
const apartBuild = await build({
  ...options,
  entryPoints: Object.fromEntries(apart.map((name) => [name, `element/${name}.ts`])),
  splitting: true,
  plugins: [{ name: "locales", setup: localePacks }],
});
/** The React entry is made of others. */
function entriesAreElsewhere({ onResolve }) {
  onResolve({ filter: /^\.\/(index|client)\.ts$/ }, ({ path }) => ({
    path: path.replace(/\.ts$/, ".js"),
    external: true,
  }));
}
const reactBuild = await build({
  ...options,
  entryPoints: { react: "element/react.ts" },
  external: ["react", "react-dom"],
  mangleCache: shellBuild.mangleCache,
  plugins: [{ name: "entries", setup: entriesAreElsewhere }],
});

/** Where everything is one file, the wasm is in it, and whatever else comes later. */
function oneFile({ onResolve, onLoad }) {
  onResolve({ filter: /^\.\/wasm\.ts$/ }, () => ({ path: join(root, "element/wasm-inline.ts") }));
  onResolve({ filter: /^#core\/inline$/ }, () => ({ path: "inline", namespace: "core" }));
  onLoad({ filter: /./, namespace: "core" }, () => ({ contents: inline }));
  onResolve({ filter: /^#locales\// }, ({ path }) => ({
    path: path.slice(9),
    namespace: "locales",
  }));
}
await build({
  ...options,
  entryPoints: { inline: "element/index.ts" },
  mangleCache: {},
  plugins: [
    { name: "one file", setup: oneFile },
    { name: "locales", setup: localePacks },
  ],
});
// Once more by another minifier, which finds what the bundler's leaves: 60 bytes of the shell.
const terse = {
  module: true,
  ecma: 2022,
  compress: { passes: 3, pure_getters: true, directives: false },
};
for (const entry of await readdir(paths.out)) {
  const file = join(paths.out, entry);
  const { code } = await minify(await readFile(file, "utf8"), terse);
  await writeFile(file, code);
}

// The shell for a plain `<script src>`: what it loads later it finds beside itself, as modules.
const [, script, exported] =
  /^(.*)export\{(.*)\};$/s.exec(await readFile(join(paths.out, "index.js"), "utf8")) ?? [];
const names = exported.replace(/(\w+) as (\w+)/g, "$2:$1");
await writeFile(
  join(paths.out, "classic.js"),
  `(()=>{"use strict";${script}globalThis.WorkflowAIFeedback={${names}}})();`,
);

await mkdir(join(paths.out, "locales"));
for (const tag of languages) {
  const { code } = await transform(`export default ${JSON.stringify(packs[tag])}`, {
    minify: true,
    charset: "utf8",
  });
  await writeFile(join(paths.out, "locales", `${tag}.js`), code);
}

await writeFile(join(paths.out, "core.wasm"), wasm);
await writeFile(join(paths.out, "core-inline.js"), inline);
await writeFile(join(paths.out, "style.css"), await css("widget.css", "panel.css", "element.css"));

await publish(root, manifest, languages, packs.en, paths.out);

// Which files a page fetches, and when.
const outputs = Object.assign(
  {},
  ...[shellBuild, restBuild, apartBuild, reactBuild].map(({ metafile }) => metafile.outputs),
);
/** A file and what it imports at once, the shell aside. */
const closure = (file, seen = new Set()) => {
  if (seen.has(file)) return seen;
  seen.add(file);
  for (const { path, kind, external } of outputs[file].imports) {
    if (kind === "import-statement" && !external) closure(path, seen);
  }
  return seen;
};
const files = (entry) => {
  const [file] = Object.entries(outputs).find(
    ([, { entryPoint }]) => entryPoint === `element/${entry}.ts`,
  );
  return [...closure(file)].map((path) => basename(path));
};
const shell = files("index");
const modules = Object.fromEntries([...rest, ...apart, "react"].map((name) => [name, files(name)]));
await writeFile(
  paths.modules,
  JSON.stringify(
    {
      pressable: shell,
      intent: [...modules.loader, "core.wasm"],
      modules: { shell, ...modules, core: ["core.wasm"] },
      // What another compiler or folder may change by a few bytes.
      wasm: ["core.wasm", "core-inline.js", "inline.js", "loader.js"],
    },
    null,
    2,
  ),
);
