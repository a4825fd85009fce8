import { createHash } from "node:crypto";
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { pack, program } from "../browser/fixtures/stranger.ts";

const CACHE = join(
  process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache"),
  "workflowai-feedback/matrix",
);
const CELLS = join(import.meta.dirname, "cells");
const QUIET = ["--no-audit", "--no-fund", "--loglevel", "error"];

let packed: Promise<string> | undefined;

/** The tarball, packed once. */
const tarball = () => {
  packed ??= mkdtemp(join(tmpdir(), "packed-")).then((folder) => pack(folder));
  return packed;
};

const installed = new Map<string, Promise<string>>();

/**
 * The folder of a bundler's project, outside the repository: its pinned packages, installed when
 * they changed, and ours, installed from the tarball as a stranger would.
 */
export const project = (bundler: string): Promise<string> => {
  const present = installed.get(bundler) ?? install(bundler);
  installed.set(bundler, present);
  return present;
};

const install = async (bundler: string) => {
  const folder = join(CACHE, bundler.replace(/\W+/g, "-"));
  const source = join(CELLS, bundler);
  await mkdir(folder, { recursive: true });
  const lock = await readFile(join(source, "package-lock.json")).catch(() => undefined);
  if (lock) {
    await cp(source, folder, { recursive: true });
    const stamp = join(folder, ".installed");
    const wanted = createHash("sha256").update(lock).digest("hex");
    if ((await readFile(stamp, "utf8").catch(() => "")) !== wanted) {
      await program(folder, "npm", "ci", ...QUIET);
      await writeFile(stamp, wanted);
    }
  } else {
    await writeFile(join(folder, "package.json"), '{"private": true, "type": "module"}');
  }
  await rm(join(folder, "node_modules/workflowai-feedback"), { recursive: true, force: true });
  await program(
    folder,
    "npm",
    "install",
    await tarball(),
    "--no-save",
    "--no-package-lock",
    "--prefer-offline",
    ...QUIET,
  );
  return folder;
};

/** The version of a package that a project has. */
export const versionOf = async (folder: string, name: string): Promise<string> =>
  JSON.parse(await readFile(join(folder, "node_modules", name, "package.json"), "utf8")).version;

/** The version of a package that a project asks for. */
export const pinned = async (bundler: string, name: string): Promise<string> =>
  JSON.parse(await readFile(join(CELLS, bundler, "package.json"), "utf8")).devDependencies[name];
