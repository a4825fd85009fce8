import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import { press } from "./delivery.ts";
import { configure } from "./settings.ts";

// A page, as far as delivery needs one.
const page = new EventTarget();
const storage: Record<string, string> = Object.create({
  removeItem(name: string) {
    delete storage[name];
  },
});
const fakeDocument = { hidden: false, querySelector: () => null };
Object.assign(globalThis, {
  addEventListener: page.addEventListener.bind(page),
  localStorage: storage,
  document: fakeDocument,
});

// An element, as far as it keeps and sends.
Object.assign(globalThis, {
  BAKED_VERSION: "",
  BAKED_BUILD: "b",
  HTMLElement: class {
    attachShadow = () => ({ querySelector: () => ({}), addEventListener() {} });
  },
});
const { FeedbackElement } = await import("./feedback-element.ts");
const outbox = await import("./outbox.ts");
outbox.adopt(new FeedbackElement());
const { memory, PREFIX, record } = outbox;
const { close, open, run, takeUp, takeUpAll } = await import("./post.ts");

interface Seen {
  url: string;
  body: { outcome?: string; comment?: string; intent: { client: string; sequence: number } };
  signal: AbortSignal;
}
let seen: Seen[];
/** What comes back; throws for a lost connection. */
let answer: (request: Seen) => Response | Promise<Response>;
let told: string[];
let number = 0;

/** A key that no other test has, watched. */
const watched = (objects = false) => {
  const key = JSON.stringify(["https://receiver.test", `token ${++number}`, ""]);
  const post = open(key);
  post._watchers.add({
    _changed() {
      told.push(post._delivery._status);
    },
    _tell(name) {
      told.push(`feedback-${name}`);
      return !objects;
    },
  });
  const item = PREFIX + key;
  const vote = (outcome: "positive" | "negative" | null, comment?: string) =>
    run(post, { ...press(post._delivery, record(key, outcome, { comment })), _store: false });
  return { key, post, item, vote };
};

const proof = ({ url, body }: Seen) =>
  Response.json({
    id: "1",
    outcome: url.endsWith("/retract") ? null : body.outcome,
    comment: body.comment ?? null,
    intent: { client: body.intent.client, sequence: body.intent.sequence },
  });

/** Lets everything that waits for no timer come to its end. */
const settled = async () => {
  for (let turns = 0; turns < 5; turns++) await turn();
};

beforeEach(() => {
  seen = [];
  told = [];
  answer = proof;
  mock.timers.enable({ apis: ["setTimeout"] });
  mock.method(Math, "random", () => 0.5);
  mock.method(globalThis, "fetch", async (url: string, init: RequestInit) => {
    const request = {
      url,
      body: JSON.parse(init.body as string),
      signal: init.signal as AbortSignal,
    };
    seen.push(request);
    return answer(request);
  });
});

afterEach(async () => {
  // Nothing of a test goes on in the next one.
  answer = proof;
  page.dispatchEvent(new Event("online"));
  await settled();
  mock.timers.reset();
  mock.restoreAll();
  for (const name of Object.keys(storage)) delete storage[name];
  memory.clear();
});

test("a vote is kept before its request leaves, and gone after its proof", async () => {
  const { item, vote } = watched();
  answer = (request) => {
    assert.equal(JSON.parse(storage[item] ?? "").outcome, "positive");
    return proof(request);
  };
  vote("positive", "why");
  await settled();
  assert.equal(seen[0]?.url, "https://receiver.test/v1/feedback");
  assert.equal(storage[item], undefined);
  assert.deepEqual(told, ["sending", "feedback-before-send", "sent", "feedback-sent"]);
});

test("one request at a time, then the newest press alone", async () => {
  const { post, vote } = watched();
  let finish: (response: Response) => void = () => {};
  answer = () =>
    new Promise((resolve) => {
      finish = resolve;
    });
  vote("positive");
  await settled();
  vote("negative");
  vote(null);
  vote("negative", "last");
  await settled();
  assert.equal(seen.length, 1);
  answer = proof;
  finish(proof(seen[0] as Seen));
  await settled();
  assert.deepEqual(
    seen.map(({ body }) => body.comment ?? body.outcome),
    ["positive", "last"],
  );
  assert.equal(post._delivery._acknowledged, "negative");
});

