// A core that cannot be had: the vote must not depend on it.
import assert from "node:assert/strict";
import { test } from "node:test";
import { scene } from "./fixtures/scene.ts";
import type { Site } from "./fixtures/site.ts";

const MISSING: Record<string, Site["files"]> = {
  "is not there": {
    "/core.wasm": (response) => {
      response.writeHead(404, { "content-type": "text/html" }).end("<!doctype html>Not found");
    },
  },
  "is a page instead": {
    "/core.wasm": (response) => {
      response.setHeader("content-type", "text/html");
      response.end("<!doctype html><title>App</title>");
    },
  },
  "is cut off": {
    "/core.wasm": (response, own) => {
      response.end(own.subarray(0, own.length / 2));
    },
  },
  "breaks off on the way": {
    "/core.wasm": (response, own) => {
      response.setHeader("content-length", own.length);
      response.write(own.subarray(0, own.length / 2), () => response.destroy());
    },
  },
  "has a loader that is not there": {
    "/loader.js": (response) => {
      response.writeHead(404).end();
    },
  },
};

for (const [what, files] of Object.entries(MISSING)) {
  test(`a core that ${what} still votes, changes, comments and takes back`, async (t) => {
    const { widget, site, calls, kept, page } = await scene(t, { files });
    const errors: string[] = [];
    page.on("pageerror", (error) => errors.push(String(error)));
    await widget.thumb("positive").click();
    await widget.reach("sent", "positive");
    await widget.thumb("negative").click();
    await widget.reach("sent", "negative");
    await widget.text.fill("without it");
    await widget.send.click();
    await calls(3);
    await widget.reach("sent", "negative");
    await widget.thumb("negative").click();
    await widget.reach("sent", "");
    assert.deepEqual(
      site.calls.map(({ body }) => [body.outcome, body.comment]),
      [
        ["positive", undefined],
        ["negative", undefined],
        ["negative", "without it"],
        [undefined, undefined],
      ],
    );
    assert.deepEqual(await kept(), []);
    assert.deepEqual(errors, []);
    assert.ok(site.fetched.includes("/without-core.js"));
  });
}

test("a core of the wrong type runs all the same", async (t) => {
  const { widget, site } = await scene(t, {
    files: {
      "/core.wasm": (response, own) => {
        response.setHeader("content-type", "application/octet-stream");
        response.end(own);
      },
    },
  });
  await widget.thumb("positive").click();
  await widget.reach("sent", "positive");
  assert.ok(!site.fetched.includes("/without-core.js"));
});
