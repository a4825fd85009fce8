import { once } from "node:events";
import { readFile } from "node:fs/promises";
import {
  createServer,
  type IncomingMessage,
  request as open,
  type ServerResponse,
} from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { type Random, random } from "./random.ts";
import type { Core, Weather } from "./schedule.ts";

/** What becomes of a request. */
export type Fate =
  | "through"
  | "slow"
  /** Hung up before anything of it was read. */
  | "reset before"
  /** Hung up after the receiver had read it. */
  | "reset after"
  /** Hung up; it reaches the receiver minutes later. */
  | "held"
  /** Never answered; it reaches the receiver minutes later. */
  | "stuck"
  /** The receiver has it at once; the answer takes long. */
  | "answered late"
  | "busy"
  | "broken"
  | "portal"
  | "another's"
  | "empty"
  | "redirect"
  | "cut"
  | "error inside"
  | "refused";

const FATES: Record<Weather, Partial<Record<Fate, number>>> = {
  clear: { through: 6, slow: 2 },
  rain: {
    through: 8,
    slow: 4,
    "reset before": 1,
    "reset after": 2,
    held: 1,
    stuck: 1,
    "answered late": 1,
    busy: 2,
    broken: 1,
    portal: 0.5,
    "another's": 0.5,
    empty: 0.5,
    redirect: 0.5,
    cut: 0.5,
    "error inside": 0.5,
    refused: 0.4,
  },
  storm: {
    "reset before": 2,
    "reset after": 2,
    held: 3,
    stuck: 2,
    "answered late": 1,
    busy: 3,
    broken: 2,
    portal: 1,
    "another's": 1,
    empty: 1,
    redirect: 1,
    cut: 1,
    "error inside": 1,
  },
  offline: { "reset before": 1 },
};

interface Body {
  feedback_token: string;
  outcome?: string;
  comment?: string;
  reasons?: string[];
  intent: { client: string; sequence: number; age: number };
}

/** One request of a vote, as the network saw it. Times are the machine's, but for the claim. */
export interface Passage {
  page: number;
  token: string;
  run: number;
  body: Body;
  fate: Fate;
  /** The step of the schedule in which it arrived. */
  epoch: number;
  /** The page was being left. */
  leaving: boolean;
  /** The schedule's time at which it arrived. */
  at: number;
  /** The schedule's time of the press by the request's own account, when it arrived. */
  pressed: number;
  /** It arrived while time was made to pass, so `pressed` is no measure. */
  vague: boolean;
  /** No request before this, in the schedule's time, since the page was told so. */
  until?: number;
  /** It came to no end yet. */
  open: boolean;
  /** No answer is on its way to the page. */
  held: boolean;
  /** The page's number for it. */
  flight: number;
  /** The page gave it up in this step. */
  aborted?: number;
  /** The connection was ended from this side. */
  ended: boolean;
  /** The page gets a final answer, a proof or a refusal, in this step. */
  final?: number;
}

/** What the receiver did with a request, in its order. */
export interface Arrival {
  passage: Passage;
  /** The schedule's time of the press by the request's own account, when it was delivered. */
  pressed: number;
  applied: boolean;
  status: number;
  /** When the receiver had answered: it holds the vote from here on at the latest. */
  at: number;
}

/** A page's place on the network. */
export interface Site {
  core: Core;
  html: string;
  device: number;
  leaving: boolean;
  /** Lets the core arrive. */
  arrive(): void;
  arrived: Promise<void>;
}

/** What is asked of the receiver is moved by this, so that no press is ahead of its clock. */
const PAST = 400 * 86_400_000;

const OPEN = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'";
const STRICT = "default-src 'none'; script-src 'self'; connect-src 'self'";
const PAGE = "<!doctype html><title>Answers</title><h1>Please sign in</h1>";
const TYPES: Record<string, string> = { js: "text/javascript", wasm: "application/wasm" };

