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
const fakeDocument = Object.assign(new EventTarget(), {
  hidden: false,
  querySelector: () => null,
});
Object.assign(globalThis, {
  addEventListener: page.addEventListener.bind(page),
  localStorage: storage,
  document: fakeDocument,
  dispatchEvent: page.dispatchEvent.bind(page),
  StorageEvent: class extends Event {
    key: string | null;
    newValue: string | null;
    constructor(type: string, { key = null, newValue = null }: StorageEventInit) {
      super(type);
      this.key = key;
      this.newValue = newValue;
    }
  },
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
  body: {
    feedback_token: string;
    outcome?: string;
    comment?: string;
    intent: { client: string; sequence: number };
  };
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
    JSON.stringify({ outcome: "positive", client: "earlier", sequence, pressed: Date.now() });
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

test("a damaged record is no press, least of all a retraction", async () => {
  const { key, post, item, vote } = watched();
  const whole = { outcome: "positive", client: "earlier", sequence: 1, pressed: Date.now() };
  for (const damage of [
    { outcome: undefined },
    { outcome: "neither" },
    { client: 1 },
    { sequence: "1" },
    { pressed: undefined },
  ]) {
    storage[item] = JSON.stringify({ ...whole, ...damage });
    takeUp(post);
    await settled();
    assert.deepEqual(seen, [], JSON.stringify(damage));
  }
  storage[item] = "null";
  takeUp(post);
  vote("negative");
  await settled();
  assert.deepEqual(
    seen.map(({ body }) => body.outcome),
    ["negative"],
  );
  assert.ok(Number.isSafeInteger(seen[0]?.body.intent.sequence));
  assert.equal(storage[item], undefined, key);
});

test("what is too old or too much is given up, the oldest first, and the page hears of it", async () => {
  const dropped: unknown[] = [];
  const hear = (event: Event) => dropped.push((event as CustomEvent).detail);
  document.addEventListener("feedback-error", hear);
  const place = (name: number | string) => `${PREFIX}["https://full.test","${name}",""]`;
  const keep = (name: number | string, pressed: number) => {
    const press = { outcome: "positive", comment: `${name}`, client: "c", sequence: 1, pressed };
    storage[place(name)] = JSON.stringify(press);
  };
  const now = Date.now();
  keep("old", now - 31 * 86_400_000);
  for (let number = 0; number < 102; number++) keep(number, now - number * 1000);
  takeUpAll("https://full.test");
  await settled();
  document.removeEventListener("feedback-error", hear);
  assert.equal(seen.length, 100);
  for (const name of [100, 101, "old"]) {
    assert.ok(!seen.some(({ body }) => body.comment === `${name}`), `${name}`);
    assert.equal(storage[place(name)], undefined);
  }
  assert.deepEqual(dropped, [
    { outcome: "positive", comment: "100", reasons: [], reason: "dropped" },
    { outcome: "positive", comment: "101", reasons: [], reason: "dropped" },
    { outcome: "positive", comment: "old", reasons: [], reason: "dropped" },
  ]);
});

/** A token as a receiver of ours signs it, as far as a browser can read it. */
const token = (claims: object) => `e30.${btoa(JSON.stringify(claims))}.signature`;

test("a refreshed token goes on where the old one stopped", async () => {
  const claims = { agent: "a", run: "folded", sub: "u" };
  const place = (claims: object) => JSON.stringify(["https://receiver.test", token(claims), ""]);
  const old = place({ ...claims, exp: 1 });
  const other = place({ ...claims, run: "another", exp: 1 });
  for (const key of [old, other]) record(key, "negative", { comment: "kept" });
  const post = open(place({ ...claims, exp: 2 }));
  post._watchers.add({ _changed() {}, _tell: () => true });
  takeUp(post);
  await settled();
  assert.deepEqual(
    seen.map(({ body }) => [body.feedback_token, body.comment]),
    [[token({ ...claims, exp: 2 }), "kept"]],
  );
  assert.equal(storage[PREFIX + old], undefined);
  assert.ok(storage[PREFIX + other], "another run's record stays");
});

test("of two tokens' records the newer press counts", async (t) => {
  t.mock.timers.enable({ apis: ["Date"], now: 1e12 });
  const claims = { agent: "a", run: "newer", sub: "u" };
  const place = (exp: number) =>
    JSON.stringify(["https://receiver.test", token({ ...claims, exp }), ""]);
  record(place(1), "negative");
  t.mock.timers.tick(1000);
  record(place(2), "positive");
  const post = open(place(2));
  post._watchers.add({ _changed() {}, _tell: () => true });
  takeUp(post);
  await settled();
  assert.deepEqual(
    seen.map(({ body }) => body.outcome),
    ["positive"],
  );
  assert.equal(storage[PREFIX + place(1)], undefined);
});

test("what another tab proved is not tried again, and not called sent", async () => {
  const { post, item, vote } = watched();
  answer = () => {
    throw new TypeError("Failed to fetch");
  };
  vote("positive");
  await settled();
  assert.deepEqual(seen.splice(0).length, 1);
  delete storage[item];
  page.dispatchEvent(new StorageEvent("storage", { key: item }));
  answer = proof;
  page.dispatchEvent(new Event("online"));
  await settled();
  assert.deepEqual(seen, []);
  assert.equal(post._delivery._status, "idle");
});

test("a newer press in another tab goes out from here too", async () => {
  const { item, vote } = watched();
  answer = () => {
    throw new TypeError("Failed to fetch");
  };
  vote("positive");
  await settled();
  const kept = JSON.parse(storage[item] as string);
  storage[item] = JSON.stringify({ ...kept, outcome: "negative", sequence: kept.sequence + 1 });
  answer = proof;
  page.dispatchEvent(new StorageEvent("storage", { key: item, newValue: storage[item] }));
  await settled();
  assert.deepEqual(
    seen.map(({ body }) => body.outcome),
    ["positive", "negative"],
  );
});

test("tabs send one request of a vote at a time", async (t) => {
  const waiting: (() => void)[] = [];
  Object.defineProperty(globalThis, "navigator", {
    configurable: true,
    value: {
      locks: {
        request: (_: string, __: object, run: () => unknown) =>
          new Promise<void>((done) => waiting.push(() => done(run() as undefined))),
      },
    },
  });
  t.after(() => Object.defineProperty(globalThis, "navigator", { value: undefined }));
  const { post, item, vote } = watched();
  vote("positive");
  await settled();
  assert.equal(seen.length, 0, "another tab holds the lock");
  delete storage[item];
  page.dispatchEvent(new StorageEvent("storage", { key: item }));
  waiting.shift()?.();
  await settled();
  assert.equal(seen.length, 0, "and has seen to it");
  vote("negative");
  await settled();
  waiting.shift()?.();
  await settled();
  assert.deepEqual(
    seen.map(({ body }) => body.outcome),
    ["negative"],
  );
  assert.equal(post._delivery._status, "sent");
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
