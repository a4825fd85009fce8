// An earlier vote is shown again, and never put over a press.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { FeedbackElement } from "../../element/feedback-element.ts";
import { BOTH, scene, until } from "./fixtures/scene.ts";
import { type Call, hold, proof, type Site } from "./fixtures/site.ts";

const ELEMENT = `<workflowai-feedback restore feedback-token="token" user-id="u"></workflowai-feedback>`;

const negative = (call: Call) =>
  call.body.items
    ? { status: 200, body: { items: call.body.items.map(() => ({ outcome: "negative" })) } }
    : proof(call);

/** Holds the answers of `lookup` back. */
const slowly = (site: Site) => {
  let release = () => {};
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  site.answer = async (call) => {
    if (call.body.items) await released;
    return negative(call);
  };
  return release;
};

test("a vote is restored when its widget comes near, without the core and without an event", async (t) => {
  const { page, site, widget, heard } = await scene(t, {
    answer: negative,
    body: `<div style="height: 400vh">Above</div>${ELEMENT}`,
    policy: "",
  });
  await page.evaluate(() => new Promise((resolve) => requestIdleCallback(resolve)));
  assert.deepEqual(site.calls, []);
  await widget.view.scrollIntoViewIfNeeded();
  await widget.reach("idle", "negative");
  assert.equal(await widget.pressed(), "negative");
  assert.deepEqual(
    site.calls.map(({ path, body }) => [path, body]),
    [["/v1/feedback/lookup", { items: [{ feedback_token: "token", user_id: "u" }] }]],
  );
  assert.ok(!site.fetched.some((path) => /loader|wasm/.test(path)));
  assert.deepEqual(await heard(), []);
});

test("what is restored never overwrites a press that no core has heard of yet", async (t) => {
  const { page, widget, site, calls } = await scene(t);
  t.after(hold(site, "/loader.js"));
  const release = slowly(site);
  await widget.set({ restore: true });
  await calls(1);
  await widget.thumb("positive").click();
  const answered = page.waitForResponse(/lookup/);
  release();
  await (await answered).finished();
  await page.evaluate(() => new Promise((resolve) => setTimeout(resolve)));
  assert.equal(await widget.pressed(), "positive");
});

test("many widgets ask once", async (t) => {
  const elements = Array.from(
    { length: 30 },
    (_, index) =>
      `<workflowai-feedback restore feedback-token="token ${index}"></workflowai-feedback>`,
  );
  const { page, site } = await scene(t, { answer: negative, body: elements.join("") });
  await page.locator("[data-outcome=negative]").nth(29).waitFor();
  assert.equal(site.calls.length, 1);
  assert.equal(site.calls[0]?.body.items?.length, 30);
});

test("no call asks for more than 100 votes", async (t) => {
  const elements = Array.from(
    { length: 205 },
    (_, index) =>
      `<workflowai-feedback restore feedback-token="token ${index}"></workflowai-feedback>`,
  );
  // All of them near enough to be asked about.
  const body = `<div style="display: flex; flex-wrap: wrap">${elements.join("")}</div>`;
  const { page, site } = await scene(t, { answer: negative, body, policy: "" });
  await page.waitForFunction(
    () =>
      [...document.querySelectorAll("workflowai-feedback")].every(
        (element) => (element as FeedbackElement).outcome === "negative",
      ),
    null,
    { polling: 50 },
  );
  const asked = site.calls.map(({ body }) => body.items ?? []);
  assert.deepEqual(
    asked.map(({ length }) => length),
    [100, 100, 5],
  );
  assert.equal(new Set(asked.flat().map((item) => item.feedback_token)).size, 205);
});

