// Pages whose policy refuses something.
import assert from "node:assert/strict";
import { test } from "node:test";
import { OPEN, STRICT, scene } from "./fixtures/scene.ts";

test("where WebAssembly is refused nothing of the core is downloaded", async (t) => {
  const { site, widget, said } = await scene(t, { policy: STRICT });
  await widget.thumb("positive").click();
  await widget.reach("sent", "positive");
  await widget.text.fill("without it");
  await widget.send.click();
  await widget.reach("sent", "positive");
  assert.deepEqual(
    site.fetched.filter((path) => /wasm|core-/.test(path)),
    [],
  );
  // What the browser writes about the question whether WebAssembly may run.
  assert.ok(said.length <= 1, `${said}`);
});

test("where Trusted Types are required the widget is painted, hydrated and votes", async (t) => {
  const policy = `${OPEN}; require-trusted-types-for 'script'; trusted-types workflowai-feedback`;
  const { site, widget, said } = await scene(t, { policy });
  await widget.thumb("negative").click();
  await widget.reach("sent", "negative");
  await widget.text.fill("trusted");
  await widget.send.click();
  await widget.reach("sent", "negative");
  assert.ok(site.fetched.includes("/core.wasm"));
  assert.deepEqual(said, []);
});

test("a page without a policy of its own votes", async (t) => {
  const { widget, said } = await scene(t, { policy: "" });
  await widget.thumb("positive").click();
  await widget.reach("sent", "positive");
  assert.deepEqual(said, []);
});
