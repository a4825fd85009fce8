// The package as npm would publish it.
import assert from "node:assert/strict";
import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { transform } from "esbuild";
import { scene } from "./fixtures/scene.ts";
import { PACKAGE } from "./fixtures/site.ts";
import { MODULES, pack, program, stranger } from "./fixtures/stranger.ts";

interface Manifest {
  exports: Record<string, string | { types: string; default: string }>;
  sideEffects: string[];
  main: string;
}
const read = async (path: string) => readFile(join(PACKAGE, path), "utf8");
const manifest = JSON.parse(await read("package.json")) as Manifest;
const LANGUAGES = 17;

/** The published description of the element. */
const [described] = JSON.parse(await read("custom-elements.json")).modules[0].declarations as [
  Record<"attributes" | "members" | "events" | "slots" | "cssParts" | "cssProperties", Named[]>,
];
interface Named {
  name: string;
  kind?: string;
}
const names = (list: Named[]) => list.map(({ name }) => name).sort();

test("every entry is a real file at its path, types first", async () => {
  for (const [entry, target] of Object.entries(manifest.exports)) {
    const paths =
      typeof target === "string" ? [target] : (Object.values(target) as [string, string]);
    if (typeof target !== "string") {
      assert.deepEqual(Object.keys(target), ["types", "default"], entry);
      // Bundlers that know no `exports` find it by its name.
      if (entry !== ".") assert.equal(target.default, `${entry}.js`);
    }
    for (const path of paths) {
      const languages = path.includes("*") ? ["de", "pt-BR", "zh-Hant"] : [""];
      for (const tag of languages) {
        const file = path.replace("*", tag);
        assert.ok((await stat(join(PACKAGE, file))).size > 0, file);
      }
    }
  }
});

test("every entry can be imported without a DOM", async () => {
  const folder = await stranger({}, ["react", "react-dom", "scheduler"]);
  const imports = Object.entries(manifest.exports)
    .filter(([, target]) => typeof target !== "string")
    .map(([entry]) => `workflowai-feedback${entry.slice(1).replace("*", "de")}`);
  const code = imports.map((name) => `await import(${JSON.stringify(name)});`).join("\n");
  await program(folder, process.execPath, "--input-type=module", "--eval", code);
});

test("what has side effects is listed, and nothing else", async () => {
  // What is evaluated and leaves something behind defines the element.
  const listed = manifest.sideEffects.filter((path) => !path.includes("*"));
  for (const file of ["index", "element", "react", "client", "ssr", "inline", "classic"]) {
    const defines = (await read(`${file}.js`)).includes("attachShadow");
    assert.equal(listed.includes(`./${file}.js`), defines && file !== "element", file);
  }
});

test("scripts are ES2022, and nothing newer", async () => {
  for (const file of (await readdir(PACKAGE)).filter((name) => name.endsWith(".js"))) {
    const script = await read(file);
    const [newest, lowered] = await Promise.all(
      ["esnext", "es2022"].map((target) => transform(script, { target, minify: true })),
    );
    assert.equal(lowered?.code, newest?.code, file);
  }
});

test("publint has nothing to say", async () => {
  for (const folder of [PACKAGE, `${PACKAGE}-react`]) {
    await program(folder, join(MODULES, ".bin/publint"), "--strict");
  }
});

test("the types resolve wherever scripts do", async () => {
  const folder = await stranger();
  const tarball = await pack(folder);
  // Stylesheet and wasm have no types.
  const without = ["--exclude-entrypoints", "style.css", "core.wasm"];
  const printed = await program(
    folder,
    join(MODULES, ".bin/attw"),
    tarball,
    "--profile",
    "esm-only",
    "--format",
    "ascii",
    ...without,
  );
  // It fails on a problem; what is left to see is that it looked.
  for (const entry of Object.keys(manifest.exports).filter((entry) => !/\*|css|wasm/.test(entry))) {
    assert.ok(printed.includes(`"workflowai-feedback${entry.slice(1)}"`), entry);
  }
});

