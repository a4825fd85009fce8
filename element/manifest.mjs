// What makes a folder of scripts an npm package: its manifests, declarations and descriptions.
import { cp, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { declare } from "./declarations.mjs";
import { editors } from "./editors.mjs";

/** The entries that are scripts with declarations of their own. */
const ENTRIES = ["element", "react", "client", "ssr"];
/** The entries that are the first one in another form. */
const FORMS = ["inline", "classic"];
const FRAMEWORKS = ["preact", "react", "solid", "svelte", "vue"];

const typed = (path) => ({ types: `./${path}.d.ts`, default: `./${path}.js` });
const json = (value) => `${JSON.stringify(value, null, 2)}\n`;

const PEERS = {
  peerDependencies: { react: ">=18", "react-dom": ">=18" },
  peerDependenciesMeta: { react: { optional: true }, "react-dom": { optional: true } },
};

/** Finishes the package in `out`, and the one that stands in for the original's in `out`-react. */
export const publish = async (root, manifest, languages, english, out) => {
  const { name, version, description, license, engines } = manifest;
  const described = editors(manifest, english);
  for (const [file, content] of Object.entries(described)) {
    await writeFile(join(out, file), json(content));
  }
  await declare(root, ["index", ...ENTRIES], out);
  await writeFile(join(out, "inline.d.ts"), 'export * from "./index.js";\n');
  await writeFile(
    join(out, "classic.d.ts"),
    'import type * as entry from "./index.js";\n\ndeclare global {\n' +
      "  /** What the package exports, for scripts that are no modules. */\n" +
      "  const WorkflowAIFeedback: typeof entry;\n}\n",
  );
  for (const tag of languages) {
    await writeFile(
      join(out, "locales", `${tag}.d.ts`),
      "declare const messages: Record<string, string>;\nexport default messages;\n",
    );
  }
  await writeFile(
    join(out, "package.json"),
    json({
      name,
      version,
      description,
      license,
      keywords: ["feedback", "thumbs", "ai", "llm", "chat", "web-component", "custom-element"],
      type: "module",
      engines,
      main: "./index.js",
      types: "./index.d.ts",
      // For a plain `<script src>` from a network that serves packages.
      jsdelivr: "./classic.js",
      unpkg: "./classic.js",
      customElements: "./custom-elements.json",
      "web-types": "./web-types.json",
      // The files that define the element, and languages: a page that imports one has it at hand
      // when the element asks for it.
      sideEffects: ["./index.js", "./inline.js", "./classic.js", "./locales/*.js"],
      exports: {
        ".": typed("index"),
        ...Object.fromEntries([...ENTRIES, ...FORMS].map((entry) => [`./${entry}`, typed(entry)])),
        "./locales/*": typed("locales/*"),
        ...Object.fromEntries(
          FRAMEWORKS.map((each) => [`./frameworks/${each}`, typed(`frameworks/${each}`)]),
        ),
        "./style.css": "./style.css",
        "./core.wasm": "./core.wasm",
        ...Object.fromEntries(Object.keys(described).map((file) => [`./${file}`, `./${file}`])),
        "./package.json": "./package.json",
      },
      ...PEERS,
    }),
  );

  const alias = `${out}-react`;
  await mkdir(alias, { recursive: true });
  const again = 'export * from "workflowai-feedback/react";\n';
  await writeFile(join(alias, "index.js"), again);
  await writeFile(join(alias, "index.d.ts"), again);
  await writeFile(
    join(alias, "package.json"),
    json({
      name: `${name}-react`,
      version,
      description: `The React buttons of ${name}, by the name of the package they replace`,
      license,
      type: "module",
      engines,
      main: "./index.js",
      types: "./index.d.ts",
      sideEffects: false,
      exports: { ".": typed("index"), "./package.json": "./package.json" },
      dependencies: { [name]: version },
      ...PEERS,
    }),
  );
  for (const folder of [out, alias]) {
    for (const file of ["LICENSE-APACHE", "LICENSE-MIT"])
      await cp(join(root, file), join(folder, file));
  }
  // The repository's README has pictures and folders that the package has not.
  await cp(join(root, "element/README.md"), join(out, "README.md"));
};
