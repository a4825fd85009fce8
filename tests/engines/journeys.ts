import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { receiver } from "../browser/fixtures/receiver.ts";
import { openSite, proof, type Site } from "../browser/fixtures/site.ts";
import type { Engine } from "./fixtures/engines.ts";
import { eventually } from "./fixtures/program.ts";
import { KEYS, type Session } from "./fixtures/session.ts";
import { Widget } from "./fixtures/widget.ts";

const KEY = "a-key-of-these-tests";
// For the receiver, which starts after this.
process.env.WORKFLOWAI_FEEDBACK_API_KEY = KEY;

/** What the team reads of a run. */
const stored = async (run: string) => {
  const path = `v1/_/agents/demo-assistant/runs/${run}/feedback`;
  const response = await fetch(receiver + path, { headers: { authorization: `Bearer ${KEY}` } });
  assert.equal(response.status, 200);
  const { items } = await response.json();
  return items.map(({ outcome, comment, reasons }: Record<string, unknown>) => ({
    outcome,
    comment,
    reasons,
  }));
};

/** The scripts and modules that the page has fetched, by their names. */
const fetched = (session: Session) =>
  session.run(() =>
    performance.getEntriesByType("resource").map(({ name }) => /[^/]+$/.exec(name)?.[0] ?? ""),
  );

const POLICY = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'";

const missing: Site["files"][string] = (response) => {
  response.writeHead(404).end();
};

/** Delivery has two implementations: what a person can see is the same. */
const BOTH = [
  ["with the core", {}],
  // Missing rather than refused: WebKitGTK 2.50 compiles WebAssembly under any policy.
  ["without the core", { "/core.wasm": missing, "/core-inline.js": missing }],
] satisfies [string, Site["files"]][];

/**
 * The core journeys in an engine that is no Chromium: the demo against a real receiver on a real
 * database file, and a page whose receiver hangs up.
 */
