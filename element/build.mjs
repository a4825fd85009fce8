// Bundles the npm package: node element/build.mjs --baked FILE --core FOLDER --out FOLDER --modules FILE
import { createHash } from "node:crypto";
import { cp, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { build, transform } from "esbuild";
import { minify } from "terser";

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
  return code.trim();
};
const buildHash = createHash("sha256").update(markup).digest("hex").slice(0, 6);

await rm(paths.out, { recursive: true, force: true });
await mkdir(paths.out, { recursive: true });

const core = resolve(paths.core);

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

/** What the shell is made of; every other file of the package finds it in `element.js`. */
const SHELL = ["feedback-element", "outbox", "settings"];

function shellIsElsewhere({ onResolve }) {
  const modules = new RegExp(`^\\./(element|${SHELL.join("|")})\\.ts$`);
  onResolve({ filter: modules }, () => ({ path: "./element.js", external: true }));
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
    BAKED_MARKUP: JSON.stringify(`<div data-build=${buildHash}>${markup}</div>`),
    BAKED_STYLE: JSON.stringify(await css("widget.css", "element.css")),
    BAKED_PANEL_STYLE: JSON.stringify(await css("panel.css")),
    BAKED_BUILD: JSON.stringify(buildHash),
    BAKED_VERSION: JSON.stringify(manifest.version),
  },
  alias: { "#core": join(core, "workflowai_feedback.js") },
};
const shellBuild = await build({
  ...options,
  stdin: {
    contents: SHELL.map((name) => `export * from "./${name}.ts";`).join("\n"),
    resolveDir: join(root, "element"),
    sourcefile: "element.js",
  },
  entryNames: "element",
  mangleCache: {},
  plugins: [{ name: "later", setup: laterIsElsewhere }],
});
const rest = ["index", "loader", "without-core", "restore", "locales"];
const restBuild = await build({
  ...options,
  entryPoints: Object.fromEntries(rest.map((name) => [name, `element/${name}.ts`])),
  splitting: true,
  // Properties of the shell have the same short names everywhere.
  mangleCache: shellBuild.mangleCache,
  plugins: [
    { name: "shell", setup: shellIsElsewhere },
    { name: "locales", setup: localePacks },
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
  plugins: [
    { name: "shell", setup: shellIsElsewhere },
    { name: "entries", setup: entriesAreElsewhere },
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

await mkdir(join(paths.out, "locales"));
for (const tag of languages) {
  const { code } = await transform(`export default ${JSON.stringify(packs[tag])}`, {
    minify: true,
    charset: "utf8",
  });
  await writeFile(join(paths.out, "locales", `${tag}.js`), code);
}

await cp(join(core, "workflowai_feedback_bg.wasm"), join(paths.out, "core.wasm"));
await writeFile(join(paths.out, "style.css"), await css("widget.css", "panel.css", "element.css"));

const { name, version, description, license, engines } = manifest;
await writeFile(
  join(paths.out, "package.json"),
  `${JSON.stringify(
    {
      name,
      version,
      description,
      license,
      type: "module",
      engines,
      // The file that defines the element, and languages: a page that imports one has it at hand
      // when the element asks for it.
      sideEffects: ["./index.js", "./locales/*.js"],
      exports: {
        ".": "./index.js",
        "./element": "./element.js",
        "./react": "./react.js",
        "./client": "./client.js",
        "./ssr": "./ssr.js",
        "./locales/*": "./locales/*.js",
        "./style.css": "./style.css",
        "./package.json": "./package.json",
      },
      peerDependencies: { react: ">=18", "react-dom": ">=18" },
      peerDependenciesMeta: { react: { optional: true }, "react-dom": { optional: true } },
    },
    null,
    2,
  )}\n`,
);

// Which files a page fetches, and when.
const outputs = Object.assign(
  {},
  ...[restBuild, apartBuild, reactBuild].map(({ metafile }) => metafile.outputs),
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
const shell = [...files("index"), "element.js"];
const modules = Object.fromEntries(
  [...rest, ...apart, "react"]
    .filter((name) => name !== "index")
    .map((name) => [name, files(name)]),
);
await writeFile(
  paths.modules,
  JSON.stringify(
    {
      pressable: shell,
      intent: [...modules.loader, "core.wasm"],
      modules: { shell, ...modules, core: ["core.wasm"] },
      // What another compiler or folder may change by a few bytes.
      wasm: ["core.wasm", "loader.js"],
    },
    null,
    2,
  ),
);
