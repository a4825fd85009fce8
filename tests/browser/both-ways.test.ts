// The widget with its core and where WebAssembly is refused by policy: the same to see and hear.
// Against a scripted receiver.
import assert from "node:assert/strict";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { after, before, beforeEach, describe, test } from "node:test";
import { type Browser, chromium, type Page } from "playwright-core";

const PACKAGE = process.env.WORKFLOWAI_FEEDBACK_PACKAGE ?? "dist/package";
const WAYS = {
  "with the core": "'self' 'wasm-unsafe-eval'",
  "without the core": "'self'",
};
/** Remembers every event of the widgets, and cancels what a test wants cancelled. */
const LISTEN = `
  window.heard = [];
  for (const name of ["before-send", "change", "sent", "queued", "error", "retract"]) {
    addEventListener("feedback-" + name, (event) => {
      heard.push([name, event.detail]);
      if (name === window.cancel) event.preventDefault();
    });
  }`;
const ELEMENT = `<workflowai-feedback feedback-token="token" user-id="u"
  reasons='["Slow","Wrong"]'></workflowai-feedback>`;

interface Body {
  outcome?: string;
  comment?: string;
  reasons?: string[];
  user_id?: string;
  items?: object[];
  intent: { client: string; sequence: number };
}
interface Seen {
  path: string;
  body: Body;
}
type Answer = { status: number; headers?: Record<string, string>; body?: unknown };

let seen: Seen[];
/** How the receiver answers; nothing hangs up. */
let answer: (request: Seen) => Answer | undefined;
let html: string;
let fetched: string[];
/** What the policy allows of scripts. */
let scripts: string;

const proof = ({ body: { outcome, comment, user_id, intent, items } }: Seen): Answer => ({
  status: 200,
  body: items
    ? { items: items.map(() => ({ outcome: "negative" })) }
    : {
        id: "1",
        outcome: outcome ?? null,
        comment: comment ?? null,
        user_id: user_id ?? null,
        intent: { client: intent.client, sequence: intent.sequence },
      },
});

const server = createServer(async (request, response) => {
  const path = request.url ?? "";
  if (path.startsWith("/v1/")) {
    let text = "";
    for await (const part of request) text += part;
    const entry = { path, body: JSON.parse(text) };
    seen.push(entry);
    const answered = answer(entry);
    if (!answered) return request.socket.destroy();
    response.writeHead(answered.status, answered.headers);
    return response.end(
      typeof answered.body === "string" ? answered.body : JSON.stringify(answered.body),
    );
  }
  if (path.endsWith(".js") || path.endsWith(".wasm")) {
    fetched.push(path);
    const script = path === "/listen.js" ? LISTEN : await readFile(join(PACKAGE, path));
    const type = path.endsWith(".js") ? "text/javascript" : "application/wasm";
    return response.writeHead(200, { "content-type": type }).end(script);
  }
  response.writeHead(200, {
    "content-type": "text/html",
    "content-security-policy": `default-src 'none'; script-src ${scripts}; connect-src 'self'`,
  });
  response.end(html);
});

let browser: Browser;
let page: Page;
let base: string;

before(async () => {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox"],
  });
});

after(async () => {
  await browser.close();
  server.closeAllConnections();
  server.close();
});

beforeEach(async () => {
  seen = [];
  fetched = [];
  answer = proof;
  await page?.context().close();
  page = await (await browser.newContext()).newPage();
});

const visit = async (body = ELEMENT, lang = "en") => {
  html = `<!doctype html><html lang="${lang}"><title>Answers</title><body>${body}
    <script src="/listen.js"></script><script type="module" src="/index.js"></script>`;
  await page.goto(base);
};

const thumb = (value: string) => page.locator(`workflowai-feedback [value=${value}]`).first();
const view = () => page.locator(".workflowai-feedback").first();
const status = () => page.locator("[part=status]").first();

/** Waits until the view is in this state. */
const reach = (state: string, outcome: string) =>
  page
    .locator(`.workflowai-feedback[data-status="${state}"][data-outcome="${outcome}"]`)
    .first()
    .waitFor();

const heard = () =>
  page.evaluate(() =>
    (window as unknown as { heard: [name: string, detail: object][] }).heard.splice(0),
  );
const kept = () => page.evaluate(() => Object.values(localStorage).map((text) => JSON.parse(text)));

/** Waits until the receiver has read so many requests. */
const assertSeen = async (count: number) => {
  for (let turns = 0; seen.length < count && turns < 200; turns++) {
    await page.evaluate(() => new Promise(requestAnimationFrame));
  }
  assert.equal(seen.length, count);
};