test("the proof of a vote leaves another tab's newer one alone", async () => {
  const { item, vote } = watched();
  answer = (request) => {
    const kept = JSON.parse(storage[item] ?? "");
    storage[item] = JSON.stringify({ ...kept, outcome: "negative", sequence: kept.sequence + 1 });
    return proof(request);
  };
  vote("positive");
  await settled();
  assert.equal(JSON.parse(storage[item] ?? "").outcome, "negative");
});

test("a failure is kept and tried again after its wait", async () => {
  const { item, vote } = watched();
  answer = () => Promise.reject(new TypeError("Failed to fetch"));
  vote("positive");
  await settled();
  assert.deepEqual(told.slice(2), ["offline", "feedback-queued"]);
  assert.ok(storage[item]);
  mock.timers.tick(999);
  await settled();
  assert.equal(seen.length, 1);
  mock.timers.tick(1);
  await settled();
  assert.equal(seen.length, 2);
  answer = proof;
  mock.timers.tick(2000);
  await settled();
  assert.equal(seen.length, 3);
  assert.deepEqual(
    new Set(seen.map(({ body }) => body.intent.sequence)).size,
    1,
    "each try is the same press",
  );
  assert.equal(storage[item], undefined);
  assert.equal(told.filter((word) => word === "feedback-before-send").length, 1);
});

test("Retry-After is waited for", async () => {
  const { vote } = watched();
  answer = () => new Response("", { status: 503, headers: { "retry-after": "30" } });
  vote("positive");
  await settled();
  mock.timers.tick(30_999);
  await settled();
  assert.equal(seen.length, 1);
  mock.timers.tick(1);
  await settled();
  assert.equal(seen.length, 2);
});

test("a wait longer than a timer can be does not end at once", async () => {
  const { vote } = watched();
  const timer = mock.method(globalThis, "setTimeout");
  answer = () => new Response("", { status: 503, headers: { "retry-after": "9999999999" } });
  vote("positive");
  await settled();
  assert.ok((timer.mock.calls[0]?.arguments[1] as number) < 2 ** 31);
});

test("coming back online or to the tab tries at once", async () => {
  const { vote } = watched();
  answer = () => Promise.reject(new TypeError("Failed to fetch"));
  vote("positive");
  await settled();
  fakeDocument.hidden = true;
  page.dispatchEvent(new Event("visibilitychange"));
  await settled();
  assert.equal(seen.length, 1, "a hidden page is not woken");
  fakeDocument.hidden = false;
  page.dispatchEvent(new Event("visibilitychange"));
  await settled();
  assert.equal(seen.length, 2);
  answer = proof;
  page.dispatchEvent(new Event("online"));
  await settled();
  assert.equal(told.at(-1), "feedback-sent");
});

test("a second widget of the same vote does not end its wait", async () => {
  const { key, post, vote } = watched();
  answer = () => Promise.reject(new TypeError("Failed to fetch"));
  vote("positive");
  await settled();
  assert.equal(open(key), post);
  takeUp(post);
  mock.timers.tick(1000);
  await settled();
  assert.equal(seen.length, 2);
});

test("a refusal is final", async () => {
  const { item, vote } = watched();
  answer = () => Response.json({ error: { code: "user_mismatch" } }, { status: 403 });
  vote("positive");
  await settled();
  page.dispatchEvent(new Event("online"));
  mock.timers.tick(600_000);
  await settled();
  assert.equal(seen.length, 1);
  assert.equal(storage[item], undefined);
  assert.deepEqual(told.slice(2, 4), ["not_allowed", "feedback-error"]);
});

test("a receiver that cannot take back: the unproven vote goes out again, as a newer press", async () => {
  const { item, vote } = watched();
  answer = () => Promise.reject(new TypeError("Failed to fetch"));
  vote("positive", "why");
  await settled();
  answer = (request) =>
    request.url.endsWith("/retract") ? new Response("", { status: 404 }) : proof(request);
  vote(null);
  await settled();
  const [first, back, again] = seen.map(({ body }) => body);
  assert.deepEqual([again?.outcome, again?.comment], ["positive", "why"]);
  assert.ok(again && back && first && again.intent.sequence > back.intent.sequence);
  assert.equal(storage[item], undefined);
  // Its number is not given away twice.
  vote("negative");
  await settled();
  assert.ok((seen[3]?.body.intent.sequence as number) > again.intent.sequence);
});

test("a cancelled vote is neither sent nor kept", async () => {
  const { item, vote } = watched(true);
  vote("positive");
  await settled();
  assert.equal(seen.length, 0);
  assert.equal(storage[item], undefined);
  assert.equal(told.at(-1), "idle");
});

