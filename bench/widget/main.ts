// node --import tsx bench/widget/main.ts [--rounds N] [--results FILE]: what a page pays for thumbs under 1,000
// answers, beside the same thumbs in React and beside the least that shows the same, and how soon
// a press shows while nothing but the first file is there. Ends with 1 where a limit is passed.
import { writeFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { build } from "esbuild";
import { type Browser, type CDPSession, chromium, type Page } from "playwright-core";
import { hold, openSite, type Site } from "../../tests/browser/fixtures/site.ts";
import { median, percentile } from "./statistics.ts";

const ANSWERS = 1_000;
const PRESSES = 40;
/** How much slower than this machine the visitor's is, in the presses. */
const SLOWED = 4;

const CONTENDERS = ["element", "static", "react"] as const;
type Contender = (typeof CONTENDERS)[number];

/** What one page cost, from the first of the thumbs to their picture. */
interface Cost {
  /** Milliseconds in scripts. */
  script: number;
  /** Milliseconds of the main thread: scripts, styles, layout, paint. */
  work: number;
  /** Bytes of JavaScript's heap a widget keeps once nothing is left to do. */
  heap: number;
}

const { values } = parseArgs({
  options: { rounds: { type: "string", default: "15" }, results: { type: "string" } },
});
const rounds = Number(values.rounds);
if (!(rounds >= 1)) throw new Error("--rounds takes a number from 1");

const bundle = async (contender: Contender): Promise<string> => {
  const { outputFiles } = await build({
    entryPoints: [`bench/widget/contenders/${contender}.ts`],
    bundle: true,
    minify: true,
    write: false,
    format: "esm",
    define: { "process.env.NODE_ENV": '"production"' },
  });
  return outputFiles[0]?.text ?? "";
};

/** The widget's own markup and rules, for the contender that does nothing with them. */
const looks = async (browser: Browser, site: Site): Promise<string> => {
  site.html = page('<script type="module" src="/index.js"></script><workflowai-feedback>');
  const shown = await browser.newPage();
  await shown.goto(site.address);
  const read = await shown.evaluate(() => {
    const root = document.querySelector("workflowai-feedback")?.shadowRoot as ShadowRoot;
    const rules = root.adoptedStyleSheets.flatMap((sheet) => [...sheet.cssRules]);
    return { markup: root.innerHTML, rules: rules.map((rule) => rule.cssText).join("\n") };
  });
  await shown.close();
  return JSON.stringify(read);
};

const page = (body: string) =>
  `<!doctype html><html lang="en"><meta charset="utf-8"><title>Answers</title><body>${body}`;

const metrics = async (session: CDPSession) => {
  const { metrics } = await session.send("Performance.getMetrics");
  return (name: string) => metrics.find((metric) => metric.name === name)?.value ?? Number.NaN;
};

const cost = async (browser: Browser, site: Site, html: string): Promise<Cost> => {
  site.html = html;
  const shown = await browser.newPage();
  const session = await shown.context().newCDPSession(shown);
  await session.send("Performance.enable");
  await shown.goto(site.address);
  await shown.waitForFunction(() => "grow" in window);
  await session.send("HeapProfiler.collectGarbage");
  const before = await metrics(session);
  await shown.evaluate((count) => window.grow(count), ANSWERS);
  const painted = await metrics(session);
  const count = await shown.evaluate(
    () => document.querySelectorAll("workflowai-feedback, static-thumbs, .thumbs").length,
  );
  if (count !== ANSWERS) throw new Error(`${count} of ${ANSWERS} thumbs are there`);
  // What was put off until the page has nothing to do is kept, too.
  await shown.evaluate(() => new Promise((resolve) => requestIdleCallback(resolve)));
  await session.send("HeapProfiler.collectGarbage");
  const idle = await metrics(session);
  await shown.close();
  const took = (name: string) => (painted(name) - before(name)) * 1_000;
  return {
    script: took("ScriptDuration"),
    work: took("TaskDuration"),
    heap: (idle("JSHeapUsedSize") - before("JSHeapUsedSize")) / ANSWERS,
  };
};

/** How a press became visible. */
interface Press {
  /** Frames from the press to the first that shows it: 1 is the next one. */
  frames: number;
  /** Milliseconds from the press to that frame's picture, as the browser counts them: by eights. */
  shown: number;
}

const pressAll = async (shown: Page): Promise<Press[]> => {
  const session = await shown.context().newCDPSession(shown);
  await session.send("Emulation.setCPUThrottlingRate", { rate: SLOWED });
  const presses: Press[] = [];
  for (let index = 0; index < PRESSES; index++) {
    const thumb = shown.locator("main > p").nth(index).getByRole("button").first();
    await thumb.scrollIntoViewIfNeeded();
    const watching = thumb.evaluateHandle((button) => {
      const timing = new Promise<number>((resolve) => {
        new PerformanceObserver((list, observer) => {
          const click = list.getEntriesByName("click")[0];
          if (!click) return;
          observer.disconnect();
          resolve(click.duration);
        }).observe({ type: "event", durationThreshold: 16 } as PerformanceObserverInit);
        // The shortest are not told of.
        setTimeout(resolve, 1_000, 16);
      });
      const frames = new Promise<number>((resolve) => {
        window.addEventListener(
          "click",
          async () => {
            // No function with a name in here: the page lacks the compiler's helper for those.
            let frames = 0;
            do {
              await new Promise(requestAnimationFrame);
              frames++;
            } while (button.ariaPressed !== "true");
            resolve(frames);
          },
          { capture: true, once: true },
        );
      });
      // Inside an object, or the handle would wait for it.
      return { seen: Promise.all([frames, timing]) };
    });
    const handle = await watching;
    await thumb.click();
    const [frames, time] = await handle.evaluate(({ seen }) => seen);
    presses.push({ frames, shown: time });
  }
  return presses;
};

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
});
const site = await openSite();
const pages = {} as Record<Contender, string>;
const own = await looks(browser, site);
for (const contender of CONTENDERS) {
  const text = await bundle(contender);
  site.files[`/${contender}.js`] = (response) => void response.end(text);
  const first = {
    element: '<script type="module" src="/index.js"></script>',
    static: `<script>const LOOKS = ${own.replaceAll("<", "\\u003c")}</script>`,
    react: "",
  }[contender];
  pages[contender] = page(`${first}<script type="module" src="/${contender}.js"></script>`);
}

