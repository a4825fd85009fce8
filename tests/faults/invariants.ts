import { type Arrival, owed, type Passage, runOfItem, told } from "./network.ts";
import type { Claim } from "./page.ts";
import { of, type Played, type Press } from "./world.ts";

/** Presses of two clients this close together are won by whichever arrives last. */
const GRACE = 60_000;
/** Ages are whole seconds. */
const SECONDS = 3_000;

/** What a played schedule broke; nothing if all is well. */
export const check = (played: Played): string[] => [
  ...played.broken,
  ...ages(played),
  ...lastOne(played),
  ...claims(played),
  ...order(played),
  ...leftovers(played),
];

/** What the person did and what the network saw, by the schedule's time in seconds. */
export const diary = ({ presses, network }: Played): string => {
  const start = Math.min(...presses.map(({ at }) => at), ...network.passages.map(({ at }) => at));
  const lines = [
    ...presses.map((press) => [press.at, `pressed ${worded(press)}`] as const),
    ...network.passages.map((passage) => {
      const { at, leaving, final } = passage;
      const arrivals = network.arrivals.filter((arrival) => arrival.passage === passage);
      const what = [
        ...(leaving ? ["on leaving"] : []),
        ...arrivals.map(({ status, applied }) => `${status}${applied ? " applied" : ""}`),
        ...(final ? [`final in step ${final}`] : []),
      ];
      return [at, `sent ${told(passage)} ${what.join(", ")}`] as const;
    }),
  ];
  return lines
    .sort(([one], [other]) => one - other)
    .map(([at, what]) => `${((at - start) / 1000).toFixed(2).padStart(9)} ${what}`)
    .join("\n");
};

const content = ({ outcome, comment, reasons }: Omit<Claim, "reason">) =>
  JSON.stringify([outcome || null, comment || null, outcome && reasons?.length ? reasons : []]);

const said = ({ body }: Passage) =>
  content({
    outcome: body.outcome ?? null,
    comment: body.comment ?? null,
    reasons: body.reasons ?? [],
  });

const worded = (press: Press) =>
  `${press.outcome ?? "taken back"} ${press.comment ?? ""} on run ${press.run}, page ${press.page}, step ${
    press.epoch
  }, ${press.client}/${press.sequence}`;

/** The age that goes with a request is the press's own. */
const ages = ({ presses, network, jumps }: Played) =>
  presses.flatMap((press) =>
    network.passages
      .filter(of(press))
      .filter(({ body }) => body.intent.client === press.client)
      .filter(
        ({ pressed, vague }) =>
          !vague &&
          Math.abs(pressed - press.at) > SECONDS &&
          !jumps.some(({ device }) => device === press.device),
      )
      .map(
        (passage) =>
          `an age that is ${Math.round((press.at - passage.pressed) / 1000)} s off, of ${worded(press)}: ${told(passage)}`,
      ),
  );

/** 1: what the receiver holds is the last thing the person did, by the order rule. */
const lastOne = (played: Played) => {
  const { presses, network, stored, schedule } = played;
  const broken: string[] = [];
  for (let run = 0; run < schedule.runs; run++) {
    const mine = presses.filter((press) => press.run === run);
    const final = stored.get(`run-${run}`);
    const holds = content(final ?? { outcome: null });
    /** What the receiver may hold. */
    const allowed: (string | undefined)[] = [];
    let excused = true;
    while (excused && mine.length) {
      const last = mine.pop() as Press;
      allowed.push(content(last));
      excused = mayBeGone(last, played) || replaced(last, played);
      const arrivals = network.arrivals.filter(({ passage }) => of(last)(passage));
      const claimed = Math.min(...arrivals.map(({ pressed }) => pressed), last.at);
      for (const other of mine) {
        // By the order rule, a press of another client may have won.
        const late = network.arrivals.some(
          ({ passage, pressed }) => of(other)(passage) && pressed >= claimed - GRACE - SECONDS,
        );
        if (late && (other.client !== last.client || other.client === undefined))
          allowed.push(content(other));
      }
    }
    if (excused) allowed.push(content({ outcome: null }));
    if (!allowed.includes(holds)) {
      broken.push(`the receiver holds ${holds} for run ${run}; allowed: ${allowed.join(" ")}`);
    }
  }
  return broken;
};

