// How many requests a receiver gets when it comes back; node --import tsx tests/faults/load.ts
// prints the table of docs/delivery.md. The clients run the delivery logic of the package.
import { argv } from "node:process";
import { fileURLToPath } from "node:url";
import type { Answer } from "../../element/answer.ts";
import { answer, due, newDelivery, press, sent } from "../../element/delivery.ts";
import { random } from "./random.ts";

/** A receiver that is down, and so many requests a second after that it can take. */
export interface Outage {
  clients: number;
  /** Seconds. Everybody presses at some time in it. */
  down: number;
  /** Requests a second; what is above gets a 503. */
  capacity: number;
  /** Seconds that the 503 asks to wait; 0 for none. */
  retryAfter: number;
}

/** Requests by the second from the start, and the second in which the last vote was proven. */
export const load = ({ clients, down, capacity, retryAfter }: Outage) => {
  const dice = random("load", clients, down, capacity, retryAfter);
  const requests: number[] = [];
  const events: [second: number, client: number][][] = [];
  const at = (time: number, client: number) => {
    const second = Math.floor(time);
    events[second] ??= [];
    events[second]?.push([time, client]);
  };
  const deliveries = Array.from({ length: clients }, (_, client) => {
    const delivery = newDelivery();
    const kept = { outcome: "positive", client: `${client}`, sequence: 1, pressed: 0 } as const;
    press(delivery, kept);
    at(dice.next() * down, client);
    return delivery;
  });
  let open = clients;
  let second = 0;
  for (; open; second++) {
    let taken = 0;
    requests[second] = 0;
    // A wait may end in the second it began in.
    for (let next = events[second]?.shift(); next; next = events[second]?.shift()) {
      const [time, client] = next;
      const delivery = deliveries[client] as ReturnType<typeof newDelivery>;
      due(delivery);
      sent(delivery);
      requests[second] = (requests[second] as number) + 1;
      const said: Answer =
        second < down
          ? ["failed"]
          : ++taken > capacity
            ? ["unavailable", retryAfter * 1000]
            : ["proven"];
      const { _wait } = answer(delivery, said, dice.next());
      if (_wait === undefined) open--;
      else at(time + _wait / 1000, client);
    }
  }
  return { requests, last: second - 1 };
};

if (argv[1] === fileURLToPath(import.meta.url)) {
  for (const outage of [
    { clients: 10_000, down: 600, capacity: 200, retryAfter: 0 },
    { clients: 10_000, down: 3600, capacity: 50, retryAfter: 0 },
    { clients: 10_000, down: 3600, capacity: 50, retryAfter: 30 },
  ]) {
    const { requests, last } = load(outage);
    const of = (from: number, to: number) => {
      const part = Array.from({ length: to - from }, (_, index) => requests[from + index] ?? 0);
      const mean = part.reduce((sum, count) => sum + count, 0) / part.length;
      return `${mean.toFixed(1)} (${Math.max(...part)})`;
    };
    const { down } = outage;
    console.log(JSON.stringify(outage));
    console.log(
      [
        of(down - 300, down),
        ...[0, 10, 30, 60, 120, 240].map((start, index, starts) =>
          of(down + start, down + (starts[index + 1] ?? 480)),
        ),
        `last after ${last - down} s`,
      ].join(" | "),
    );
  }
}