for (const [way, allowed] of Object.entries(WAYS)) {
  describe(way, () => {
    before(() => {
      scripts = allowed;
    });

    test("a vote, a change, a comment with a reason and a retraction arrive", async () => {
      await visit();
      await thumb("positive").click();
      await reach("sent", "positive");
      assert.equal(await thumb("positive").getAttribute("aria-pressed"), "true");
      await thumb("negative").click();
      await reach("sent", "negative");
      await page.getByRole("button", { name: "Wrong" }).click();
      await page.locator("textarea").fill("because 😀");
      await page.locator("textarea").press("Control+Enter");
      await assertSeen(3);
      await reach("sent", "negative");
      await thumb("negative").click();
      await reach("sent", "");
      assert.equal(await status().textContent(), "Vote taken back");
      assert.deepEqual(
        seen.map(({ path, body: { outcome, comment, reasons } }) => ({
          path,
          outcome,
          comment,
          reasons,
        })),
        [
          { path: "/v1/feedback", outcome: "positive", comment: undefined, reasons: undefined },
          { path: "/v1/feedback", outcome: "negative", comment: undefined, reasons: undefined },
          { path: "/v1/feedback", outcome: "negative", comment: "because 😀", reasons: ["Wrong"] },
          {
            path: "/v1/feedback/retract",
            outcome: undefined,
            comment: undefined,
            reasons: undefined,
          },
        ],
      );
      assert.deepEqual(await heard(), [
        ["change", { outcome: "positive" }],
        ["before-send", { outcome: "positive", comment: null, reasons: [] }],
        ["sent", { outcome: "positive", comment: null, reasons: [], reason: "sent" }],
        ["change", { outcome: "negative" }],
        ["before-send", { outcome: "negative", comment: null, reasons: [] }],
        ["sent", { outcome: "negative", comment: null, reasons: [], reason: "sent" }],
        ["before-send", { outcome: "negative", comment: "because 😀", reasons: ["Wrong"] }],
        [
          "sent",
          { outcome: "negative", comment: "because 😀", reasons: ["Wrong"], reason: "sent" },
        ],
        ["change", { outcome: null }],
        ["before-send", { outcome: null, comment: null, reasons: [] }],
        ["retract", { outcome: null, comment: null, reasons: [], reason: "retracted" }],
      ]);
      assert.deepEqual(await kept(), []);
    });

    test("the core is downloaded only where it may run", async () => {
      await visit();
      await thumb("positive").click();
      await reach("sent", "positive");
      assert.equal(fetched.includes("/core.wasm"), way === "with the core");
      assert.equal(fetched.includes("/without-core.js"), way === "without the core");
    });

    test("the panel opens with the press, takes no focus, and closes", async () => {
      await visit();
      await thumb("positive").click();
      const panel = page.locator("[part=panel]");
      assert.equal(await panel.evaluate((node) => node.matches(":popover-open")), true);
      assert.equal(await thumb("positive").evaluate((node) => node.matches(":focus")), true);
      await page.locator("[name=close]").click();
      assert.equal(await panel.evaluate((node) => node.matches(":popover-open")), false);
    });

    test("a lost connection keeps the vote, and its return sends it", async () => {
      await visit();
      answer = () => undefined;
      await thumb("positive").click();
      await reach("queued", "positive");
      assert.equal(await status().textContent(), "Saved. Will be sent once you are online");
      const [record] = await kept();
      assert.equal(record.outcome, "positive");
      answer = proof;
      await page.evaluate(() => dispatchEvent(new Event("online")));
      await reach("sent", "positive");
      assert.deepEqual(await kept(), []);
    });

    test("a vote kept by an earlier page goes out without a press", async () => {
      await visit();
      answer = () => undefined;
      await thumb("negative").click();
      await reach("queued", "negative");
      answer = proof;
      await visit();
      await reach("sent", "negative");
      assert.deepEqual(await kept(), []);
    });

    test("votes of earlier pages go out, also for answers that are not here", async () => {
      await visit('<workflowai-feedback feedback-token="elsewhere"></workflowai-feedback>');
      answer = () => undefined;
      await thumb("negative").click();
      await reach("queued", "negative");
      answer = proof;
      seen = [];
      await visit();
      await page.waitForFunction(() => !localStorage.length);
      assert.ok(seen.length > 0);
      assert.deepEqual(await heard(), []);
      assert.equal(await view().getAttribute("data-outcome"), "");
    });

    test("refused storage loses no press, also before anything is loaded", async () => {
      await page.addInitScript(() => {
        Object.defineProperty(window, "localStorage", {
          get() {
            throw new DOMException("denied", "SecurityError");
          },
        });
      });
      await visit();
      answer = () => undefined;
      await thumb("positive").click();
      await reach("queued", "positive");
      answer = proof;
      await page.evaluate(() => dispatchEvent(new Event("online")));
      await reach("sent", "positive");
      assert.equal(new Set(seen.map(({ body }) => body.intent.client)).size, 1);
    });

    test("a page that answers everything with HTML is not believed", async () => {
      await visit();
      answer = () => ({ status: 200, body: "<!doctype html>" });
      await thumb("positive").click();
      await reach("queued", "positive");
      assert.equal((await kept()).length, 1);
      assert.ok(!(await heard()).some(([name]) => name === "sent"));
    });

    test("a refusal is said, and what was there before is shown", async () => {
      await visit();
      await thumb("positive").click();
      await reach("sent", "positive");
      answer = () => ({ status: 403, body: { error: { code: "user_mismatch", message: "" } } });
      await thumb("negative").click();
      await reach("rejected", "positive");
      assert.equal(await status().textContent(), "Not accepted: you may not vote here");
      assert.deepEqual((await heard()).at(-1), [
        "error",
        { outcome: "negative", comment: null, reasons: [], reason: "not_allowed" },
      ]);
    });

    test("a cancelled vote is not sent", async () => {
      await visit();
      await page.evaluate(() => {
        (window as unknown as { cancel: string }).cancel = "before-send";
      });
      await thumb("positive").click();
      await reach("idle", "");
      assert.deepEqual(seen, []);
      assert.deepEqual(await kept(), []);
    });

    test("without a token a press warns and does nothing; with one the thumbs are live", async () => {
      const warnings: string[] = [];
      page.on("console", (message) => warnings.push(message.text()));
      await visit("<workflowai-feedback></workflowai-feedback>");
      // Playwright does not press what is disabled by itself.
      await thumb("positive").click({ force: true });
      await thumb("positive").click({ force: true });
      await page.locator("workflowai-feedback").evaluate((element) => {
        (element as HTMLElement & { feedbackToken: string }).feedbackToken = "late";
      });
      await thumb("positive").click();
      await reach("sent", "positive");
      assert.equal(seen.length, 1);
      assert.equal(warnings.filter((text) => text.includes("feedback-token")).length, 1);
    });

    test("an element that is put elsewhere or back later keeps its state and its text", async () => {
      await visit();
      await thumb("positive").click();
      await reach("sent", "positive");
      await page.locator("textarea").fill("half a thou");
      await page.evaluate(async () => {
        const element = document.querySelector("workflowai-feedback") as HTMLElement;
        document.body.prepend(element);
        await new Promise(requestAnimationFrame);
        element.remove();
        await new Promise(requestAnimationFrame);
        document.body.append(element);
      });
      assert.equal(await thumb("positive").getAttribute("aria-pressed"), "true");
      assert.equal(await page.locator("textarea").inputValue(), "half a thou");
      await thumb("negative").click();
      await reach("sent", "negative");
    });

    test("an earlier vote is restored when the element is seen", async () => {
      await visit(
        `<div style="height: 300vh"></div>${ELEMENT.replace("user-id", "restore user-id")}`,
      );
      await page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 0)));
      await view().scrollIntoViewIfNeeded();
      await reach("idle", "negative");
      assert.deepEqual(
        seen.map(({ path, body }) => [path, body.items]),
        [["/v1/feedback/lookup", [{ feedback_token: "token", user_id: "u" }]]],
      );
      assert.deepEqual(await heard(), []);
    });

    test("the counter appears near the limit, and past it nothing is sent", async () => {
      await visit();
      await thumb("positive").click();
      await reach("sent", "positive");
      const counter = page.locator("[part=counter]");
      await page.locator("textarea").fill("😀".repeat(9_499));
      assert.equal((await counter.textContent())?.trim(), "");
      await page.locator("textarea").fill("😀".repeat(9_500));
      assert.equal(await counter.textContent(), "500 left");
      await page.locator("textarea").fill("😀".repeat(10_001));
      assert.equal(await counter.textContent(), "1 too many");
      await page.locator("[name=send]").click();
      await thumb("negative").click();
      await reach("sent", "negative");
      assert.equal(seen.length, 2);
    });

    test("keyboard alone votes and comments", async () => {
      await visit();
      await page.keyboard.press("Tab");
      await page.keyboard.press("Enter");
      await reach("sent", "positive");
      await page.locator("textarea").focus();
      await page.keyboard.type("by key");
      await page.keyboard.press("Meta+Enter");
      await assertSeen(2);
      assert.equal(seen[1]?.body.comment, "by key");
    });
  });
}
