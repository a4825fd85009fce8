// A core that cannot be had: the vote must not depend on it.
import assert from "node:assert/strict";
import type { ServerResponse } from "node:http";
import { test } from "node:test";
import { ELEMENT, scene } from "./fixtures/scene.ts";
import type { Site } from "./fixtures/site.ts";

const notFound = (response: ServerResponse) => {
  response.writeHead(404, { "content-type": "text/html" }).end("<!doctype html>Not found");
};

/** The wasm file, in every way it can be missing. */
const MISSING: Record<string, Site["files"]> = {
  "is not there": {
    "/core.wasm": notFound,
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
};

for (const [what, files] of Object.entries(MISSING)) {
  test(`a core that ${what} comes in a script instead`, async (t) => {
    const { widget, site, said } = await scene(t, { files });
    await widget.thumb("positive").click();
    await widget.reach("sent", "positive");
    assert.deepEqual(
      site.fetched.filter((path) => /core/.test(path)),
      ["/core.wasm", "/core-inline.js"],
    );
    assert.deepEqual(said, []);
  });
}

/** Neither the file nor the script, or not even the loader. */
const HOPELESS = {
  "is in no file either": { ...MISSING["is a page instead"], "/core-inline.js": notFound },
  "is broken in both": {
    ...MISSING["is cut off"],
    "/core-inline.js": (response: ServerResponse, own: Buffer) => {
      response.end(`${own}`.replace(/(?<=atob\(")./, "B"));
    },
  },
  "has a loader that is not there": { "/loader.js": notFound },
};

for (const [what, files] of Object.entries(HOPELESS)) {
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

test("what was pressed while nothing could be loaded goes out with the next connection", async (t) => {
  const { widget, page, context, kept, calls } = await scene(t);
  await context.setOffline(true);
  await widget.thumb("positive").click();
  assert.equal(await widget.pressed(), "positive");
  // Nothing can come of it.
  await widget.preload();
  assert.equal((await kept()).length, 1);
  await context.setOffline(false);
  await widget.reach("sent", "positive");
  assert.equal((await calls(1)).length, 1);
  assert.deepEqual(await kept(), []);
  assert.equal(await page.evaluate(() => navigator.onLine), true);
});

test("a page that hosts the core elsewhere says where", async (t) => {
  const { widget, site, said } = await scene(t, {
    head: `<meta name="workflowai-feedback" content='{"wasmUrl": "/copy/core.wasm"}'>`,
  });
  await widget.thumb("positive").click();
  await widget.reach("sent", "positive");
  assert.deepEqual(
    site.fetched.filter((path) => /core/.test(path)),
    ["/copy/core.wasm"],
  );
  assert.deepEqual(said, []);
});

test("a core of the wrong type runs all the same", async (t) => {
  const { widget, site, said } = await scene(t, {
    files: {
      "/core.wasm": (response, own) => {
        response.setHeader("content-type", "application/octet-stream");
        response.end(own);
      },
    },
  });
  await widget.thumb("positive").click();
  await widget.reach("sent", "positive");
  assert.deepEqual(
    site.fetched.filter((path) => /core/.test(path)),
    ["/core.wasm"],
  );
  assert.deepEqual(said, []);
});

test("a hundred widgets compile the core once", async (t) => {
  const { page, site } = await scene(t, {
    body: ELEMENT.repeat(100),
    before: () => {
      const { instantiateStreaming } = WebAssembly;
      Object.assign(window, { compiled: 0 });
      WebAssembly.instantiateStreaming = (...given) => {
        (window as unknown as { compiled: number }).compiled++;
        return instantiateStreaming(...given);
      };
    },
  });
  await page.evaluate(() =>
    Promise.all(
      [...document.querySelectorAll("workflowai-feedback")].map((element) =>
        (element as unknown as { preload(): Promise<void> }).preload(),
      ),
    ),
  );
  assert.equal(await page.evaluate("compiled"), 1);
  assert.equal(site.fetched.filter((path) => path === "/core.wasm").length, 1);
});

test("a core that cannot take over an element leaves it to what stands in for it", async (t) => {
  const { widget, site, kept } = await scene(t, {
    before: () => {
      window.DocumentFragment = class {
        constructor() {
          throw new Error("this page has its own");
        }
      } as unknown as typeof DocumentFragment;
    },
  });
  await widget.thumb("positive").click();
  await widget.reach("sent", "positive");
  assert.ok(site.fetched.includes("/core.wasm"));
  assert.equal(site.calls.length, 1);
  assert.deepEqual(await kept(), []);
});
