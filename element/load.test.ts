import assert from "node:assert/strict";
import { test } from "node:test";
import { load } from "../tests/faults/load.ts";
import { answer, newDelivery, press, sent } from "./delivery.ts";

test("a receiver that comes back is not stampeded by 10,000 clients", () => {
  const down = 600;
  const { requests, last } = load({ clients: 10_000, down, capacity: 200, retryAfter: 0 });
  const after = requests.slice(down, down + 300);
  // Had all of them waited for the moment, it would be 10,000 in the first second.
  assert.ok(Math.max(...after) < 300, `${Math.max(...after)}`);
  assert.ok(last < down + 600, `${last}`);
});

test("the first repeat comes within 2 seconds, three within 30, all within 5 minutes", () => {
  const delivery = newDelivery();
  press(delivery, { outcome: "positive", client: "c", sequence: 1, pressed: 0 });
  const waits = Array.from({ length: 20 }, () => {
    sent(delivery);
    return answer(delivery, ["failed"], 0.999_999)._wait as number;
  });
  const [first, second, third] = waits as [number, number, number];
  assert.ok(first <= 2000 && first + second + third <= 30_000, `${waits}`);
  assert.ok(Math.max(...waits) <= 300_000);
});
