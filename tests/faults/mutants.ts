import { execFile } from "node:child_process";
import { cp, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";

/** A deliberate fault in the code. */
export interface Mutant {
  name: string;
  /** What it breaks: a seed that breaks something else has not found it. */
  shows: RegExp;
  /** Replaces one text of a file of `element/`; none is in the receiver. */
  change?: [file: string, from: string, to: string];
}

// In the TypeScript implementation, which needs no build of the core; pages get no WebAssembly.
export const MUTANTS: Mutant[] = [
  {
    name: "nothing is written before the request",
    shows: /nothing went out|the receiver holds/,
    change: ["feedback-element.ts", "!attempt(() => (localStorage[PREFIX + key] = text))", "false"],
  },
  {
    name: "a 200 counts without a look at its body",
    shows: /claims/,
    change: ["answer.ts", "return readProof(sent, user, reply);", 'return ["proven"];'],
  },
  {
    name: "tabs do not wait for each other",
    shows: /two requests of one vote/,
    change: ["device.ts", "setTimeout(go, PATIENCE);\n    request();", "void request;\n    go();"],
  },
  { name: "the receiver does not look at the order", shows: /an older press was applied/ },
  {
    name: "keepalive is forgotten",
    shows: /nothing went out/,
    change: ["feedback-element.ts", "{ keepalive: true }", "{ keepalive: false }"],
  },
  {
    name: "a 5xx removes the vote",
    shows: /the receiver holds/,
    change: [
      "delivery.ts",
      "  // Full jitter:",
      '  if ((kind as string) === "unavailable") return settle(delivery, "not_accepted", "rejected");\n  // Full',
    ],
  },
  {
    name: "a refusal is tried again",
    shows: /follows the final answer/,
    change: [
      "delivery.ts",
      'return settle(delivery, value, "rejected");',
      "delivery._status = value;\n      return { _wait: 1000 };",
    ],
  },
  {
    name: "the comment is lost",
    shows: /the receiver holds|claims/,
    change: ["feedback-element.ts", "      ...vote,", "      ...vote,\n      comment: undefined,"],
  },
  {
    name: "Retry-After is ignored",
    shows: /sooner than Retry-After/,
    change: ["answer.ts", '["unavailable", retryAfter]', '["unavailable", 0]'],
  },
  {
    name: "a queued vote is called sent",
    shows: /claims/,
    change: ["delivery.ts", 'first ? "queued"', 'first ? "sent"'],
  },
];

/** Builds the package with a mutant in it and gives its folder, to be removed after use. */
export const build = async ({ change }: Pick<Mutant, "change">): Promise<string> => {
  const root = resolve(import.meta.dirname, "../..");
  const folder = await mkdtemp(join(tmpdir(), "mutant-"));
  for (const name of await readdir(root)) {
    if (name !== "element") await symlink(join(root, name), join(folder, name));
  }
  await cp(join(root, "element"), join(folder, "element"), { recursive: true });
  if (change) {
    const [name, from, to] = change;
    const file = join(folder, "element", name);
    const text = await readFile(file, "utf8");
    if (text.split(from).length !== 2) throw new Error(`${name} has not one ${from}`);
    await writeFile(
      file,
      text.replace(from, () => to),
    );
  }
  const { BAKED: baked, CORE: core } = process.env;
  const out = join(folder, "package");
  await promisify(execFile)("node", [
    join(folder, "element/build.mjs"),
    ...["--baked", baked as string, "--core", core as string],
    ...["--out", out, "--modules", join(folder, "modules.json")],
  ]);
  return out;
};

export const remove = (out: string): Promise<void> => rm(join(out, ".."), { recursive: true });