/** Whether a press may be without effect: refused, or lost within the limits stated. */
const mayBeGone = (press: Press, { network, tokens, expired, schedule }: Played) =>
  !!press.lost ||
  network.passages.some((passage) => of(press)(passage) && passage.fate === "refused") ||
  (expired.has(press.run) && press.token === tokens[press.run]) ||
  (expired.has(press.run) && !schedule.renewed[press.run]) ||
  // Without storage a token that comes after the page is gone finds nothing.
  (schedule.devices[press.device]?.storage !== "kept" &&
    network.arrivals.some(({ passage, status }) => of(press)(passage) && status === 401));

/** Whether a press gave way to the next one before the receiver had it. */
const replaced = (press: Press, { presses, network }: Played) =>
  presses
    .slice(presses.indexOf(press) + 1)
    .some(({ page, run }) => page === press.page && run === press.run) &&
  !network.arrivals.some(
    ({ passage, applied, at }) => applied && at >= press.clock && of(press)(passage),
  );

/** 2: whatever was called sent was stored at that moment. */
const claims = ({ visits, network, presses }: Played) =>
  visits.flatMap((visit) =>
    visit.heard.flatMap(([name, token, detail, at]) => {
      if (!/sent|retract/.test(name)) return [];
      const run = network.tokens.get(token)?.run;
      const stored = network.arrivals.some(
        (arrival) =>
          arrival.applied &&
          arrival.passage.run === run &&
          arrival.at <= at + 1 &&
          (name === "says sent"
            ? (arrival.passage.body.outcome ?? null) === detail.outcome
            : said(arrival.passage) === content(detail)) &&
          // Of this press, not of one before that was the same.
          !presses.some(
            (press) =>
              press.page === visit.number &&
              press.run === run &&
              press.clock > arrival.at &&
              press.clock + 100 < at &&
              press.outcome !== (arrival.passage.body.outcome ?? null),
          ),
      );
      return stored ? [] : [`page ${visit.number} claims ${name} ${content(detail)} of run ${run}`];
    }),
  );

/** 3: no older intent is applied after a newer one. */
const order = ({ network }: Played) => {
  const broken: string[] = [];
  const stored = new Map<number, Arrival>();
  const last = new Map<string, number>();
  for (const arrival of network.arrivals) {
    if (!arrival.applied) continue;
    const { passage, pressed } = arrival;
    const { client, sequence } = passage.body.intent;
    const place = `${passage.run}/${client}`;
    const before = last.get(place) ?? -1;
    // The same press once more.
    if (sequence === before) continue;
    const top = stored.get(passage.run);
    if (sequence < before) broken.push(`an older press was applied: ${told(passage)}`);
    if (
      top &&
      top.passage.body.intent.client !== client &&
      pressed < top.pressed - GRACE - SECONDS
    ) {
      broken.push(`an older press was applied: ${told(passage)} after ${told(top.passage)}`);
    }
    last.set(place, sequence);
    stored.set(passage.run, arrival);
  }
  return broken;
};

/** Whether the core trapped before it had done with the answer: then nobody has read it. */
const lostIn = (trapped: number | undefined, { epoch, final }: Passage) =>
  trapped !== undefined && epoch <= trapped && (final ?? 0) >= trapped;

/** 4: nothing is left in the outbox, and no request follows a final answer. */
const leftovers = ({ kept, network, visits, expired, schedule }: Played) => {
  const broken: string[] = [];
  for (const [device, names] of kept.entries()) {
    for (const name of names) {
      if (owed(name, network, expired)) {
        broken.push(`device ${device} still keeps ${name} of run ${runOfItem(name, network)}`);
      }
    }
  }
  for (const [index, passage] of network.passages.entries()) {
    const { intent } = passage.body;
    const { device } = visits[passage.page] ?? {};
    const earlier = network.passages.slice(0, index).find(
      (other) =>
        other.final !== undefined &&
        other.body.intent.client === intent.client &&
        other.body.intent.sequence === intent.sequence &&
        other.final < passage.epoch &&
        (other.page === passage.page ||
          (schedule.devices[device ?? 0]?.storage === "kept" &&
            visits[other.page]?.device === device)) &&
        // Read by a page that lived on.
        !other.leaving &&
        (visits[other.page]?.alive || (visits[other.page]?.ended ?? 0) > other.epoch) &&
        !lostIn(visits[other.page]?.trapped, other),
    );
    if (earlier) broken.push(`${told(passage)} follows the final answer to ${told(earlier)}`);
  }
  return broken;
};
