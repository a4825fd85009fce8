import { type Random, random } from "./random.ts";

export type Outcome = "positive" | "negative";

/** How a device keeps things. */
export interface Device {
  /** Memory alone where storage is refused or full. */
  storage: "kept" | "refused" | "full";
  /** Web Locks. */
  locks: boolean;
  /** How far its clock is off, in milliseconds. */
  skew: number;
}

/** What a page finds of the core. */
export type Core =
  | "there"
  /** The policy allows no WebAssembly. */
  | "refused"
  /** Neither the file nor the script that holds a copy. */
  | "missing"
  /** Half of the file. */
  | "cut"
  /** The site's page under the file's name. */
  | "page"
  /** Not even the loader. */
  | "no loader"
  /** The shell alone. */
  | "nothing"
  /** Held back until a step lets it arrive. */
  | "late"
  /** Can be made to trap. */
  | "trap";

/** What may happen to requests. */
export type Weather = "clear" | "rain" | "storm" | "offline";

/** A call of the core to trap in. */
export type Trap = "listener" | "future" | "answer" | "vote";

/** One thing that happens. A tab is (device, tab). */
export type Step =
  | { do: "open"; device: number; tab: number; core: Core }
  | { do: "press"; device: number; tab: number; run: number; outcome: Outcome | null }
  /** From a script, with a comment and reasons. */
  | {
      do: "vote";
      device: number;
      tab: number;
      run: number;
      outcome: Outcome | null;
      comment?: string;
      reasons?: string[];
    }
  /** In the panel. */
  | { do: "write"; device: number; tab: number; run: number; comment: string }
  | { do: "weather"; weather: Weather }
  | { do: "wait"; milliseconds: number }
  /** The person comes back to the tab. */
  | { do: "return"; device: number; tab: number }
  | { do: "leave" | "close" | "kill"; device: number; tab: number }
  | { do: "arrive"; device: number; tab: number }
  | { do: "trap"; device: number; tab: number; where: Trap }
  | { do: "jump"; device: number; milliseconds: number }
  | { do: "expire"; run: number }
  /** Open pages get a fresh token at once, others when they are opened. */
  | { do: "refresh"; run: number }
  /** What a proxy held back reaches the receiver. */
  | { do: "release" };

export interface Schedule {
  seed: number;
  devices: Device[];
  runs: number;
  steps: Step[];
  /** The cores of the last pages, one a device. */
  last: Core[];
  /** Whether each run that expired has a token in the end. */
  renewed: boolean[];
}

const CORES: Record<Core, number> = {
  there: 30,
  refused: 25,
  missing: 4,
  cut: 4,
  page: 4,
  "no loader": 4,
  nothing: 5,
  late: 12,
  trap: 12,
};

const STEPS: Record<Step["do"], number> = {
  open: 12,
  press: 26,
  vote: 8,
  write: 10,
  weather: 10,
  wait: 12,
  return: 3,
  leave: 4,
  close: 3,
  kill: 3,
  arrive: 2,
  trap: 3,
  jump: 2,
  expire: 3,
  refresh: 4,
  release: 2,
};

const REASONS = ["Slow", "Wrong", "Not asked"];

/** The schedule of a seed. `cores` narrows what pages find. */
export const draw = (seed: number, cores: Partial<Record<Core, number>> = CORES): Schedule => {
  const dice = random("schedule", seed);
  const runs = 1 + dice.below(3);
  const devices = Array.from({ length: dice.chance(0.3) ? 2 : 1 }, () => device(dice));
  const steps: Step[] = [];
  /** What each open tab found of the core. */
  const tabs = new Map<string, Core>();
  /** The runs whose token has expired. */
  const expired = new Set<number>();
  let words = 0;
  const open = (at: { device: number; tab: number }) => {
    const core = dice.weighted(cores);
    tabs.set(`${at.device}/${at.tab}`, core);
    steps.push({ do: "open", ...at, core });
  };
  for (const [index] of devices.entries()) open({ device: index, tab: 0 });
  const length = 8 + dice.below(16);
  while (steps.length < length) {
    const what = dice.weighted(STEPS);
    const at = { device: dice.below(devices.length), tab: dice.chance(0.7) ? 0 : 1 };
    const name = `${at.device}/${at.tab}`;
    const run = dice.below(runs);
    if (what === "open") open(at);
    else if (what === "weather") {
      const weathers = { clear: 4, rain: 4, storm: 2, offline: 2 };
      steps.push({ do: what, weather: dice.weighted<Weather>(weathers) });
    } else if (what === "wait") {
      const most = dice.pick([3_000, 20_000, 120_000, 900_000]);
      steps.push({ do: what, milliseconds: dice.below(most) });
    } else if (what === "jump") {
      const far = dice.pick([30_000, 600_000, 86_400_000]);
      const milliseconds = dice.below(far) * (dice.chance(0.5) ? 1 : -1);
      steps.push({ do: what, device: at.device, milliseconds });
    } else if (what === "release") steps.push({ do: what });
    else if (what === "expire" || what === "refresh") {
      if (what === "refresh" && !expired.has(run)) continue;
      if (what === "expire") expired.add(run);
      else expired.delete(run);
      steps.push({ do: what, run });
    } else if (!tabs.has(name)) continue;
    else if (what === "press") {
      const outcome = dice.pick(["positive", "negative", null] as const);
      steps.push({ do: what, ...at, run, outcome });
    } else if (what === "vote") {
      const outcome = dice.pick(["positive", "negative", null] as const);
      const comment = outcome && dice.chance(0.6) ? { comment: `words ${++words}` } : {};
      const reasons = outcome === "negative" ? { reasons: [dice.pick(REASONS)] } : {};
      steps.push({ do: what, ...at, run, outcome, ...comment, ...reasons });
    } else if (what === "write") {
      steps.push({ do: what, ...at, run, comment: `words ${++words} 😀` });
    } else if (what === "arrive" || what === "trap") {
      if (tabs.get(name) !== (what === "trap" ? what : "late")) continue;
      steps.push(
        what === "trap"
          ? { do: what, ...at, where: dice.pick(["listener", "future", "answer", "vote"]) }
          : { do: what, ...at },
      );
    } else {
      if (what !== "return") tabs.delete(name);
      steps.push({ do: what, ...at });
    }
  }
  // The shell alone delivers nothing that an earlier page kept: the last page has more than that.
  const last = devices.map(() =>
    dice.weighted<Core>({ ...("there" in cores && { there: 1 }), refused: 1 }),
  );
  const renewed = Array.from({ length: runs }, () => dice.chance(0.75));
  return { seed, devices, runs, steps, last, renewed };
};

const device = (dice: Random): Device => ({
  storage: dice.weighted<Device["storage"]>({ kept: 8, refused: 2, full: 1 }),
  locks: dice.chance(0.85),
  skew: dice.chance(0.2) ? dice.below(7_200_000) - 3_600_000 : 0,
});

/** A schedule in words, one line a step. */
export const written = ({ seed, devices, steps, last, renewed }: Schedule): string => {
  const line = ({ do: what, ...rest }: Step) =>
    `${what} ${Object.entries(rest)
      .map(([name, value]) => `${name}=${JSON.stringify(value)}`)
      .join(" ")}`;
  return [
    `seed ${seed}`,
    ...devices.map((each, index) => `device ${index}: ${JSON.stringify(each)}`),
    ...steps.map((step, index) => `${String(index + 1).padStart(3)} ${line(step)}`),
    `last pages: ${last.join(", ")}; renewed: ${renewed.join(", ")}`,
  ].join("\n");
};
