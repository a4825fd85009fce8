import type { Browser, BrowserContext, Page } from "playwright-core";
import { wrapCore } from "../browser/fixtures/trap.ts";
import { Network, owed, type Passage } from "./network.ts";
import { type Heard, setUp } from "./page.ts";
import { random } from "./random.ts";
import type { Receiver, Stored } from "./receiver.ts";
import type { Core, Outcome, Schedule, Step } from "./schedule.ts";

/** One thing a person did that the widget accepted. */
export interface Press {
  run: number;
  device: number;
  page: number;
  token: string;
  outcome: Outcome | null;
  comment: string | null;
  reasons: string[];
  /** The schedule's time, and the machine's. */
  at: number;
  clock: number;
  epoch: number;
  client?: string;
  sequence?: number;
  /** Why it may be gone: it was in a memory that ended. */
  lost?: string;
}

/** A page that was opened. */
export interface Visit {
  number: number;
  device: number;
  page: Page;
  tokens: string[];
  alive: boolean;
  /** The step in which it ended. */
  ended: number;
  /** The step in which its core trapped. */
  trapped?: number;
  heard: Heard[];
}

/** What is known when a schedule has been played to its end. */
export interface Played {
  schedule: Schedule;
  presses: Press[];
  visits: Visit[];
  network: Network;
  stored: Map<string, Stored>;
  /** By device, the names of what its outbox still holds. */
  kept: string[][];
  /** The tokens that runs have in the end. */
  tokens: string[];
  expired: Set<number>;
  broken: string[];
  /** Steps after which a device's clock was set. */
  jumps: { device: number; at: number }[];
}

export interface Setting {
  browser: Browser;
  receiver: Receiver;
  /** The built package's folder. */
  folder: string;
  orderless: boolean;
}

/** A machine that takes longer than this to come to rest is stuck, in milliseconds. */
const PATIENCE = 20_000;

/** Real time, for requests and pages to settle. */
const pause = (milliseconds: number) => new Promise((done) => setTimeout(done, milliseconds));

/** Plays a schedule. */
export const play = async (setting: Setting, schedule: Schedule): Promise<Played> => {
  const world = new World(setting, schedule);
  try {
    await world.start();
    for (const step of schedule.steps) await world.step(step);
    await world.end();
    return world.result();
  } finally {
    await world.stop();
  }
};

class World {
  readonly network: Network;
  readonly user: string;
  readonly presses: Press[] = [];
  readonly visits: Visit[] = [];
  readonly broken: string[] = [];
  readonly jumps: Played["jumps"] = [];
  readonly expired = new Set<number>();
  readonly #tabs = new Map<string, Visit>();
  readonly #contexts: BrowserContext[] = [];
  readonly #skews: number[];
  readonly #tokens: string[] = [];
  #stored: Map<string, Stored> = new Map();
  #kept: string[][] = [];
  #address = "";
  #made = 0;

  constructor(
    readonly setting: Setting,
    readonly schedule: Schedule,
  ) {
    const { folder, receiver, orderless } = setting;
    const locks = (device: number) => !!schedule.devices[device]?.locks && this.#keeps(device);
    this.network = new Network(schedule.seed, folder, receiver.port, locks, orderless);
    this.user = `user-${schedule.seed}-${Math.random()}`;
    this.#skews = schedule.devices.map(({ skew }) => skew);
  }

