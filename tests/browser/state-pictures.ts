/**
 * Writes `dist/states/{light,dark,forced}-{ltr,rtl}.png`: every state in one sheet, to be looked at.
 * Where the package lies is in `WORKFLOWAI_FEEDBACK_PACKAGE`.
 */
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { scene } from "./fixtures/scene.ts";
import { STATES, show } from "./fixtures/states.ts";

const FOLDER = join(import.meta.dirname, "../../dist/states");
const SCHEMES = {
  light: { colorScheme: "light", forcedColors: "none" },
  dark: { colorScheme: "dark", forcedColors: "none" },
  forced: { colorScheme: "dark", forcedColors: "active" },
} as const;

for (const [scheme, media] of Object.entries(SCHEMES)) {
  for (const [dir, lang] of [
    ["ltr", "en"],
    ["rtl", "ar"],
  ] as const) {
    test(`${scheme}, ${dir}`, async (t) => {
      const shown = await scene(t, {
        policy: "",
        lang,
        head: `<meta name="color-scheme" content="light dark">
          <style>body { font: 1rem/1.5 sans-serif; margin: 1rem } h1 { display: none }</style>`,
        body: "<workflowai-feedback></workflowai-feedback>",
        context: { ...media, viewport: { width: 420, height: 400 }, reducedMotion: "reduce" },
        // What is kept is tried again after the picture.
        before: () => {
          Math.random = () => 0.9;
        },
      });
      const { page, context } = shown;
      await page.evaluate((dir) => {
        document.documentElement.dir = dir;
      }, dir);
      const pictures: string[] = [];
      for (const state of STATES) {
        await show(shown, state);
        await page.mouse.move(0, 399);
        const open = /panel|reasons|character|counter|inline/.test(state.name);
        const clip = { x: 0, y: 0, width: 420, height: open ? 400 : 72 };
        const picture = await page.screenshot({ clip, animations: "disabled" });
        pictures.push(
          `<figure><img src="data:image/png;base64,${picture.toString("base64")}">
            <figcaption>${state.name}</figcaption></figure>`,
        );
      }
      const sheet = await context.newPage();
      await sheet.setViewportSize({ width: 1330, height: 800 });
      await sheet.setContent(`<!doctype html><style>
        body { columns: 3; gap: 1rem; margin: 1rem; font: 0.8rem sans-serif; background: #888 }
        figure { break-inside: avoid; margin: 0 0 0.75rem } img { display: block; width: 420px }
        html { forced-color-adjust: none }</style>${pictures.join("")}`);
      await mkdir(FOLDER, { recursive: true });
      await sheet.screenshot({ path: join(FOLDER, `${scheme}-${dir}.png`), fullPage: true });
    });
  }
}