test("only what is needed ships", async () => {
  const listed = await program(PACKAGE, "npm", "pack", "--dry-run", "--json");
  const [{ files }] = JSON.parse(listed) as [{ files: { path: string }[] }];
  const strays = files.filter(
    ({ path }) => !/\.(js|d\.ts|css|wasm|json)$|^(README\.md|LICENSE-[A-Z]+)$/.test(path),
  );
  assert.deepEqual(strays, []);
  assert.equal(files.filter(({ path }) => /^locales\/.*\.js$/.test(path)).length, LANGUAGES);
  // Every script is an entry, or another script's import.
  const scripts = files.map(({ path }) => path).filter((path) => path.endsWith(".js"));
  const texts = await Promise.all(scripts.map(read));
  const entries = Object.values(manifest.exports).flatMap((target) =>
    typeof target === "string" ? [] : [target.default.slice(2)],
  );
  for (const path of scripts) {
    const used =
      entries.includes(path.replace(/^locales\/.*/, "locales/*.js")) ||
      texts.some((text) => text.includes(`./${path}`));
    assert.ok(used, path);
  }
});

test("editors are told of the very attributes, properties, parts, slots and settings", async (t) => {
  const { page } = await scene(t);
  const element = await page.evaluate(async () => {
    const { FeedbackElement } = (await import("/index.js" as string)) as {
      FeedbackElement: { prototype: object; observedAttributes: string[] };
    };
    const root = document.querySelector("workflowai-feedback")?.shadowRoot as ShadowRoot;
    const all = (attribute: string, selector: string) => [
      ...new Set(
        [...root.querySelectorAll(selector)].flatMap((node) =>
          (node.getAttribute(attribute) ?? "").split(" "),
        ),
      ),
    ];
    const described = Object.getOwnPropertyDescriptors(FeedbackElement.prototype);
    return {
      observed: FeedbackElement.observedAttributes,
      properties: Object.keys(described).filter(
        (name) => !name.startsWith("_") && described[name]?.set,
      ),
      methods: Object.keys(described).filter(
        (name) => typeof described[name]?.value === "function",
      ),
      parts: all("part", "[part]").sort(),
      slots: all("name", "slot").sort(),
    };
  });
  const attributes = names(described.attributes);
  assert.deepEqual(
    [...new Set(element.observed)].filter((name) => attributes.includes(name)).sort(),
    attributes,
  );
  const fields = described.members.filter(({ kind }) => kind === "field");
  assert.deepEqual(names(fields), element.properties.sort());
  for (const { name } of described.members.filter(({ kind }) => kind === "method")) {
    assert.ok(element.methods.includes(name), name);
  }
  assert.deepEqual(names(described.cssParts), element.parts);
  // The texts are read where they stand; what nobody sees has no slot.
  const texts = Object.keys((await import(join(PACKAGE, "locales/de.js"))).default);
  const unseen = ["group", "positive", "negative"];
  assert.deepEqual(
    names(described.slots),
    [...element.slots, ...texts.filter((name) => !unseen.includes(name))].sort(),
  );
  const style = await read("style.css");
  assert.deepEqual(
    names(described.cssProperties),
    [...new Set(style.match(/--workflowai-feedback-[a-z]+/g))].sort(),
  );
});

test("editors are told of the very events", async () => {
  const declared = await read("events.d.ts");
  assert.deepEqual(
    names(described.events),
    [...new Set(declared.match(/feedback-[a-z-]+(?=":)/g))].sort(),
  );
  const custom = JSON.parse(await read("vscode.html-custom-data.json"));
  const web = JSON.parse(await read("web-types.json")).contributions.html.elements[0];
  assert.deepEqual(names(custom.tags[0].attributes), names(described.attributes));
  assert.deepEqual(names(web.attributes), names(described.attributes));
  assert.deepEqual(names(web.js.events), names(described.events));
});

test("the element alone defines nothing", async () => {
  const { FeedbackElement } = await import(pathToFileURL(join(PACKAGE, "element.js")).href);
  assert.equal(typeof FeedbackElement, "function");
});
