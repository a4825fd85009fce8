// The package in every bundler and framework: packed, installed as a stranger would, built, served,
// and voted in a real Chromium. `MATRIX` chooses the cells (`everyday`, `all`, or parts of their
// names); `MATRIX_TABLE` is the file that the table is written to.
import assert from "node:assert/strict";
import { cp, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { browser } from "../browser/fixtures/chromium.ts";
import { program } from "../browser/fixtures/stranger.ts";
import { CELLS, type Cell } from "./cells.ts";
import { project } from "./install.ts";
import { type Told, walk } from "./journey.ts";
import { openReceiver, type Receiver } from "./receiver.ts";
import { type Served, serveBy, serveFolder } from "./serve.ts";
import { type Result, table } from "./table.ts";

const APPS = join(import.meta.dirname, "apps");
/** A bundler that does not know the file leaves it out; then the script stands in for it. */
const NOT_FOUND =
  /^Failed to load resource: the server responded with a status of 404 .*core\.wasm$/;
/** What a browser says when a policy refuses the shell's question whether WebAssembly may run. */
const REFUSED = /^(CompileError|.*violates the following Content Security Policy)/s;

let receiver: Receiver;
before(async () => {
  receiver = await openReceiver();
});
after(() => receiver.close());

/** Lays the cell's page into a folder of its own within the bundler's project. */
const lay = async (cell: Cell, folder: string): Promise<string> => {
  if (cell.app === "next") return folder;
  const work = join(folder, "work", cell.app);
  await rm(work, { recursive: true, force: true });
  await mkdir(work, { recursive: true });
  const ending = cell.app === "solid" ? "jsx" : "js";
  let main = await readFile(join(APPS, `${cell.app}.${ending}`), "utf8");
  if (cell.bundler === "classic script") {
    main = main.replace(/^import (\{.*\}) from .*;$/m, "const $1 = WorkflowAIFeedback;");
  }
  await writeFile(join(work, `main.${ending}`), main);
  const components = { vue: ["App.vue", "First.vue"], svelte: ["App.svelte"] }[cell.app] ?? [];
  for (const file of components) await cp(join(APPS, file), join(work, file));
  await writeFile(join(work, "index.html"), cell.html);
  const source = join(import.meta.dirname, "cells", cell.bundler);
  // Programs look for their settings where they are started.
  for (const file of [
    "vite.config.js",
    "webpack.config.js",
    "rspack.config.js",
    "rollup.config.js",
  ]) {
    await cp(join(source, file), join(work, file)).catch(() => {});
  }
  return work;
};

/** Serves what was built. */
const serveBuilt = async (cell: Cell, folder: string, work: string): Promise<Served> => {
  const bin = join(folder, "node_modules/.bin");
  if (cell.build) {
    const [file, ...given] = cell.build as [string, ...string[]];
    await program(work, join(bin, file), ...given);
  }
  if (cell.app === "next") {
    const start = ["start", "--hostname", "127.0.0.1", "--port", "PORT"];
    return serveBy(work, [join(bin, "next"), ...start], {});
  }
  const root = join(work, cell.root);
  if (cell.build) {
    // Bundlers that write no page get theirs beside the scripts.
    const html = await readFile(join(root, "index.html")).catch(() => undefined);
    if (!html) await cp(join(work, "index.html"), join(root, "index.html"));
  } else {
    await cp(
      join(folder, "node_modules/workflowai-feedback"),
      join(root, "node_modules/workflowai-feedback"),
      {
        recursive: true,
      },
    );
  }
  return serveFolder(root, cell.policy);
};

/** Walks through what is served and says whether the console was as it may be. */
const look = async (cell: Cell, served: Served): Promise<Told> => {
  receiver.forget();
  try {
    const told = await walk(browser, receiver, served.address, !!cell.policy?.sandbox);
    const allowed = cell.policy?.wasm === false ? REFUSED : NOT_FOUND;
    const [first = "", ...rest] = told.said;
    if (first) assert.match(first, allowed);
    assert.deepEqual(rest, [], "the console is empty");
    assert.equal(told.core === "none", cell.policy?.wasm === false, `core: ${told.core}`);
    return told;
  } finally {
    await served.close();
  }
};

const chosen = (cell: Cell, name: string) => {
  const which = process.env.MATRIX ?? "all";
  return (
    which === "all" ||
    (which === "everyday" ? cell.everyday : which.split(";").some((part) => name.includes(part)))
  );
};

const results: Result[] = [];
for (const cell of CELLS) {
  const name = [cell.bundler, cell.app, cell.policy?.name].filter(Boolean).join(", ");
  if (!chosen(cell, name)) continue;
  test(name, async (t) => {
    const folder = await project(cell.bundler);
    const work = await lay(cell, folder);
    const built = await look(cell, await serveBuilt(cell, folder, work));
    const result: Result = { cell, folder, built };
    if (cell.serve) {
      const [file, ...given] = cell.serve as [string, ...string[]];
      if (cell.bundler === "esbuild")
        await cp(join(work, "index.html"), join(work, "dist/index.html"));
      const program = join(folder, "node_modules/.bin", file);
      result.served = await look(cell, await serveBy(work, [program, ...given], {}));
    }
    t.diagnostic(`core: ${built.core}, ${result.served?.core ?? "no server"}`);
    results.push(result);
  });
}

const file = process.env.MATRIX_TABLE;
if (file) {
  test("the table is as it was tried", async () => {
    assert.equal(results.length, CELLS.length, "every cell passed");
    const text = await table(results);
    if (process.env.MATRIX_WRITE) await writeFile(file, text);
    assert.equal(await readFile(file, "utf8"), text);
  });
}
