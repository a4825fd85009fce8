// node --import tsx tests/faults/main.ts --seeds N | --seed N | --mutants
import { parseArgs } from "node:util";
import { type Browser, chromium } from "playwright-core";
import { check, diary } from "./invariants.ts";
import { build, MUTANTS, remove } from "./mutants.ts";
import { type Receiver, startReceiver } from "./receiver.ts";
import { draw, type Schedule, written } from "./schedule.ts";
import { play } from "./world.ts";

/** So many schedules at a time: most of each is waiting. */
const AT_A_TIME = 3;
/** How far it is, is said after so many seeds. */
const STRETCH = 50;
/** Within so many seeds a deliberate fault has to be found. */
const ENOUGH = 200;

const { values } = parseArgs({
  options: {
    seeds: { type: "string" },
    seed: { type: "string" },
    mutants: { type: "boolean" },
  },
});

const launch = () =>
  chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
  });

interface Place {
  receiver: Receiver;
  folder: string;
  orderless: boolean;
}

/** What each seed broke that broke something; ends at the first that broke what is looked for. */
const run = async (
  place: Place,
  seeds: number[],
  schedule: (seed: number) => Schedule,
  looked?: RegExp,
): Promise<Map<number, string[]>> => {
  const failed = new Map<number, string[]>();
  const rest = seeds.values();
  let browser: Promise<Browser> | undefined;
  let played = 0;
  const one = async (seed: number) => {
    browser ||= launch();
    const present = browser;
    let broken: string[];
    try {
      const played = await play({ ...place, browser: await present }, schedule(seed));
      broken = check(played);
      if (broken.length && seeds.length === 1) console.log(diary(played));
    } catch (error) {
      broken = [`${(error as Error).stack}`];
      // A browser that is gone fails no other seed.
      if (!(await present).isConnected() && browser === present) browser = undefined;
    }
    if (broken.length) failed.set(seed, broken);
    if (++played % STRETCH === 0 && played < seeds.length) {
      console.log(`${played} of ${seeds.length} seeds; failed: ${names(failed)}`);
    }
  };
  const work = async () => {
    for (const seed of rest) {
      if (looked && [...failed.values()].flat().some((line) => looked.test(line))) return;
      await one(seed);
    }
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, work));
  await (await browser)?.close();
  return failed;
};

const names = (failed: Map<number, string[]>) => [...failed.keys()].join(", ") || "none";

const upTo = (count: number) => Array.from({ length: count }, (_, index) => index + 1);

const receiver = await startReceiver(process.env.WORKFLOWAI_FEEDBACK_SERVER as string);
const start = Date.now();
const took = () => `${Math.round((Date.now() - start) / 1000)} s`;
if (values.mutants) {
  // Without WebAssembly the TypeScript implementation runs.
  const cores = { refused: 8, "no loader": 1, nothing: 1 } as const;
  const schedule = (seed: number) => draw(seed, cores);
  const sound = { receiver, folder: await build({}), orderless: false };
  /** The seeds that fail without a fault: they find nothing. */
  const unsound = new Set<number>();
  for (const mutant of MUTANTS) {
    const folder = await build(mutant);
    const place = { receiver, folder, orderless: !mutant.change };
    let found = "NOT FOUND";
    let seeds = upTo(ENOUGH).filter((seed) => !unsound.has(seed));
    while (found === "NOT FOUND" && seeds.length) {
      const failed = [...(await run(place, seeds, schedule, mutant.shows))];
      const [seed, line] = failed
        .map(([seed, broken]) => [seed, broken.find((line) => mutant.shows.test(line))] as const)
        .filter(([, line]) => line)
        .sort(([one], [other]) => one - other)[0] ?? [0];
      if (!seed) break;
      // Twice without the fault: what fails then has found nothing.
      if ((await run(sound, [seed, seed], schedule)).size) unsound.add(seed);
      else found = `found by seed ${seed}: ${line}`;
      seeds = seeds.filter((other) => other > seed);
    }
    console.log(`${mutant.name}: ${found}`);
    if (found === "NOT FOUND") process.exitCode = 1;
    await remove(folder);
  }
  await remove(sound.folder);
  console.log(`${MUTANTS.length} deliberate faults in ${took()}`);
  if (unsound.size) {
    console.log(`fail without a fault: ${[...unsound].join(", ")}`);
    process.exitCode = 1;
  }
} else {
  const seeds = values.seed ? [Number(values.seed)] : upTo(Number(values.seeds ?? 50));
  const folder = process.env.WORKFLOWAI_FEEDBACK_PACKAGE as string;
  if (values.seed) console.log(written(draw(Number(values.seed))));
  const place = { receiver, folder, orderless: false };
  const failed = await run(place, seeds, (seed) => draw(seed));
  for (const [seed, broken] of failed) {
    if (!values.seed) console.log(written(draw(seed)));
    for (const line of broken.slice(0, 10)) console.log(`  ${line}`);
  }
  console.log(`${seeds.length} seeds in ${took()}; failed: ${names(failed)}`);
  if (failed.size) process.exitCode = 1;
}
await receiver.stop();