const costs = { element: [], static: [], react: [] } as Record<Contender, Cost[]>;
for (let round = 0; round <= rounds; round++) {
  // In turn, and each round another first: what the machine does beside this reaches all alike.
  const turn = CONTENDERS.map((_, index) => CONTENDERS[(index + round) % CONTENDERS.length]);
  for (const contender of turn as Contender[]) {
    const paid = await cost(browser, site, pages[contender]);
    // The first round fills the browser's caches.
    if (round) costs[contender].push(paid);
  }
  process.stderr.write(`\r${round} of ${rounds} rounds`);
}
process.stderr.write("\n");

const release = hold(site, "/loader.js");
// Room for each panel: a thumb under another's can not be pressed.
site.html = `${pages.element}<style>p { margin-block: 60vh }</style>`;
const shown = await browser.newPage();
await shown.goto(site.address);
await shown.waitForFunction(() => "grow" in window);
await shown.evaluate((count) => window.grow(count), PRESSES);
const presses = await pressAll(shown);
release();
await browser.close();
await site.close();

const middle = (contender: Contender, what: keyof Cost) =>
  median(costs[contender].map((paid) => paid[what]));
const milliseconds = (value: number) => `${value.toFixed(1)} ms`;
const bytes = (value: number) => `${Math.round(value)} B`;

const lines = [
  "# A page of widgets",
  "",
  "Written by `cargo xtask bench widget`; docs/size.md says what it means.",
  "",
  `Chromium ${browser.version()}, ${availableParallelism()} cores, ${rounds} rounds, medians, ` +
    `${ANSWERS} widgets on a page.`,
  "",
  "| what | element | static element | React |",
  "| --- | --- | --- | --- |",
];
for (const [what, name, written] of [
  ["script", "scripts until painted", milliseconds],
  ["work", "main thread until painted", milliseconds],
  ["heap", "JavaScript heap kept by one", bytes],
] as const) {
  const cells = CONTENDERS.map((contender) => written(middle(contender, what)));
  lines.push(`| ${name} | ${cells.join(" | ")} |`);
}

const late = presses.filter(({ frames }) => frames > 1).length;
const times = presses.map((press) => press.shown);
lines.push(
  "",
  `${PRESSES} presses before the core is there, CPU slowed ${SLOWED} times: ` +
    `${PRESSES - late} shown in the next frame, ` +
    `median ${median(times)} ms, 95 of 100 within ${percentile(times, 95)} ms.`,
  "",
  "| limit | measured | at most | |",
  "| --- | --- | --- | --- |",
);
const limits: [string, number, number][] = [
  [
    "scripts, of the static element's",
    middle("element", "script") / middle("static", "script"),
    1.1,
  ],
  ["scripts, of React's", middle("element", "script") / middle("react", "script"), 0.1],
  ["main thread, of React's", middle("element", "work") / middle("react", "work"), 0.4],
  ["heap kept by one, in bytes", middle("element", "heap"), 250],
  ["presses shown later than in the next frame", late, 0],
];
for (const [name, value, limit] of limits) {
  const over = !(value <= limit);
  lines.push(`| ${name} | ${Number(value.toFixed(2))} | ${limit} | ${over ? "over" : "ok"} |`);
  if (over) process.exitCode = 1;
}
const report = lines.join("\n");
console.log(report);
if (values.results) await writeFile(values.results, `${report}\n`);
