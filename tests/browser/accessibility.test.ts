// axe-core finds nothing in any state, scheme and direction, and each state's accessibility tree is
// the one in accessibility.txt.
import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, test } from "node:test";
import axe from "axe-core";
import { browser } from "./fixtures/chromium.ts";
import { type Scene, scene } from "./fixtures/scene.ts";
import { STATES, show } from "./fixtures/states.ts";
import { accessibilityTree } from "./fixtures/tree.ts";

const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
const SCHEMES = {
  light: { colorScheme: "light", forcedColors: "none" },
  dark: { colorScheme: "dark", forcedColors: "none" },
  "forced colours": { colorScheme: "dark", forcedColors: "active" },
} as const;
const DIRECTIONS = { ltr: "en", rtl: "ar" } as const;

/** Written anew by a run with `WRITE_ACCESSIBILITY_TREES=1`. */
const TREES = join(import.meta.dirname, "accessibility.txt");

/** What is kept is tried again later than these tests look. */
const late = () => {
  Math.random = () => 0.9;
};

let scans = 0;
after(() => console.log(`axe ${axe.version}: ${scans} scans in Chromium ${browser.version()}`));

const scan = async ({ page }: Scene) => {
  const { violations, passes } = await page.evaluate(
    (values) =>
      (window as unknown as { axe: typeof axe }).axe.run({ runOnly: { type: "tag", values } }),
    TAGS,
  );
  scans++;
  assert.deepEqual(
    violations.map(({ id, nodes }) => [id, nodes.map(({ html, any }) => [html, any[0]?.message])]),
    [],
  );
  for (const rule of ["button-name", "color-contrast", "target-size"]) {
    assert.ok(
      passes.some(({ id }) => id === rule),
      `${rule} was looked at`,
    );
  }
};

for (const [scheme, media] of Object.entries(SCHEMES)) {
  for (const [direction, lang] of Object.entries(DIRECTIONS)) {
    test(`axe finds nothing in any state, ${scheme}, ${direction}`, async (t) => {
      const shown = await scene(t, {
        // So that the checker's own script may run.
        policy: "",
        lang,
        head: `<meta name="color-scheme" content="light dark">
          <style>html { direction: ${direction} }</style>`,
        body: "<p>An answer</p><workflowai-feedback></workflowai-feedback>",
        context: { ...media, reducedMotion: "reduce" },
        before: late,
      });
      await shown.page.evaluate((direction) => {
        document.documentElement.dir = direction;
      }, direction);
      await shown.page.evaluate(axe.source);
      for (const state of STATES) {
        await t.test(state.name, async () => {
          await show(shown, state);
          await scan(shown);
        });
      }
    });
  }
}

test("assistive technology is told of each state what accessibility.txt says", async (t) => {
  const shown = await scene(t, { before: late });
  const trees: string[] = [];
  for (const state of STATES) {
    await show(shown, state);
    const tree = await accessibilityTree(shown.page, "workflowai-feedback");
    trees.push(`${state.name}\n${tree.replace(/^/gm, "  ")}\n`);
  }
  const text = trees.join("\n");
  if (process.env.WRITE_ACCESSIBILITY_TREES) await writeFile(TREES, text);
  assert.equal(text, await readFile(TREES, "utf8"));
});
