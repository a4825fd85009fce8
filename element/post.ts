import { type Answer, readAnswer, retryAfter } from "./answer.ts";
import {
  abandon,
  answer,
  type Delivery,
  due,
  type Effects,
  gone,
  newDelivery,
  resume,
  sent,
  wake,
} from "./delivery.ts";
import { fold, forget, guard, keys, lock, read } from "./device.ts";
import { type Kept, PREFIX, record, post as request, setting } from "./outbox.ts";

// The work of the page, as in `src/page.rs`: a vote goes on when its widget is gone.

/** What a widget hears of its key. */
export interface Watcher {
  /** The state changed. */
  _changed(): void;
  /** The page is to be told; false if a listener objects. */
  _tell(name: string, intent: Kept): boolean;
}

/** A vote's place on this page, shared by all widgets of its key. */
export interface Post {
  readonly _key: string;
  readonly _delivery: Delivery;
  readonly _watchers: Set<Watcher>;
  _timer?: ReturnType<typeof setTimeout>;
  /** The last sequence that `feedback-before-send` let through. */
  _announced: number;
}

const TIMEOUT = 15_000;
/** What `setTimeout` can wait. */
const LONGEST_WAIT = 2 ** 31 - 1;
const EVENTS = { sent: "sent", retracted: "retract", queued: "queued", rejected: "error" };

const posts = new Map<string, Post>();
let unproven = 0;

/** The post of a key, made if it is new. */
export const open = (key: string): Post => {
  let post = posts.get(key);
  if (!post) {
    if (!posts.size) {
      for (const type of ["online", "pageshow", "visibilitychange"])
        addEventListener(type, wakeAll);
      addEventListener("storage", hear);
      guard();
    }
    post = { _key: key, _delivery: newDelivery(), _watchers: new Set(), _announced: 0 };
    posts.set(key, post);
  }
  return post;
};

/** Lets go of a widget. */
export const close = (post: Post, watcher: Watcher): void => {
  post._watchers.delete(watcher);
  run(post, {});
};

/** Takes up what the outbox holds for a key, also from a token before. */
export const takeUp = (post: Post): void => {
  if (post._watchers.size) fold(post._key);
  const kept = read(post._key);
  if (kept) run(post, resume(post._delivery, kept));
};

/** Takes up whatever the outbox holds for a receiver, also for answers that are not on this page. */
export const takeUpAll = (endpoint: string): void => {
  for (const key of keys(endpoint)) takeUp(open(key));
};

/** Another tab wrote down a newer press, or has seen to this one. */
const hear = ({ key, newValue }: StorageEvent) => {
  const post = posts.get(`${key}`.slice(PREFIX.length));
  if (!post) return;
  if (newValue) takeUp(post);
  else if (!read(post._key)) run(post, gone(post._delivery));
};

const wakeAll = () => {
  if (document.hidden) return;
  for (const post of posts.values()) {
    takeUp(post);
    run(post, wake(post._delivery));
  }
};

/** Does what an event asks for; `about` is the intent that a notice is about. */
export const run = (post: Post, effects: Effects, about?: Kept): void => {
  const { _key: key, _delivery: delivery, _watchers: watchers } = post;
  const { _remove, _notice, _wait } = effects;
  if (effects._store && delivery._intent) {
    delivery._intent = record(key, delivery._intent.outcome, delivery._intent);
  }
  if (_remove) forget(key, _remove);
  for (const watcher of watchers) watcher._changed();
  // One widget speaks to the page, or two copies would report one vote twice.
  const [first] = watchers;
  const name = EVENTS[_notice as keyof typeof EVENTS];
  if (name && about) first?._tell(name, about);
  if (effects._send) {
    clearTimeout(post._timer);
    send(post);
  }
  if (_wait !== undefined) {
    clearTimeout(post._timer);
    post._timer = setTimeout(() => run(post, due(delivery)), Math.min(_wait, LONGEST_WAIT));
  }
  // Nobody watches and nobody voted. A vote is remembered for when its element comes back.
  if (!watchers.size && !delivery._held && delivery._status === "idle") posts.delete(key);
};

const send = async (post: Post) => {
  const delivery = post._delivery;
  const intent = delivery._intent;
  if (!intent || delivery._inFlight) return;
  sent(delivery);
  if (intent.sequence > post._announced) {
    post._announced = intent.sequence;
    const [first] = post._watchers;
    if (first && !first._tell("before-send", intent)) {
      delivery._inFlight = undefined;
      // A listener may have voted anew.
      run(post, delivery._intent === intent ? abandon(delivery, "idle") : wake(delivery));
      return;
    }
  }
  const release = await lock(post._key);
  // Pressed again, or seen to by another tab, while this one waited.
  if (delivery._intent !== intent) {
    release();
    delivery._inFlight = undefined;
    run(post, wake(delivery));
    return;
  }
  const read = await attempt(post._key, intent);
  if (read[0] === "unproven" && ++unproven === 3) {
    console.warn(
      "workflowai-feedback: something answers that is no receiver of feedback. Is api-url right?",
    );
  }
  run(post, answer(delivery, read, Math.random()), intent);
  // The outbox says by now what other tabs need to know.
  release();
};

/** One request, its body included, within the time. */
const attempt = async (key: string, intent: Kept): Promise<Answer> => {
  const user: string = JSON.parse(key)[2];
  try {
    const signal = AbortSignal.timeout(TIMEOUT);
    // The page's own `send` may not look at the signal.
    const late = new Promise<never>((_, reject) => {
      signal.onabort = reject;
    });
    const exchange = async (): Promise<Answer> => {
      const own = setting("send");
      const reply = await request(key, intent, { signal, keepalive: false });
      if (own) return readAnswer(intent, user, 200, 0, reply);
      const response = reply as Response;
      const text = await response.text();
      let body: unknown;
      try {
        body = JSON.parse(text);
      } catch {}
      const wait = retryAfter(response.headers.get("retry-after"));
      return readAnswer(intent, user, response.status, wait, body);
    };
    return await Promise.race([exchange(), late]);
  } catch (error) {
    // The page's own `send` may throw what `./client` does.
    const { status, code, retryAfter } = error as {
      status?: number;
      code?: string;
      retryAfter?: number;
    };
    return status
      ? readAnswer(intent, user, status, retryAfter || 0, { error: { code } })
      : ["failed"];
  }
};
