import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { type Answer, readAnswer, retryAfter } from "./answer.ts";
import * as machine from "./delivery.ts";
import type { Kept } from "./outbox.ts";
import type { Outcome, Status } from "./types.ts";

interface Step {
  press?: string;
  resume?: string;
  restored?: Outcome | null;
  wake?: true;
  due?: true;
  gone?: true;
  sent?: true;
  abandon?: Status;
  answer?: string | Record<string, unknown>;
  random?: number;
  repeat?: number;
  effects?: object;
  state: object;
}

const vectors = JSON.parse(
  readFileSync(new URL("../tests/vectors/delivery.json", import.meta.url), "utf8"),
) as {
  intents: Record<string, Kept>;
  cases: { name: string; steps: Step[] }[];
  answers: {
    name: string;
    sent: string;
    comment_characters?: number;
    user: string;
    status: number;
    headers?: Record<string, string>;
    body?: string;
    answer: string | Record<string, unknown>;
  }[];
  retry_after: { name: string; header: string | null; wait?: number; until?: number }[];
};

const intent = (name: string): Kept => {
  const found = vectors.intents[name];
  assert.ok(found, name);
  return found;
};

/** The name under which the vectors know an intent; the intent itself if they do not. */
const named = (found: Kept | undefined) => {
  const same = (other: Kept) => JSON.stringify(sorted(other)) === JSON.stringify(sorted(found));
  return Object.keys(vectors.intents).find((name) => same(intent(name))) ?? found;
};
const sorted = (value: object | undefined) => Object.entries(value ?? {}).sort();

const answerOf = (written: string | Record<string, unknown>): Answer =>
  (typeof written === "string" ? [written] : Object.entries(written)[0]) as Answer;

const run = (delivery: machine.Delivery, step: Step): machine.Effects => {
  if (step.press) return machine.press(delivery, intent(step.press));
  if (step.resume) return machine.resume(delivery, intent(step.resume));
  if (step.wake) return machine.wake(delivery);
  if (step.due) return machine.due(delivery);
  if (step.gone) return machine.gone(delivery);
  if (step.abandon) return machine.abandon(delivery, step.abandon);
  if (step.sent) machine.sent(delivery);
  else if (step.answer) {
    let effects = {};
    for (let time = 0; time < (step.repeat ?? 1); time++) {
      if (step.repeat) machine.sent(delivery);
      effects = machine.answer(delivery, answerOf(step.answer), step.random ?? 0);
    }
    return effects;
  } else if (step.restored !== undefined) machine.restored(delivery, step.restored);
  else assert.fail("a step without an event");
  return {};
};

/** Leaves out what the vectors leave out. */
const written = (fields: Record<string, unknown>) =>
  Object.fromEntries(
    Object.entries(fields).filter(
      ([name, value]) =>
        value != null &&
        value !== false &&
        (value !== 0 || name !== "failures") &&
        value !== "idle",
    ),
  );

for (const { name, steps } of vectors.cases) {
  test(name, () => {
    const delivery = machine.newDelivery();
    for (const [index, step] of steps.entries()) {
      const effects = run(delivery, step);
      assert.deepEqual(
        written({
          store: effects._store,
          remove: effects._remove,
          send: effects._send,
          wait: effects._wait,
          notice: effects._notice,
        }),
        step.effects ?? {},
        `effects of step ${index + 1}`,
      );
      assert.deepEqual(
        written({
          shown: machine.shown(delivery),
          acknowledged: delivery._acknowledged,
          intent: named(delivery._intent),
          under: named(delivery._under),
          in_flight: named(delivery._inFlight),
          held: delivery._held,
          failures: delivery._failures,
          status: delivery._status,
        }),
        step.state,
        `state after step ${index + 1}`,
      );
    }
  });
}

for (const each of vectors.answers) {
  test(`the answer: ${each.name}`, () => {
    let body: unknown;
    try {
      body = JSON.parse(each.body ?? "");
    } catch {}
    const comment = each.comment_characters && { comment: "😀".repeat(each.comment_characters) };
    assert.deepEqual(
      readAnswer(
        { ...intent(each.sent), ...comment },
        each.user,
        each.status,
        retryAfter(each.headers?.["retry-after"] ?? null),
        body,
      ),
      answerOf(each.answer),
    );
  });
}

for (const { name, header, wait, until } of vectors.retry_after) {
  test(`Retry-After: ${name}`, () => {
    if (until === undefined) assert.equal(retryAfter(header), wait);
    else assert.ok(Math.abs(retryAfter(header) + Date.now() - until) < 60_000);
  });
}

test("every status belongs to one phase", () => {
  const phases: Record<Status, machine.Phase> = {
    idle: "idle",
    sending: "sending",
    sent: "sent",
    retracted: "sent",
    offline: "queued",
    unavailable: "queued",
    unproven: "queued",
    expired: "queued",
    invalid: "rejected",
    not_allowed: "rejected",
    too_long: "rejected",
    not_accepted: "rejected",
    cannot_retract: "rejected",
    dropped: "rejected",
  };
  for (const [status, phase] of Object.entries(phases)) {
    assert.equal(machine.phase(status as Status), phase, status);
  }
});
