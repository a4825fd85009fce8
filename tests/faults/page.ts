/** What happened in a page, with the machine's time. */
export type Heard = [name: string, token: string, detail: Claim, at: number];

export interface Claim {
  outcome: string | null;
  comment?: string | null;
  reasons?: string[];
  reason?: string;
}

/** What a page is given before anything of ours runs in it. */
export interface PageSetup {
  /** How far the schedule's time is ahead of the machine's. */
  ahead: number;
  /** How far the device's clock is off besides. */
  skew: number;
  storage: "kept" | "refused" | "full";
  locks: boolean;
}

declare global {
  interface Window {
    faults: {
      /**
       * Lets time go on; timers that are due fire in their order. False, and nothing done, if a
       * request is under way that is not one of those held back.
       */
      advance(ahead: number, held: number[]): boolean;
      /** Milliseconds to the next timer. */
      due(): number;
      /** Sets the device's clock. */
      jump(skew: number): void;
      /** Timers that are due and have not run yet. */
      firing: number;
      /** The core has trapped. */
      trapped: boolean;
      /** Requests that have not come to their end, by number; those of a vote carry it along. */
      flying: Set<number>;
      heard: Heard[];
      /** The presses that were written down, newest last, as JSON. */
      written: string[];
    };
  }
}

/**
 * Runs in the page first. Timers of more than an instant, the clock and time-outs follow the
 * schedule's time, so that minutes pass in milliseconds; everything else is the browser's own.
 */
export const setUp = ({ ahead: start, skew: offset, storage, locks }: PageSetup): void => {
  const INSTANT = 50;
  const now = Date.now.bind(Date);
  const later = setTimeout.bind(window);
  const never = clearTimeout.bind(window);
  const timers = new Map<number, { due: number; run: () => void }>();
  let ahead = start;
  let skew = offset;
  let last = 1e9;
  const time = () => now() + ahead;
  Date.now = () => time() + skew;
  const shimmed = {
    setTimeout(run: (...given: unknown[]) => void, delay = 0, ...given: unknown[]) {
      if (!(delay > INSTANT)) return later(run, delay, ...given);
      timers.set(++last, { due: time() + delay, run: () => run(...given) });
      return last;
    },
    clearTimeout(id: number) {
      if (!timers.delete(id)) never(id);
    },
    // The machine may be busy with other seeds.
    requestIdleCallback: (run: () => void) => later(run, 1),
  };
  Object.assign(window, shimmed);
  AbortSignal.timeout = (delay: number) => {
    const controller = new AbortController();
    const fail = () => controller.abort(new DOMException("late", "TimeoutError"));
    shimmed.setTimeout(fail, delay);
    return controller.signal;
  };
  const faults: Window["faults"] = {
    advance(to, held) {
      if ([...faults.flying].some((flight) => !held.includes(flight))) return false;
      ahead = to;
      const due = [...timers].filter(([, timer]) => timer.due <= time());
      for (const [id, { run }] of due.sort(([, one], [, other]) => one.due - other.due)) {
        timers.delete(id);
        faults.firing++;
        later(() => {
          faults.firing--;
          run();
        });
      }
      return true;
    },
    due: () => Math.min(...[...timers.values()].map(({ due }) => due - time())),
    jump(to) {
      skew = to;
    },
    firing: 0,
    trapped: false,
    flying: new Set(),
    heard: [],
    written: [],
  };
  window.faults = faults;
  const notice = (error: unknown) => {
    if (error instanceof WebAssembly.RuntimeError) faults.trapped = true;
  };
  addEventListener("error", ({ error }) => notice(error));
  addEventListener("unhandledrejection", ({ reason }) => notice(reason));
  // The page itself says what it has under way of a vote: seen from outside, the end of one request
  // and the beginning of the next may change places.
  const bodies = new WeakMap<Request, BodyInit | null | undefined>();
  window.Request = new Proxy(Request, {
    construct(target, [url, init]: [string, RequestInit | undefined]) {
      const request = new target(url, init);
      bodies.set(request, init?.body);
      return request;
    },
  });
  const underWay = new Map<string, number>();
  const begin = (flight: number, given: [Request | string, RequestInit?]) => {
    const [asked, init] = given;
    const made = asked instanceof Request;
    const body = made ? bodies.get(asked) : init?.body;
    if (typeof body !== "string") return () => {};
    const { feedback_token } = JSON.parse(body);
    if (!feedback_token) return () => {};
    const beside = init?.keepalive ? 0 : (underWay.get(feedback_token) ?? 0);
    const told = { "x-beside": `${beside}`, "x-flight": `${flight}` };
    if (made) for (const [name, value] of Object.entries(told)) asked.headers.set(name, value);
    else given[1] = { ...init, headers: { ...init?.headers, ...told } };
    if (init?.keepalive) return () => {};
    underWay.set(feedback_token, beside + 1);
    let over = false;
    const end = () => {
      if (!over) underWay.set(feedback_token, (underWay.get(feedback_token) as number) - 1);
      over = true;
    };
    (made ? asked : init)?.signal?.addEventListener("abort", end);
    return end;
  };
  let flights = 0;
  window.fetch = new Proxy(fetch, {
    apply(target, self, given: [Request | string, RequestInit?]) {
      const flight = ++flights;
      faults.flying.add(flight);
      const end = begin(flight, given);
      const answer: Promise<Response> = Reflect.apply(target, self, given);
      const down = () => {
        end();
        faults.flying.delete(flight);
      };
      answer.then((response) => {
        const text = response.text.bind(response);
        // Over before whoever reads it goes on.
        response.text = () => text().finally(end);
      }, end);
      // The body too, which is read after this.
      answer.then((response) => response.clone().text().then(down, down), down);
      return answer;
    },
  });
  const { stringify } = JSON;
  JSON.stringify = (value: unknown, ...rest: never[]) => {
    const text = stringify(value, ...rest);
    if (value && typeof value === "object" && "sequence" in value && "pressed" in value) {
      faults.written.push(text);
    }
    return text;
  };
  const tell = (name: string, token: string, detail: Claim) =>
    faults.heard.push([name, token, detail, performance.timeOrigin + performance.now()]);
  for (const name of ["sent", "retract", "queued", "error"]) {
    addEventListener(`feedback-${name}`, (event) => {
      const token = (event.target as Element).getAttribute?.("feedback-token") ?? "";
      tell(name, token, { ...(event as CustomEvent<Claim>).detail });
    });
  }
  // What the person reads.
  const { attachShadow } = Element.prototype;
  Element.prototype.attachShadow = function (options) {
    const root = attachShadow.call(this, options);
    new MutationObserver((changes) => {
      for (const { target } of changes) {
        const { status, outcome } = (target as HTMLElement).dataset;
        if (status !== "sent" || !target.isConnected) continue;
        tell("says sent", this.getAttribute("feedback-token") ?? "", { outcome: outcome || null });
      }
    }).observe(root, { attributeFilter: ["data-status"], subtree: true });
    return root;
  };
  if (!locks) Object.defineProperty(navigator, "locks", { value: undefined });
  if (storage === "refused") {
    Object.defineProperty(window, "localStorage", {
      get() {
        throw new DOMException("refused", "SecurityError");
      },
    });
  } else if (storage === "full") {
    for (let size = 2 ** 23; size; size >>= 1) {
      try {
        localStorage[`full ${size}`] ??= "x".repeat(size);
      } catch {}
    }
  }
};
