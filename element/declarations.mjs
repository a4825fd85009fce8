// The TypeScript declarations of the package, out of its sources.
import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

/** The lines of a declaration without what is for the package's own files: members like `_this`. */
const published = (text) => {
  const kept = [];
  let comment = [];
  let skipping = false;
  for (const line of text.split("\n")) {
    // A member begins and ends at four spaces.
    const member = /^ {4}\S/.test(line);
    if (skipping) {
      skipping = !(member && line.endsWith(";"));
      continue;
    }
    if (/^ {4}(static |readonly |get |set )*_\w/.test(line)) {
      comment = [];
      skipping = !line.endsWith(";");
      continue;
    }
    if (/^ {4}\/\*\*/.test(line) || comment.length > 0) {
      comment.push(line);
      if (line.includes("*/")) {
        // Held until it is known what it is about.
        comment.closed = true;
      }
      if (!comment.closed || line.includes("*/")) continue;
      kept.push(...comment.slice(0, -1));
      comment = [];
    }
    kept.push(line);
  }
  return kept.join("\n");
};

/** The names that an import or export of types leaves unused. */
const used = (text) =>
  text.replace(/^import type \{([^}]*)\} from "[^"]*";\n/gm, (statement, names) => {
    const rest = text.replace(statement, "");
    const alive = names
      .split(",")
      .map((name) => name.trim())
      .filter((name) => name && new RegExp(`\\b${name}\\b`).test(rest));
    return alive.length > 0 ? statement.replace(names, ` ${alive.join(", ")} `) : "";
  });

const SPECIFIER = /((?:from|import|module) ?\(?")(\.{1,2}\/[^"]*)\.ts"/g;

/** Writes `NAME.d.ts` beside the entries' scripts, and whatever those name. */
export const declare = async (root, entries, out) => {
  const folder = await mkdtemp(join(tmpdir(), "declarations-"));
  try {
    const project = join(folder, "tsconfig.json");
    await writeFile(
      project,
      JSON.stringify({
        extends: join(root, "tsconfig.json"),
        compilerOptions: {
          noEmit: false,
          declaration: true,
          emitDeclarationOnly: true,
          rootDir: join(root, "element"),
          outDir: folder,
          typeRoots: [join(root, "node_modules/@types")],
        },
        files: [
          ...entries.map((entry) => join(root, "element", `${entry}.ts`)),
          ...["baked", "core", "packs"].map((name) => join(root, "element", `${name}.d.ts`)),
        ],
        include: [],
      }),
    );
    await run(process.execPath, [join(root, "node_modules/typescript/bin/tsc"), "-p", project]);
    const written = new Set();
    const write = async (name) => {
      if (written.has(name)) return;
      written.add(name);
      const text = used(published(await readFile(join(folder, `${name}.d.ts`), "utf8")));
      await writeFile(join(out, `${name}.d.ts`), text.replaceAll(SPECIFIER, '$1$2.js"'));
      for (const [, , path] of text.matchAll(SPECIFIER)) await write(path.slice(2));
    };
    for (const entry of entries) await write(entry);
  } finally {
    await rm(folder, { recursive: true });
  }
  const frameworks = join(root, "element/frameworks");
  await mkdir(join(out, "frameworks"));
  for (const file of await readdir(frameworks)) {
    await cp(join(frameworks, file), join(out, "frameworks", file));
    // A real file for those who import it as a value.
    await writeFile(join(out, "frameworks", file.replace(".d.ts", ".js")), "export {};\n");
  }
};