export const journeys = (engine: Engine): void => {
  describe(engine.name, () => {
    let session: Session;
    let stop: () => Promise<void>;
    before(async () => {
      ({ session, stop } = await engine.launch());
      console.log(`${engine.name}: ${session.browser}`);
    });
    after(() => stop());

    test("a vote, a change, a reason with a comment and a retraction arrive", async () => {
      await session.open(receiver);
      const run = "granada-fes-2-tickets";
      const widget = new Widget(session, "#tickets workflowai-feedback");
      await widget.live();
      await widget.thumb("positive");
      await widget.reach({
        pressed: "positive",
        state: "sent",
        panel: true,
        says: "Thank you for your feedback",
      });
      assert.deepEqual(await stored(run), [{ outcome: "positive", comment: null, reasons: [] }]);

      await widget.thumb("negative");
      await widget.reach({ pressed: "negative", state: "sent", panel: true });
      assert.deepEqual(await stored(run), [{ outcome: "negative", comment: null, reasons: [] }]);

      await widget.click("[data-reason='Too long']");
      await widget.click("textarea");
      await session.type("Half of it 😀 would do");
      await widget.click("[name=send]");
      await widget.reach({ pressed: "negative", panel: false, focus: "negative" });
      await eventually(
        async () =>
          assert.deepEqual(await stored(run), [
            { outcome: "negative", comment: "Half of it 😀 would do", reasons: ["Too long"] },
          ]),
        "the comment",
      );

      await widget.reach({ state: "sent" });
      await widget.thumb("negative");
      await widget.reach({ pressed: "", state: "sent", says: "Vote taken back", panel: false });
      assert.deepEqual(await stored(run), []);
      assert.ok((await fetched(session)).includes("core.wasm"), "with the core");
    });

    test("keyboard alone votes, comments, leaves the panel and takes back", async () => {
      await session.open(receiver);
      const run = "granada-fes-1-route";
      const widget = new Widget(session, "#route workflowai-feedback");
      await widget.live();
      const tabTo = async (focus: string, most: number) => {
        for (let presses = 0; (await widget.see()).focus !== focus; presses++) {
          assert.ok(presses < most, `Tab leads to ${focus}`);
          await session.press(KEYS.Tab);
        }
      };
      await tabTo("positive", 40);
      await session.press(KEYS.Tab);
      await widget.reach({ focus: "negative" });
      await session.press(KEYS.Space);
      await widget.reach({ pressed: "negative", state: "sent", panel: true, focus: "negative" });
      await tabTo("textarea", 5);
      await session.type("Written by key");
      await tabTo("send", 3);
      await session.press(KEYS.Enter);
      await widget.reach({ pressed: "negative", panel: false, focus: "negative" });
      await eventually(
        async () =>
          assert.deepEqual(await stored(run), [
            { outcome: "negative", comment: "Written by key", reasons: [] },
          ]),
        "the comment",
      );
      await session.press([KEYS.Shift, KEYS.Tab]);
      await session.press(KEYS.Enter);
      await widget.reach({ pressed: "positive", state: "sent", panel: true, focus: "positive" });
      await tabTo("textarea", 5);
      await session.press(KEYS.Escape);
      await widget.reach({ panel: false, focus: "positive" });
      await session.press(KEYS.Enter);
      await widget.reach({ pressed: "", state: "sent", says: "Vote taken back" });
      assert.deepEqual(await stored(run), []);
    });

    test("Ctrl+Enter sends the comment, and presses nothing that gets the focus", async () => {
      await session.open(receiver);
      const widget = new Widget(session, "#costs workflowai-feedback");
      await widget.live();
      await widget.thumb("negative");
      await widget.reach({ pressed: "negative", state: "sent", panel: true });
      await widget.click("textarea");
      await session.type("By the shortcut");
      await session.press([KEYS.Control, KEYS.Enter]);
      await widget.reach({ panel: false, focus: "negative" });
      await eventually(
        async () =>
          assert.deepEqual(await stored("granada-fes-5-costs"), [
            { outcome: "negative", comment: "By the shortcut", reasons: [] },
          ]),
        "the comment",
      );
      await widget.reach({ pressed: "negative", state: "sent" });
    });

    test("a reload shows the vote again, without the core", async () => {
      await session.open(receiver);
      const widget = new Widget(session, "#riad workflowai-feedback");
      await widget.live();
      await widget.thumb("negative");
      await widget.reach({ pressed: "negative", state: "sent", says: "شكرًا على تقييمك" });
      await session.reload();
      await widget.live();
      // Asked about once it comes near the viewport; not every engine scrolls there again.
      await widget.scrollTo();
      await widget.reach({ pressed: "negative", state: "idle", panel: false });
      assert.ok(!(await fetched(session)).includes("core.wasm"));
      await widget.thumb("negative");
      await widget.reach({ pressed: "", state: "sent" });
      assert.deepEqual(await stored("granada-fes-4-riad"), []);
    });

    test("a page in English that changes its language is followed without the core", async (t) => {
      const site = await openSite();
      t.after(() => site.close());
      site.policy = POLICY;
      site.html = `<!doctype html><html lang="en"><title>Answers</title>
        <workflowai-feedback feedback-token="token"></workflowai-feedback>
        <script type="module" src="/index.js"></script>`;
      await session.open(site.address);
      await new Widget(session).live();
      const name = () =>
        session.run(() => {
          const root = document.querySelector("workflowai-feedback")?.shadowRoot;
          return root?.querySelector("[value=positive]")?.getAttribute("aria-label");
        });
      assert.equal(await name(), "Good answer");
      await session.run(() => {
        document.documentElement.lang = "de";
      });
      await eventually(async () => assert.equal(await name(), "Gute Antwort"), "German");
      assert.ok(!site.fetched.includes("/loader.js"));
    });

    for (const [how, files] of BOTH) {
      test(`${how}: a vote outlives a lost connection and goes out on the next visit`, async (t) => {
        const site = await openSite();
        t.after(() => site.close());
        site.policy = POLICY;
        site.files = files;
        site.html = `<!doctype html><html lang="en"><title>Answers</title>
          <workflowai-feedback feedback-token="token"></workflowai-feedback>
          <script type="module" src="/index.js"></script>`;
        site.answer = () => undefined;
        await session.open(site.address);
        const widget = new Widget(session);
        await widget.live();
        await widget.thumb("positive");
        await widget.reach({ pressed: "positive", state: "queued", panel: true });
        assert.match((await widget.see()).says, /^Saved\. Will be sent/);
        const standsIn = (await fetched(session)).includes("without-core.js");
        assert.equal(standsIn, "/core.wasm" in files);
        await widget.click("textarea");
        await session.type("typed while away");
        await widget.click("[name=send]");
        await widget.reach({ pressed: "positive", state: "queued", panel: false });

        site.answer = proof;
        await session.open(site.address);
        await widget.reach({ pressed: "positive", state: "sent" });
        const { outcome, comment, intent } = site.calls.at(-1)?.body ?? {};
        assert.deepEqual([outcome, comment], ["positive", "typed while away"]);
        assert.ok(site.calls.every(({ body }) => body.intent.client === intent?.client));
        assert.equal(await session.run(() => localStorage.length), 0);
      });
    }
  });
};