  #keeps(device: number) {
    return this.schedule.devices[device]?.storage === "kept";
  }

  async start() {
    this.#address = await this.network.start();
    for (let run = 0; run < this.schedule.runs; run++) this.#renew(run);
    for (const _ of this.schedule.devices) {
      const context = await this.setting.browser.newContext();
      context.setDefaultTimeout(20_000);
      this.#contexts.push(context);
    }
  }

  async stop() {
    await Promise.all(this.#contexts.map((context) => context.close().catch(() => {})));
    await this.network.stop();
  }

  result(): Played {
    return {
      schedule: this.schedule,
      presses: this.presses,
      visits: this.visits,
      network: this.network,
      stored: this.#stored,
      kept: this.#kept,
      tokens: this.#tokens,
      expired: this.expired,
      broken: [...this.broken, ...this.network.broken, ...this.network.beside()],
      jumps: this.jumps,
    };
  }

  #renew(run: number) {
    const { receiver } = this.setting;
    const number = this.#made++;
    const token = receiver.token(`run-${run}`, this.user, number, false);
    const twin = receiver.token(`run-${run}`, this.user, number, true);
    this.network.tokens.set(token, { run, twin, expired: false });
    this.#tokens[run] = token;
    this.expired.delete(run);
  }

  async step(step: Step) {
    this.network.epoch++;
    const visit = "tab" in step ? this.#tabs.get(`${step.device}/${step.tab}`) : undefined;
    switch (step.do) {
      case "open":
        await this.#end(visit, "leave");
        this.#tabs.set(`${step.device}/${step.tab}`, await this.#open(step.device, step.core));
        break;
      case "press":
      case "vote":
      case "write":
        if (visit?.alive) await this.#press(visit, step);
        break;
      case "weather":
        this.network.weather = step.weather;
        await this.#connect(step.weather !== "offline");
        break;
      case "wait":
        await this.#pass(step.milliseconds);
        break;
      case "return":
        await this.#in(visit, () => {
          for (const type of ["focus", "pageshow"]) dispatchEvent(new Event(type));
          document.dispatchEvent(new Event("visibilitychange", { bubbles: true }));
        });
        break;
      case "leave":
      case "close":
      case "kill":
        await this.#end(visit, step.do);
        break;
      case "arrive":
        this.network.sites[visit?.number ?? -1]?.arrive();
        break;
      case "trap":
        // As text: the page's policy allows no `eval`.
        if (visit?.alive) await visit.page.evaluate(`window.trap = ${CALLS[step.where]}`);
        break;
      case "jump":
        this.#skews[step.device] = (this.#skews[step.device] as number) + step.milliseconds;
        this.jumps.push({ device: step.device, at: this.network.now() });
        for (const each of this.#alive(step.device)) {
          await this.#in(each, (skew) => window.faults.jump(skew), this.#skews[step.device]);
        }
        break;
      case "expire": {
        for (const known of this.network.tokens.values()) {
          if (known.run === step.run) known.expired = true;
        }
        this.expired.add(step.run);
        break;
      }
      case "refresh":
        this.#renew(step.run);
        for (const each of this.#alive()) {
          each.tokens[step.run] = this.#tokens[step.run] as string;
          await this.#in(
            each,
            ([run, token]) =>
              document.getElementById(`run-${run}`)?.setAttribute("feedback-token", token),
            [step.run, this.#tokens[step.run] as string] as const,
          );
        }
        break;
      case "release":
        await this.network.release(true);
    }
    await this.#settle();
  }

  /** Everything is let through. */
  async end() {
    const { network, schedule } = this;
    const dice = random("end", schedule.seed);
    network.epoch++;
    network.over = true;
    if (dice.chance(0.5)) await network.release(true);
    await this.#connect(true);
    for (const run of [...this.expired]) if (schedule.renewed[run]) this.#renew(run);
    if (dice.chance(0.3)) await this.#pass(700_000);
    for (const { arrive } of network.sites) arrive();
    for (const visit of this.#alive()) {
      // The shell alone sends when it is left.
      const alone = network.sites[visit.number]?.core === "nothing";
      if (dice.chance(0.7) || alone) await this.#end(visit, "leave");
    }
    for (const [device, core] of schedule.last.entries()) {
      network.epoch++;
      await this.#open(device, core);
      await this.#settle();
    }
    await this.#pass(1_300_000);
    await this.#pass(400_000);
    await network.release(true);
    await this.#settle();
    // A machine with other things to do loads files late, and what comes after them: the time is for
    // a failure alone.
    for (let time = 0; time < 40; time++) {
      await this.#look();
      if (!this.#kept.flat().some((name) => owed(name, network, this.expired))) break;
      await pause(250);
      await this.#pass(400_000);
      await network.release(true);
      await this.#settle();
    }
    this.#stored = await this.setting.receiver.stored(this.user);
  }

  /** Reads what the outboxes hold. */
  async #look() {
    for (const device of this.schedule.devices.keys()) {
      const [visit] = this.#alive(device);
      this.#kept[device] =
        (this.#keeps(device) &&
          visit &&
          (await visit.page.evaluate(() => Object.keys(localStorage)))) ||
        [];
    }
  }

  #alive(device?: number) {
    return this.visits.filter(
      (visit) => visit.alive && (device === undefined || visit.device === device),
    );
  }

  async #open(device: number, core: Core): Promise<Visit> {
    const { network, schedule } = this;
    const number = network.sites.length;
    const context = this.#contexts[device] as BrowserContext;
    let arrive = () => {};
    const arrived = new Promise<void>((resolve) => {
      arrive = resolve;
    });
    const elements = this.#tokens.map(
      (token, run) =>
        `<workflowai-feedback id="run-${run}" feedback-token="${token}"
          reasons='["Slow", "Wrong", "Not asked"]'></workflowai-feedback>`,
    );
    const html = `<!doctype html><html lang="en"><title>Answers</title>${elements.join("")}
      <script type="module" src="/package/${number}/index.js"></script></html>`;
    network.sites.push({ core, html, device, leaving: false, arrive, arrived });
    const page = await context.newPage();
    const tokens = [...this.#tokens];
    const visit: Visit = { number, device, page, tokens, alive: true, ended: 0, heard: [] };
    page.on("crash", () => {
      this.#died(visit);
    });
    const { storage, locks } = schedule.devices[device] as Schedule["devices"][number];
    // What the compiler of these tests puts around functions is not there in the page.
    await page.addInitScript({ content: "globalThis.__name = (named) => named;" });
    const skew = this.#skews[device] as number;
    await page.addInitScript(setUp, { ahead: network.ahead, skew, storage, locks });
    if (core === "trap") await page.addInitScript(wrapCore);
    // Offline the site itself cannot be reached.
    await context.setOffline(false);
    await page.goto(`${this.#address}/page/${number}`);
    await this.#connect(network.over || network.weather !== "offline");
    this.visits.push(visit);
    return visit;
  }

  async #connect(online: boolean) {
    await Promise.all(this.#contexts.map((context) => context.setOffline(!online)));
  }

  /** A page is gone without a word: what was in its memory alone is lost. */
  #died(visit: Visit) {
    if (!visit.alive) return;
    visit.alive = false;
    visit.ended = this.network.epoch;
    (this.network.sites[visit.number] as { leaving: boolean }).leaving = true;
    this.#lose(visit, "killed");
  }

  #lose(visit: Visit, why: string) {
    if (this.#keeps(visit.device)) return;
    for (const press of this.presses) if (press.page === visit.number) press.lost ??= why;
  }

  async #end(visit: Visit | undefined, how: "leave" | "close" | "kill") {
    if (!visit?.alive) return;
    await this.#collect(visit);
    const { network } = this;
    const site = network.sites[visit.number];
    if (how === "kill") {
      const session = await visit.page.context().newCDPSession(visit.page);
      const crashed = visit.page.waitForEvent("crash").catch(() => {});
      session.send("Page.crash").catch(() => {});
      await crashed;
      this.#died(visit);
      await visit.page.close().catch(() => {});
      return;
    }
    // A last word takes a connection: without one there is what the device keeps.
    const offline = how === "close" && !network.over && network.weather === "offline";
    if (offline) this.#lose(visit, "closed without a connection");
    const waiting = offline ? [] : await this.#waiting(visit);
    const seen = network.passages.length;
    if (site) site.leaving = true;
    visit.alive = false;
    visit.ended = network.epoch;
    if (how === "leave") {
      await visit.page.context().setOffline(false);
      await visit.page.goto(`${this.#address}/elsewhere`);
      await this.#connect(network.over || network.weather !== "offline");
    }
    // The last words are on their way when the page is gone.
    const out = (press: Press) =>
      network.passages.slice(seen).find((passage) => of(press)(passage) && passage.leaving);
    const proven = (press: Press) =>
      network.passages.some((passage) => of(press)(passage) && passage.final !== undefined);
    // The time is for a failure alone.
    for (
      let time = 0;
      time < 500 && !waiting.every((press) => out(press) || proven(press));
      time++
    ) {
      await pause(time < 20 ? 5 : 20);
      if (how === "close" && time === 0) await visit.page.close({ runBeforeUnload: false });
    }
    if (!visit.page.isClosed()) await visit.page.close();
    await this.#settle();
    for (const press of waiting) {
      const passage = out(press);
      if (!passage) {
        // The proof came while the page was about to be left.
        if (!proven(press)) {
          this.broken.push(`nothing went out on leaving: ${JSON.stringify(press)}`);
        }
      } else if (!network.arrivals.some((arrival) => arrival.passage === passage)) {
        if (!this.#keeps(visit.device)) press.lost ??= "left without a connection";
      }
    }
  }

  /** The presses of a page that are not proven yet, by its own account. */
  async #waiting(visit: Visit): Promise<Press[]> {
    const newest = new Map<string, Press>();
    for (const press of this.presses)
      if (press.page === visit.number) newest.set(press.token, press);
    const kept = this.#keeps(visit.device)
      ? await visit.page.evaluate(() => Object.entries<string>({ ...localStorage }))
      : undefined;
    return [...newest.values()].filter(
      (press) =>
        (!this.#keeps(visit.device) || press.sequence !== undefined) &&
        (kept
          ? // A tab that took a vote over to a fresh token has the last word about it.
            kept.some(
              ([name, text]) => name.includes(press.token) && text.includes(`${press.sequence}`),
            )
          : !this.network.passages.some(
              (passage) => of(press)(passage) && passage.final !== undefined,
            )),
    );
  }

  async #press(visit: Visit, step: Extract<Step, { do: "press" | "vote" | "write" }>) {
    const before = this.network.now();
    const done = await this.#in(
      visit,
      (step) => {
        const element = document.getElementById(`run-${step.run}`) as HTMLElement & {
          outcome: string | null;
          vote(outcome: string | null, options: object): void;
        };
        const find = (selector: string) =>
          element.shadowRoot?.querySelector<HTMLButtonElement>(selector);
        const before = element.outcome;
        const { written } = window.faults;
        const count = written.length;
        let said: { comment?: string | undefined; reasons?: string[] | undefined } = {};
        if (step.do === "vote") {
          const { comment, reasons } = step;
          said = { comment, reasons };
          element.vote(step.outcome, said);
        } else if (step.do === "write") {
          const text = element.shadowRoot?.querySelector("textarea");
          if (!before || !text) return;
          text.value = step.comment;
          text.dispatchEvent(new Event("input", { bubbles: true, composed: true }));
          find("[name=send]")?.click();
          said = { comment: step.comment };
        } else {
          if (!(step.outcome ?? before)) return;
          find(`[value=${step.outcome ?? before}]`)?.click();
        }
        const { outcome } = element;
        const record = written.length > count ? written[written.length - 1] : undefined;
        return { outcome, said, record };
      },
      step,
    );
    if (!done) return;
    // What only a memory holds may be numbered anew by whoever takes it over.
    const record = this.#keeps(visit.device) ? done.record : undefined;
    const { client, sequence } = JSON.parse(record ?? "{}");
    if (step.do === "press" && step.outcome && done.outcome !== step.outcome && done.outcome) {
      this.broken.push(`pressed ${step.outcome}, shown ${done.outcome}`);
    }
    this.presses.push({
      run: step.run,
      device: visit.device,
      page: visit.number,
      token: visit.tokens[step.run] as string,
      outcome: done.outcome as Outcome | null,
      comment: done.said.comment ?? null,
      reasons: done.said.reasons ?? [],
      at: before,
      clock: Date.now() - 50,
      epoch: this.network.epoch,
      client,
      sequence,
    });
  }

  /** Runs in a page, unless it is gone. */
  async #in<Given, Result>(
    visit: Visit | undefined,
    run: (given: Given) => Result,
    given?: Given,
  ): Promise<Awaited<Result> | undefined> {
    if (!visit?.alive) return;
    try {
      return await visit.page.evaluate(run as (given: unknown) => Result, given);
    } catch (error) {
      // A renderer may take other tabs with it.
      if (!visit.alive || /crash|closed/.test(`${error}`)) {
        this.#died(visit);
        return;
      }
      throw error;
    }
  }

  /** Lets time pass, from one timer to the next. */
  async #pass(milliseconds: number) {
    const { network } = this;
    const end = network.ahead + milliseconds;
    const limit = Date.now() + 3 * PATIENCE;
    for (let turn = 0; network.ahead < end; turn++) {
      const dues = await Promise.all(
        this.#alive().map((visit) => this.#in(visit, () => window.faults.due())),
      );
      // `Infinity` does not pass as JSON.
      const due = Math.min(...dues.map((due) => due ?? Number.POSITIVE_INFINITY), network.due());
      const before = network.ahead;
      network.ahead = Math.min(end, before + Math.max(due, 0) + 1);
      network.epoch++;
      network.lag = network.ahead - before;
      for (const visit of this.#alive()) {
        // A request that left meanwhile must not meet its time-out before it arrives.
        while (
          (await this.#in(visit, ([ahead, held]) => window.faults.advance(ahead, held), [
            network.ahead,
            network.heldBack(visit.number),
          ] as const)) === false
        ) {
          await pause(5);
          if (Date.now() > limit) throw new Error(`no end of requests: ${network.unrest()}`);
        }
      }
      network.lag = 0;
      if (network.due() <= 0) {
        // What a page gave up for its time-out gets no answer: the news must be here first.
        await this.#settle();
        await network.release(false);
      }
      await this.#settle();
      if (turn > 400) throw new Error("time does not go on");
    }
  }

  /** Waits until pages and requests have nothing more to do now. */
  async #settle() {
    const limit = Date.now() + PATIENCE;
    for (let calm = 0; calm < 2; ) {
      if (Date.now() > limit)
        throw new Error(`no rest after step ${this.network.epoch}: ${this.network.unrest()}`);
      const before = this.network.passages.length;
      const visits = this.#alive();
      const flying = await Promise.all(
        visits.map((visit) =>
          this.#in(
            visit,
            () =>
              new Promise<number[]>((done) => {
                const { faults } = window;
                // A timer is no request, and as little at rest.
                const tell = () => done([...faults.flying, ...(faults.firing ? [0] : [])]);
                const channel = new MessageChannel();
                channel.port1.onmessage = () => requestAnimationFrame(tell);
                channel.port2.postMessage(0);
                setTimeout(tell, 40);
              }),
          ),
        ),
      );
      // What a page has under way is what the network holds back: neither has an end of a request
      // before it that the other has not heard of.
      const agreed = visits.every(
        ({ number, alive }, index) =>
          !alive || `${flying[index]?.sort()}` === `${this.network.heldBack(number).sort()}`,
      );
      const still = this.network.quiet() && this.network.passages.length === before && agreed;
      calm = still ? calm + 1 : 0;
      if (!still) await pause(3);
    }
    for (const visit of this.#alive()) await this.#collect(visit);
  }

  /** What a page said so far. */
  async #collect(visit: Visit) {
    const told = await this.#in(visit, () => {
      const { heard, trapped } = window.faults;
      return { heard: heard.splice(0), trapped };
    });
    if (!told) return;
    visit.heard.push(...told.heard);
    if (told.trapped) visit.trapped ??= this.network.epoch;
  }
}

/** Whether a request is about a press. */
export const of =
  (press: Press) =>
  ({ page, run, body: { outcome, comment, intent } }: Passage): boolean =>
    press.sequence !== undefined
      ? intent.client === press.client && intent.sequence === press.sequence
      : page === press.page &&
        run === press.run &&
        (outcome ?? null) === press.outcome &&
        (comment ?? null) === press.comment;

/** The calls of the core that can trap, by their arguments; see `../browser/fixtures/trap.ts`. */
const CALLS = {
  listener: "(given) => given[2] instanceof Event",
  future: "(given) => given.length === 3 && given[2] === undefined",
  answer: "(given) => given[2] instanceof Response",
  vote: "(given) => given.length === 6",
};
