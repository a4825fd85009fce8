// axe-core finds nothing, in any state, light or dark.
import assert from "node:assert/strict";
import { test } from "node:test";
import axe from "axe-core";
import { scene } from "./fixtures/scene.ts";
import { refusal } from "./fixtures/site.ts";

const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
const ELEMENT = `<workflowai-feedback feedback-token="token" label="Feedback on answer 1"
  reasons='["Slow","Wrong"]'></workflowai-feedback>`;

for (const colorScheme of ["light", "dark"] as const) {
  test(`axe finds nothing in any state, ${colorScheme}`, async (t) => {
    const { page, widget, site, calls } = await scene(t, {
      // So that the checker's own script may run.
      policy: "",
      head: `<meta name="color-scheme" content="light dark">`,
      body: `<p>An answer</p>${ELEMENT}`,
      context: { colorScheme, reducedMotion: "reduce" },
    });
    await page.evaluate(axe.source);
    const check = (state: string) =>
      t.test(state, async () => {
        const { violations, passes } = await page.evaluate(
          (values) =>
            (window as unknown as { axe: typeof axe }).axe.run({
              runOnly: { type: "tag", values },
            }),
          TAGS,
        );
        assert.deepEqual(
          violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)]),
          [],
        );
        for (const rule of ["button-name", "color-contrast", "target-size"]) {
          assert.ok(
            passes.some(({ id }) => id === rule),
            `${rule} was looked at`,
          );
        }
      });
    await check("idle");
    await widget.thumb("negative").click();
    await widget.reach("sent", "negative");
    assert.equal(await widget.panelIsOpen(), true);
    await check("voted, with the panel open");
    await page.getByRole("button", { name: "Wrong" }).click();
    await widget.text.fill("x".repeat(10_001));
    await check("a reason chosen and a comment too long");
    await widget.text.fill("");
    await page.keyboard.press("Escape");
    await check("voted");
    site.answer = () => refusal(403, "user_mismatch");
    await widget.thumb("positive").click();
    await widget.reach("rejected", "negative");
    await page.keyboard.press("Escape");
    await check("rejected");
    site.answer = () => undefined;
    await widget.thumb("positive").click();
    await widget.reach("queued", "positive");
    await page.keyboard.press("Escape");
    await check("queued");
    await widget.set({ disabled: true });
    await check("disabled");
    await calls(1);
  });
}
