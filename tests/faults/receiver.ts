import { type ChildProcess, execFile, spawn } from "node:child_process";
import { createHmac } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";

const API_KEY = "an-api-key-for-the-faults";
const AGENT = "agent";

/** What the receiver holds for one key. */
export interface Stored {
  outcome: string;
  comment: string | null;
  reasons: string[];
}

/** The real receiver, one for all seeds; every seed has users of its own. */
export interface Receiver {
  port: number;
  /** A token for a run, bound to a user. `number` tells tokens of one run apart. */
  token(run: string, user: string, number: number, expired: boolean): string;
  /** By run, what is stored for a user. */
  stored(user: string): Promise<Map<string, Stored>>;
  stop(): Promise<void>;
}

export const startReceiver = async (program: string): Promise<Receiver> => {
  const folder = await mkdtemp(join(tmpdir(), "faults-"));
  const { stdout } = await promisify(execFile)(program, [
    "signing-key",
    "new",
    "--data-dir",
    folder,
  ]);
  const { kid, secret } = JSON.parse(stdout) as { kid: string; secret: string };
  const receiver: ChildProcess = spawn(
    program,
    ["serve", "--listen", "127.0.0.1:0", "--data-dir", folder, "--rate-limit", "off"],
    {
      env: { ...process.env, WORKFLOWAI_FEEDBACK_API_KEY: API_KEY },
      stdio: ["ignore", "pipe", "inherit"],
    },
  );
  if (!receiver.stdout) throw new Error("the receiver has no output to read");
  let port = 0;
  for await (const line of createInterface(receiver.stdout)) {
    port = Number(/^ready http:\/\/[^/]*:(\d+)/.exec(line)?.[1] ?? 0);
    if (port) break;
  }
  if (!port) throw new Error("the receiver ended before it was ready");
  receiver.stdout.resume();
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
  return {
    port,
    token(run, user, number, expired) {
      const now = Math.floor(Date.now() / 1000);
      const signed = `${part({ alg: "HS256", typ: "JWT", kid })}.${part({
        agent: AGENT,
        run,
        sub: user,
        aud: "feedback",
        jti: `${number}`,
        exp: expired ? now - 86_400 : now + 86_400,
      })}`;
      return `${signed}.${createHmac("sha256", secret).update(signed).digest("base64url")}`;
    },
    async stored(user) {
      const query = new URLSearchParams({ user_id: user, limit: "100" });
      const response = await fetch(
        `http://127.0.0.1:${port}/v1/_/agents/${AGENT}/feedback?${query}`,
        { headers: { authorization: `Bearer ${API_KEY}` } },
      );
      const { items } = (await response.json()) as { items: (Stored & { run_id: string })[] };
      return new Map(items.map((item) => [item.run_id, item]));
    },
    async stop() {
      const ended = receiver.exitCode === null && once(receiver, "exit");
      receiver.kill();
      await ended;
      await rm(folder, { recursive: true });
    },
  };
};