test("refused storage keeps the vote in memory", async () => {
  const { key, vote } = watched();
  const real = globalThis.localStorage;
  Object.defineProperty(globalThis, "localStorage", {
    configurable: true,
    get() {
      throw new DOMException("denied", "SecurityError");
    },
  });
  try {
    answer = () => Promise.reject(new TypeError("Failed to fetch"));
    vote("positive");
    await settled();
    assert.equal(memory.has(key), true);
    answer = proof;
    page.dispatchEvent(new Event("online"));
    await settled();
    assert.equal(told.at(-1), "feedback-sent");
    assert.equal(memory.has(key), false);
  } finally {
    Object.defineProperty(globalThis, "localStorage", {
      configurable: true,
      value: real,
      writable: true,
    });
  }
});

test("nothing is kept on the device if the page does not want it", async () => {
  const { key, item, vote } = watched();
  configure({ outbox: false });
  try {
    answer = () => Promise.reject(new TypeError("Failed to fetch"));
    vote("positive");
    await settled();
    assert.equal(storage[item], undefined);
    assert.equal(memory.has(key), true);
  } finally {
    configure({ outbox: true });
  }
});

test("votes of earlier pages go out, to this receiver alone", async () => {
  const kept = (sequence: number) =>
    JSON.stringify({ outcome: "positive", client: "earlier", sequence, pressed: 0 });
  const here = `${PREFIX}["https://here.test","t",""]`;
  const there = `${PREFIX}["https://here.test.evil","t",""]`;
  storage[here] = kept(1);
  storage[there] = kept(2);
  storage[`${PREFIX}["https://here.test","junk",""]`] = "{not JSON";
  storage.unrelated = "1";
  takeUpAll("https://here.test");
  await settled();
  assert.deepEqual(
    seen.map(({ url, body }) => [url, body.intent.client, body.intent.sequence]),
    [["https://here.test/v1/feedback", "earlier", 1]],
  );
  assert.equal(storage[here], undefined);
  assert.ok(storage[there]);
});

test("the page's own send replaces the call, and its answer needs the same proof", async () => {
  const { vote } = watched();
  const answers: unknown[] = [{ ok: true }, { id: "1", outcome: "positive", user_id: "session" }];
  const asked: unknown[] = [];
  configure({
    async send(request) {
      asked.push(request.outcome);
      return answers.shift();
    },
  });
  try {
    vote("positive");
    await settled();
    assert.equal(told.at(-2), "unproven");
    mock.timers.tick(1000);
    await settled();
    assert.equal(told.at(-1), "feedback-sent");
    assert.deepEqual(asked, ["positive", "positive"]);
    assert.equal(seen.length, 0);
  } finally {
    configure({ send: undefined as never });
  }
});

test("an error of the page's own send counts by its status", async () => {
  const { vote } = watched();
  configure({
    send: () =>
      Promise.reject(Object.assign(new Error(), { status: 401, code: "expired_feedback_token" })),
  });
  try {
    vote("positive");
    await settled();
    assert.deepEqual(told.slice(2), ["expired", "feedback-queued"]);
  } finally {
    configure({ send: undefined as never });
  }
});

test("three unproven answers warn once", async () => {
  const { vote } = watched();
  const warn = mock.method(console, "warn", () => {});
  answer = () => new Response("<html>", { headers: { "content-type": "text/html" } });
  vote("positive");
  for (let tries = 0; tries < 6; tries++) {
    await settled();
    mock.timers.tick(300_000);
  }
  await settled();
  assert.ok(seen.length > 3);
  assert.equal(warn.mock.callCount(), 1);
  assert.match(String(warn.mock.calls[0]?.arguments[0]), /api-url/);
});

test("a vote goes on when its widget is gone, and is remembered for when it comes back", async () => {
  const { key, post, vote } = watched();
  const [watcher] = post._watchers;
  answer = () => Promise.reject(new TypeError("Failed to fetch"));
  vote("positive");
  await settled();
  assert.ok(watcher);
  close(post, watcher);
  assert.equal(open(key), post);
  answer = proof;
  mock.timers.tick(1000);
  await settled();
  assert.equal(seen.length, 2);
  assert.equal(open(key), post);
  assert.equal(post._delivery._acknowledged, "positive");
});

test("a widget that goes without a vote leaves nothing", () => {
  const { key, post } = watched();
  const [watcher] = post._watchers;
  assert.ok(watcher);
  close(post, watcher);
  assert.notEqual(open(key), post);
});