test("a receiver without lookup is asked by four calls at a time, once for each vote", async (t) => {
  const elements = Array.from(
    { length: 11 },
    (_, index) =>
      `<workflowai-feedback restore feedback-token="token ${index}"></workflowai-feedback>`,
  );
  let open = 0;
  const most: number[] = [];
  let release = () => {};
  const { page, site } = await scene(t, {
    body: elements.join(""),
    answer: async ({ body }) => {
      if (body.items) return { status: 405 };
      most.push(++open);
      // Answered once no further call comes while four are open.
      await new Promise<void>((resolve) => {
        const before = release;
        release = () => {
          before();
          resolve();
        };
      });
      open--;
      return { status: 200, body: { outcome: "negative" } };
    },
  });
  const shown = page.locator("[data-outcome=negative]");
  for (let answered = 0; answered < 11; answered += 4) {
    const wanted = Math.min(answered + 4, 11);
    await until(() => most.length === wanted, `${wanted} calls`);
    // A fifth would have been sent in the same task as the fourth.
    await page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 50)));
    assert.equal(most.length, wanted);
    const all = release;
    release = () => {};
    all();
    await shown.nth(wanted - 1).waitFor();
  }
  assert.equal(Math.max(...most), 4);
  const single = site.calls.slice(1).map(({ path }) => path);
  assert.equal(new Set(single).size, 11);
});

test("a widget that is given its outcome asks nothing", async (t) => {
  const { page, site, widget } = await scene(t, {
    answer: negative,
    body: ELEMENT.replace("restore", `restore outcome="positive"`),
  });
  await widget.reach("idle", "positive");
  await page.evaluate(() => new Promise((resolve) => requestIdleCallback(resolve)));
  await widget.preload();
  assert.deepEqual(site.calls, []);
  assert.equal(await widget.pressed(), "positive");
});

test("a receiver without lookup is asked for each vote", async (t) => {
  const { site, widget } = await scene(t, {
    body: ELEMENT,
    answer: ({ body }) =>
      body.items ? { status: 404 } : { status: 200, body: { outcome: "negative" } },
  });
  await widget.reach("idle", "negative");
  assert.equal(site.calls[1]?.path, "/v1/feedback?feedback_token=token&user_id=u");
});

for (const [how, policy] of BOTH) {
  test(`${how}: a restored vote is taken back by a press on it`, async (t) => {
    const { widget, calls } = await scene(t, { policy, body: ELEMENT, answer: negative });
    await widget.reach("idle", "negative");
    await widget.thumb("negative").click();
    await widget.reach("sent", "");
    assert.equal((await calls(2))[1]?.path, "/v1/feedback/retract");
  });

  test(`${how}: a restored vote is shown by a widget that runs already`, async (t) => {
    const { widget, site, calls, heard } = await scene(t, { policy });
    const release = slowly(site);
    await widget.preload();
    await widget.set({ restore: true });
    await calls(1);
    release();
    await widget.reach("idle", "negative");
    assert.equal(await widget.pressed(), "negative");
    assert.deepEqual(await heard(), []);
  });

  test(`${how}: what is restored late never overwrites a press`, async (t) => {
    const { page, widget, site, calls } = await scene(t, { policy });
    const release = slowly(site);
    await widget.set({ restore: true });
    await calls(1);
    await widget.thumb("positive").click();
    await widget.reach("sent", "positive");
    const answered = page.waitForResponse(/lookup/);
    release();
    await (await answered).finished();
    await page.evaluate(() => new Promise((resolve) => setTimeout(resolve)));
    assert.equal(await widget.pressed(), "positive");
    await widget.reach("sent", "positive");
  });

  test(`${how}: a vote that was taken back before the answer came stays taken back`, async (t) => {
    const { page, widget, site, calls } = await scene(t, { policy });
    const release = slowly(site);
    await widget.set({ restore: true });
    await calls(1);
    await widget.thumb("positive").click();
    await widget.reach("sent", "positive");
    await widget.thumb("positive").click();
    await widget.reach("sent", "");
    const answered = page.waitForResponse(/lookup/);
    release();
    await (await answered).finished();
    await page.evaluate(() => new Promise((resolve) => setTimeout(resolve)));
    assert.equal(await widget.pressed(), "");
  });
}
