import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import type { FeedbackElement } from "./feedback-element.ts";
import type { Outcome } from "./types.ts";

/** The one observer; a test says what comes into view. */
let observed = new Set<object>();
let report: (entries: { isIntersecting: boolean; target: object }[]) => void;
const page = new EventTarget();
Object.assign(globalThis, {
  addEventListener: page.addEventListener.bind(page),
  IntersectionObserver: class {
    constructor(callback: typeof report) {
      report = callback;
    }
    observe(element: object) {
      observed.add(element);
    }
    unobserve(element: object) {
      observed.delete(element);
    }
  },
});

const { restore } = await import("./restore.ts");

interface Seen {
  method: string;
  url: string;
  items: { feedback_token: string; user_id?: string }[] | undefined;
}
let seen: Seen[];
let answer: (request: Seen) => Response | Promise<Response>;
let number = 0;

const element = (endpoint: string, token = `token ${++number}`, user = "") => {
  const restored: (Outcome | null)[] = [];
  return {
    restored,
    _key: JSON.stringify([endpoint, token, user]),
    _shown: null as Outcome | null,
    set _acknowledged(outcome: Outcome | null) {
      restored.push(outcome);
    },
    get _controller(): unknown {
      return this;
    },
    _read() {},
    _change() {},
    _root: { firstElementChild: { dataset: {} } },
    attachInternals: () => ({}),
  };
};
type Fake = ReturnType<typeof element>;

const ask = (...elements: Fake[]) => {
  for (const each of elements) restore(each as unknown as FeedbackElement);
};
const show = async (...elements: Fake[]) => {
  report(elements.map((target) => ({ isIntersecting: true, target })));
  await settled();
};
const settled = async () => {
  for (let turns = 0; turns < 10; turns++) await turn();
};

const negative = ({ items }: Seen) =>
  Response.json({ items: items?.map(() => ({ outcome: "negative" })) });

beforeEach(() => {
  seen = [];
  observed = new Set();
  answer = negative;
  mock.restoreAll();
  mock.method(globalThis, "fetch", async (url: string, init: RequestInit) => {
    const request = {
      url,
      method: init.method ?? "GET",
      items: init.body ? JSON.parse(init.body as string).items : undefined,
    };
    seen.push(request);
    return answer(request);
  });
});

test("nothing is asked before an element comes near the viewport", async () => {
  const far = element("https://a.test");
  ask(far);
  report([{ isIntersecting: false, target: far }]);
  await settled();
  assert.equal(seen.length, 0);
  await show(far);
  assert.deepEqual(far.restored, ["negative"]);
  assert.equal(observed.size, 0);
});

test("all elements of a receiver are asked about together, each key once", async () => {
  const one = element("https://a.test", "one", "u");
  const same = element("https://a.test", "one", "u");
  const other = element("https://a.test", "other");
  const elsewhere = element("https://b.test");
  answer = ({ items }) =>
    Response.json({
      items: items?.map(({ user_id }) => ({ outcome: user_id ? "positive" : null })),
    });
  ask(one, same, other, elsewhere);
  await show(one, same, other, elsewhere);
  assert.deepEqual(
    seen.map(({ url, items }) => [url, items?.length]),
    [
      ["https://a.test/v1/feedback/lookup", 2],
      ["https://b.test/v1/feedback/lookup", 1],
    ],
  );
  assert.deepEqual(seen[0]?.items, [
    { feedback_token: "one", user_id: "u" },
    { feedback_token: "other" },
  ]);
  assert.deepEqual(
    [one, same, other, elsewhere].map(({ restored }) => restored),
    [["positive"], ["positive"], [null], [null]],
  );
});

test("at most a hundred go into one call", async () => {
  const many = Array.from({ length: 201 }, () => element("https://a.test"));
  ask(...many);
  await show(...many);
  assert.deepEqual(
    seen.map(({ items }) => items?.length),
    [100, 100, 1],
  );
  assert.ok(many.every(({ restored }) => restored[0] === "negative"));
});

test("an element is asked about again only with another key", async () => {
  const one = element("https://a.test");
  ask(one);
  await show(one);
  ask(one);
  assert.equal(observed.size, 0);
  one._key = JSON.stringify(["https://a.test", "fresh", ""]);
  ask(one);
  await show(one);
  assert.equal(seen.length, 2);
});

test("what was pressed meanwhile and another key are left alone", async () => {
  const pressed = element("https://a.test");
  const moved = element("https://a.test");
  const still = element("https://a.test");
  answer = (request) => {
    pressed._shown = "positive";
    moved._key = JSON.stringify(["https://a.test", "of another answer", ""]);
    return negative(request);
  };
  ask(pressed, moved, still);
  await show(pressed, moved, still);
  assert.deepEqual(
    [pressed, moved, still].map(({ restored }) => restored.length),
    [0, 0, 1],
  );
});

test("an item with an error or nonsense changes nothing", async () => {
  const elements = Array.from({ length: 4 }, () => element("https://a.test"));
  answer = () =>
    Response.json({
      items: [{ error: { code: "x" } }, null, { outcome: "good" }, { outcome: null }],
    });
  ask(...elements);
  await show(...elements);
  assert.deepEqual(
    elements.map(({ restored }) => restored),
    [[], [], [], [null]],
  );
});

test("a receiver without lookup is asked one by one, four at a time", async () => {
  const endpoint = "https://old.test";
  const elements = Array.from({ length: 9 }, (_, index) => element(endpoint, `t&${index}`, "u"));
  let open = 0;
  let most = 0;
  answer = async ({ method }) => {
    if (method === "POST") return new Response("", { status: 404 });
    most = Math.max(most, ++open);
    await turn();
    open--;
    return Response.json({ outcome: "positive" });
  };
  ask(...elements);
  await show(...elements);
  await settled();
  assert.equal(seen.filter(({ method }) => method === "POST").length, 1);
  assert.equal(seen[1]?.url, `${endpoint}/v1/feedback?feedback_token=t%260&user_id=u`);
  assert.equal(seen.length, 10);
  assert.equal(most, 4);
  assert.ok(elements.every(({ restored }) => restored[0] === "positive"));
  const later = element(endpoint);
  ask(later);
  await show(later);
  assert.equal(seen[10]?.method, "GET", "lookup is not tried again");
});

test("a lost connection is asked again once there is one", async () => {
  const one = element("https://a.test");
  answer = () => Promise.reject(new TypeError("Failed to fetch"));
  ask(one);
  await show(one);
  assert.deepEqual(one.restored, []);
  answer = negative;
  page.dispatchEvent(new Event("online"));
  assert.ok(observed.has(one));
  await show(one);
  assert.deepEqual(one.restored, ["negative"]);
});
