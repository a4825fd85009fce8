import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";

const API_KEY = "a-key-of-the-test's-own";

/** A running receiver. */
export interface Receiver {
  url: string;
  /** Its folder, which goes with it. */
  folder: string;
  /** Runs another command on its database; returns what it prints. */
  command(...command: string[]): Promise<string>;
  mint(run: string): Promise<string>;
  listed(agent: string): Promise<Record<string, unknown>[]>;
}

/** Starts a receiver of the test's own, and stops it in the end. */
export async function withReceiver(settings: string[], use: (receiver: Receiver) => Promise<void>) {
  const program = needed("WORKFLOWAI_FEEDBACK_SERVER");
  const folder = await mkdtemp(join(tmpdir(), "clients-"));
  const data = ["--data-dir", folder];
  const started = spawn(program, ["serve", "--listen", "127.0.0.1:0", ...data, ...settings], {
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...process.env, WORKFLOWAI_FEEDBACK_API_KEY: API_KEY },
  });
  try {
    const url = await ready(started);
    const headers = { authorization: `Bearer ${API_KEY}` };
    const command = async (...command: string[]) =>
      (await promisify(execFile)(program, [...command, ...data])).stdout.trim();
    await use({
      url,
      folder,
      command,
      mint: (run) => command("token", "mint", "--agent", "support", "--run", run),
      async listed(agent) {
        const response = await fetch(`${url}/v1/_/agents/${agent}/feedback`, { headers });
        const list = (await response.json()) as { items: Record<string, unknown>[] };
        return list.items;
      },
    });
  } finally {
    const ended = started.exitCode === null && once(started, "exit");
    started.kill();
    await ended;
    await rm(folder, { recursive: true });
  }
}

async function ready(started: ChildProcess): Promise<string> {
  if (!started.stdout) throw new Error("the receiver has no output to read");
  for await (const line of createInterface(started.stdout)) {
    const address = /^ready (http:\S+)/.exec(line)?.[1];
    if (!address) continue;
    started.stdout.resume();
    return address;
  }
  throw new Error("the receiver ended before it was ready");
}

/** A variable that the step of `cargo xtask test` sets. */
export function needed(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set`);
  return value;
}
