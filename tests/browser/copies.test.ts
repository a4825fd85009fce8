// Two copies of the script on one page: the first definition stays.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { scene } from "./fixtures/scene.ts";
import { PACKAGE } from "./fixtures/site.ts";

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
