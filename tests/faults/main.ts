// node --import tsx tests/faults/main.ts --seeds N | --seed N | --mutants
import { parseArgs } from "node:util";
import { chromium } from "playwright-core";
import { check } from "./invariants.ts";
import { startReceiver } from "./receiver.ts";
import { draw, written } from "./schedule.ts";
import { play, type Setting } from "./world.ts";

const { values } = parseArgs({
  options: {
    seeds: { type: "string" },
    seed: { type: "string" },
    from: { type: "string" },
    jobs: { type: "string" },
  },
});
const receiver = await startReceiver(process.env.WORKFLOWAI_FEEDBACK_SERVER as string);
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu"],
});
const setting: Setting = {
  browser,
  receiver,
  folder: process.env.WORKFLOWAI_FEEDBACK_PACKAGE as string,
  orderless: false,
};
const seeds = values.seed
  ? [Number(values.seed)]
  : Array.from(
      { length: Number(values.seeds ?? 50) },
      (_, index) => index + Number(values.from ?? 1),
    );
let failed = 0;
const start = Date.now();
const rest = seeds.values();
const work = async () => {
  for (const seed of rest) await one(seed);
};
const one = async (seed: number) => {
  const schedule = draw(seed);
  const began = Date.now();
  let broken: string[];
  try {
    broken = check(await play(setting, schedule));
  } catch (error) {
    broken = [`${(error as Error).stack}`];
  }
  if (values.seed || broken.length) console.log(written(schedule));
  for (const line of broken) console.log(`  BROKEN ${line}`);
  console.log(`seed ${seed}: ${broken.length ? "FAILED" : "ok"} ${Date.now() - began} ms`);
  if (broken.length) failed++;
};
await Promise.all(Array.from({ length: Number(values.jobs ?? 3) }, work));
console.log(
  `${seeds.length} seeds, ${failed} failed, ${Math.round((Date.now() - start) / 1000)} s`,
);
await browser.close();
await receiver.stop();
process.exitCode = failed ? 1 : 0;
