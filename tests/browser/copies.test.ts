// Two copies of the script on one page: the first definition stays. A scope may have its own.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import type * as Package from "../../element/index.ts";
import { BOTH, scene } from "./fixtures/scene.ts";
import { PACKAGE } from "./fixtures/site.ts";
import { Widget } from "./fixtures/widget.ts";

const VERSION: string = JSON.parse(readFileSync(join(PACKAGE, "package.json"), "utf8")).version;

const SECOND = `<script type="module" src="/copy/index.js"></script>`;
const TRUSTED = `default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self';
  require-trusted-types-for 'script'; trusted-types workflowai-feedback`.replace(/\s+/g, " ");

test("two copies of one version do no harm and say nothing", async (t) => {
  const { site, widget, calls, heard, said } = await scene(t, { head: SECOND, policy: TRUSTED });
  assert.ok(site.fetched.includes("/copy/index.js") && site.fetched.includes("/index.js"));
  await widget.thumb("positive").click();
  await widget.reach("sent", "positive");
  assert.equal((await calls(1)).length, 1);
  assert.deepEqual(
    (await heard()).map(([name]) => name),
    ["change", "before-send", "sent"],
  );
  assert.deepEqual(said, []);
});

test("copies of two versions warn once, with both versions, and the first one votes", async (t) => {
  const { widget, calls, said } = await scene(t, {
    head: SECOND,
    files: {
      "/copy/index.js": (response, own) => {
        const other = String(own).replaceAll(VERSION, "99.0.0");
        assert.notEqual(other, String(own));
        response.end(other);
      },
    },
  });
  await widget.thumb("positive").click();
  await widget.reach("sent", "positive");
  assert.equal((await calls(1)).length, 1);
  assert.equal(said.length, 1);
  assert.ok(said[0]?.includes(VERSION) && said[0].includes("99.0.0"));
});

for (const [how, policy] of BOTH) {
  test(`${how}: a scope has the element under a name of its own`, async (t) => {
    const { page, calls, heard } = await scene(t, { policy, body: '<div id="scope"></div>' });
    await page.evaluate(async () => {
      const { define } = (await import("/index.js" as string)) as typeof Package;
      const customElementRegistry = new CustomElementRegistry();
      define("their-feedback", customElementRegistry);
      const scope = document.querySelector("#scope") as HTMLElement;
      const init = { mode: "open", customElementRegistry } as ShadowRootInit;
      scope.attachShadow(init).innerHTML =
        `<their-feedback feedback-token="token" user-id="u"></their-feedback>`;
    });
    const widget = new Widget(page, page.locator("their-feedback"));
    await widget.thumb("positive").click();
    await widget.reach("sent", "positive");
    await widget.thumb("negative").click();
    await widget.reach("sent", "negative");
    assert.equal((await calls(2)).length, 2);
    assert.equal((await heard()).filter(([name]) => name === "sent").length, 2);
    assert.equal(await page.evaluate(() => !customElements.get("their-feedback")), true);
  });
}