/** A site, and the way from its pages to the receiver. */
export class Network {
  weather: Weather = "clear";
  ahead = 0;
  epoch = 0;
  /** How far a page's clock may be behind while time is being made to pass, in milliseconds. */
  lag = 0;
  /** Nothing is held back or answered wrongly any more. */
  over = false;
  readonly sites: Site[] = [];
  readonly passages: Passage[] = [];
  readonly arrivals: Arrival[] = [];
  /** What breaks a rule, found on the way. */
  readonly broken: string[] = [];
  /** Tokens by what the schedule knows of them. */
  readonly tokens = new Map<string, { run: number; twin: string; expired: boolean }>();
  #held: { due: number; deliver: () => Promise<void> }[] = [];
  /** Files under way, but for those held back. */
  #files = new Set<ServerResponse>();
  #attempts = new Map<string, number>();
  #doubtful: [Passage, Passage][] = [];
  #queue: Promise<unknown> = Promise.resolve();
  #server = createServer((request, response) => {
    this.#answer(request, response).catch(() => request.socket.destroy());
  });

  constructor(
    readonly seed: number,
    readonly folder: string,
    readonly port: number,
    readonly locks: (device: number) => boolean,
    /** A receiver that forgets to look at the order, for a mutant. */
    readonly orderless: boolean,
  ) {}

  async start(): Promise<string> {
    this.#server.listen(0, "127.0.0.1");
    await once(this.#server, "listening");
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, "close");
  }

  /** The schedule's time. */
  now(): number {
    return Date.now() + this.ahead;
  }

  /** Milliseconds until something that is held back is due. */
  due(): number {
    return Math.min(...this.#held.map(({ due }) => due - this.now()));
  }

  /** Delivers what is due; everything, in another order, if `all`. */
  async release(all: boolean): Promise<void> {
    const now = this.now();
    const out = this.#held.filter(({ due }) => all || due <= now);
    this.#held = this.#held.filter((each) => !out.includes(each));
    // The newest first: older ones must not win.
    for (const { deliver } of all ? out.reverse() : out) await deliver();
  }

  /** The requests of a page that are held back and may stay open, by the page's numbers. */
  heldBack(page: number): number[] {
    return this.passages
      .filter((passage) => passage.page === page && passage.open && passage.held)
      .map(({ flight }) => flight);
  }

  /** What has not come to its end, in words. */
  unrest(): string {
    const open = this.passages.filter((passage) => passage.open).map(told);
    return `${this.#files.size} files, ${open.join(" ")}`;
  }

  /** Whether every request but those held back has come to its end. */
  quiet(): boolean {
    if (this.#files.size) return false;
    return !this.passages.some(({ open, held }) => open && !held);
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = (request.url as string).replace(/\?.*/, "");
    if (path.startsWith("/v1/")) return this.#vote(request, response, path);
    const [, kind, number, file = ""] = /^\/(\w+)\/(\d+)\/?(.*)$/.exec(path) ?? [];
    const site = this.sites[Number(number)];
    if (kind === "package" && site) {
      this.#files.add(response);
      response.on("close", () => this.#files.delete(response));
      return this.#file(site, file, response);
    }
    response.setHeader("content-type", "text/html; charset=utf-8");
    if (kind === "page" && site) {
      response.setHeader("content-security-policy", site.core === "refused" ? STRICT : OPEN);
      return void response.end(site.html);
    }
    response.end(PAGE);
  }

  async #file(site: Site, file: string, response: ServerResponse): Promise<void> {
    const { core } = site;
    const gone =
      (file === "core-inline.js" && ["missing", "cut", "page"].includes(core)) ||
      (file === "core.wasm" && core === "missing") ||
      (file === "loader.js" && ["no loader", "nothing"].includes(core)) ||
      (file === "without-core.js" && core === "nothing");
    if (gone) return void response.writeHead(404).end();
    if (file === "loader.js" && core === "late") {
      this.#files.delete(response);
      await site.arrived;
      if (!response.closed) this.#files.add(response);
    }
    const own = await readFile(join(this.folder, file)).catch(() => undefined);
    if (!own) return void response.writeHead(404).end();
    if (file === "core.wasm" && core === "page") {
      return void response.writeHead(200, { "content-type": "text/html" }).end(PAGE);
    }
    response.setHeader("content-type", TYPES[/\.(\w+)$/.exec(file)?.[1] ?? ""] ?? "text/plain");
    response.end(file === "core.wasm" && core === "cut" ? own.subarray(0, own.length / 2) : own);
  }

  async #vote(request: IncomingMessage, response: ServerResponse, path: string): Promise<void> {
    let text = "";
    for await (const part of request) text += part;
    const body: Body = JSON.parse(text);
    const page = Number(/\/page\/(\d+)/.exec(request.headers.referer ?? "")?.[1]);
    const site = this.sites[page] as Site;
    const known = this.tokens.get(body.feedback_token);
    if (!known || !site) throw new Error(`a request of no page or token: ${text}`);
    const { run } = known;
    const place = `${site.device}/${run}`;
    const attempt = (this.#attempts.get(place) ?? 0) + 1;
    this.#attempts.set(place, attempt);
    const dice = random("network", this.seed, place, attempt);
    const weather = this.over ? "clear" : this.weather;
    const passage: Passage = {
      page,
      token: body.feedback_token,
      run,
      body,
      fate: dice.weighted<Fate>(FATES[weather]),
      epoch: this.epoch,
      leaving: site.leaving,
      at: this.now(),
      pressed: this.now() - body.intent.age * 1000,
      vague: this.lag > 0,
      open: true,
      held: false,
      flight: Number(request.headers["x-flight"]),
      ended: false,
    };
    passage.held = passage.fate === "stuck" || passage.fate === "answered late";
    this.#watch(passage, site, Number(request.headers["x-beside"] ?? 0));
    this.passages.push(passage);
    response.on("close", () => {
      passage.open = false;
      if (!passage.ended && !response.writableEnded) passage.aborted = this.epoch;
    });
    await this.#fulfil(passage, path, dice, request, response);
  }

  /** Requests of one vote that were open while another page's began. */
  beside(): string[] {
    return (
      this.#doubtful
        // One that was given up in the same step was so before: the news came later than the request.
        .filter(([{ aborted }, { epoch }]) => aborted !== epoch)
        .map((both) => `two requests of one vote at a time: ${both.map(told).join(", ")}`)
    );
  }

  /** The rules that show while requests pass by. */
  #watch(passage: Passage, site: Site, beside: number): void {
    if (passage.leaving) return;
    if (beside) this.broken.push(`a page has ${beside + 1} requests of a vote: ${told(passage)}`);
    for (const other of this.passages) {
      const { leaving, open } = other;
      const theirs = this.sites[other.page] as Site;
      if (leaving || theirs.leaving || theirs.device !== site.device) continue;
      if (other.token !== passage.token) continue;
      if (open && other.page !== passage.page && this.locks(site.device)) {
        this.#doubtful.push([other, passage]);
      }
      if (
        other.page === passage.page &&
        other.until !== undefined &&
        this.epoch > other.epoch &&
        this.now() < other.until - 1000
      ) {
        this.broken.push(`sooner than Retry-After allows: ${told(other)}, ${told(passage)}`);
      }
    }
  }

  async #fulfil(
    passage: Passage,
    path: string,
    dice: Random,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    const { fate } = passage;
    const hangUp = () => {
      passage.ended = true;
      request.socket.destroy();
    };
    const json = (status: number, value: unknown, headers = {}) =>
      response
        .writeHead(status, { "content-type": "application/json", ...headers })
        .end(JSON.stringify(value));
    const error = (code: string) => ({ error: { code, message: "" } });
    const later = (least: number, most: number, deliver: () => Promise<void>) =>
      this.#held.push({ due: this.now() + least + dice.below(most - least), deliver });
    switch (fate) {
      case "slow":
      case "through": {
        if (fate === "slow") {
          await new Promise((resolve) => setTimeout(resolve, 2 + dice.below(15)));
        }
        const { status, reply, final } = await this.#deliver(passage, path);
        if (final) passage.final = this.epoch;
        return void json(status, reply);
      }
      case "reset before":
        return void hangUp();
      case "reset after":
        await this.#deliver(passage, path);
        return void hangUp();
      case "held":
      case "stuck":
        later(60_000, 1_200_000, async () => void (await this.#deliver(passage, path)));
        if (fate === "held") hangUp();
        return;
      case "answered late": {
        const { status, reply, final } = await this.#deliver(passage, path);
        later(2_000, 40_000, async () => {
          if (final && passage.open) passage.final = this.epoch;
          passage.held = false;
          json(status, reply);
        });
        return;
      }
      case "busy": {
        const wait = dice.pick([0, 5_000, 60_000, 600_000]);
        const until = this.now() - this.lag + wait;
        const date = dice.chance(0.5);
        // A date has whole seconds and means what the device's clock says.
        if (wait && !date) passage.until = until;
        return void json(dice.pick([429, 503]), error("busy"), {
          ...(wait && {
            "retry-after": date ? new Date(until).toUTCString() : `${wait / 1000}`,
          }),
        });
      }
      case "broken":
        return void response.writeHead(dice.pick([408, 425, 500, 502, 504])).end(PAGE);
      case "portal":
        return void response.writeHead(200, { "content-type": "text/html" }).end(PAGE);
      case "another's":
        return void json(200, {
          id: "1",
          outcome: passage.body.outcome ?? null,
          comment: passage.body.comment ?? null,
          user_id: null,
          intent: { client: "another", sequence: 1 },
        });
      case "empty":
        return void response.writeHead(204).end();
      case "redirect":
        return void response.writeHead(303, { location: "/sign-in" }).end();
      case "cut": {
        const { reply } = await this.#deliver(passage, path);
        const whole = JSON.stringify(reply);
        response.writeHead(200, { "content-length": whole.length });
        return void response.write(whole.slice(0, whole.length / 2), hangUp);
      }
      case "error inside":
        return void json(200, { ...error("unavailable"), outcome: passage.body.outcome ?? null });
      case "refused":
        passage.final = this.epoch;
        return void json(dice.pick([400, 403, 422]), error("not_this_one"));
    }
  }

  /** Hands a request to the receiver, one at a time, so that their order is known. */
  #deliver(passage: Passage, path: string) {
    const turn = this.#queue.then(() => this.#forward(passage, path));
    this.#queue = turn.catch(() => {});
    return turn;
  }

  async #forward(passage: Passage, path: string) {
    const token = this.tokens.get(passage.token);
    const { intent, ...vote } = passage.body;
    const pressed = this.now() - intent.age * 1000;
    // The receiver's clock does not follow the schedule's: ages do.
    const age = Math.round((Date.now() - pressed + PAST) / 1000);
    const sent = {
      ...vote,
      feedback_token: token?.expired ? token.twin : passage.token,
      ...(!this.orderless && { intent: { ...intent, age } }),
    };
    const call = open({
      port: this.port,
      host: "127.0.0.1",
      path,
      method: "POST",
      headers: { "content-type": "application/json" },
    });
    call.end(JSON.stringify(sent));
    const [answer] = (await once(call, "response")) as [IncomingMessage];
    let text = "";
    for await (const part of answer) text += part;
    const reply = JSON.parse(text);
    const status = answer.statusCode as number;
    if (this.orderless && status === 200) {
      reply.intent = { client: intent.client, sequence: intent.sequence };
    }
    const applied = status === 200 && reply.applied !== false;
    this.arrivals.push({ passage, pressed, applied, status, at: Date.now() });
    return { status, reply, final: status === 200 };
  }
}

/** Which run an item of an outbox is about. */
export const runOfItem = (name: string, { tokens }: Network): number | undefined =>
  [...tokens].find(([token]) => name.includes(token))?.[1].run;

/** Whether an item of an outbox has to go out: its run has a token that counts. */
export const owed = (name: string, network: Network, expired: Set<number>): boolean => {
  const run = runOfItem(name, network);
  return run === undefined || !expired.has(run);
};

/** A request in words. */
export const told = ({ page, run, body, fate, epoch }: Passage): string =>
  `[page ${page}, run ${run}, step ${epoch}: ${body.outcome ?? "taken back"} ${
    body.comment ?? ""
  } by ${body.intent.client}/${body.intent.sequence}, ${fate}]`;
