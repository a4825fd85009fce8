import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { type AddressInfo, connect, createServer as createSocket } from "node:net";
import { join } from "node:path";
import type { Policy } from "./cells.ts";

const TYPES: Record<string, string> = {
  css: "text/css",
  html: "text/html; charset=utf-8",
  js: "text/javascript",
  json: "application/json",
  map: "application/json",
  mjs: "text/javascript",
  wasm: "application/wasm",
};

/** A page that somebody serves. */
export interface Served {
  address: string;
  close(): Promise<void>;
}

/** Serves a folder, as any web server would. */
export const serveFolder = async (folder: string, policy?: Policy): Promise<Served> => {
  const server = createServer(async (request, response) => {
    const path = decodeURIComponent((request.url as string).replace(/\?.*/, ""));
    if (policy?.sandbox && path === "/") {
      response.setHeader("content-type", TYPES.html as string);
      return response.end(
        `<!doctype html><title>Frame</title><link rel="icon" href="data:,"><iframe sandbox="${policy.sandbox}" src="/index.html" width="800" height="600"></iframe>`,
      );
    }
    if (path === "/favicon.ico") return response.writeHead(204).end();
    const name = path === "/" ? "/index.html" : path;
    const content = await readFile(join(folder, name)).catch(() => undefined);
    if (!content) return response.writeHead(404).end();
    response.setHeader("content-type", TYPES[/\w+$/.exec(name)?.[0] ?? ""] ?? "text/plain");
    if (policy?.sandbox) response.setHeader("access-control-allow-origin", "*");
    if (policy?.header && name.endsWith("html")) {
      response.setHeader("content-security-policy", policy.header);
    }
    for (const [header, value] of Object.entries(policy?.headers ?? {})) {
      response.setHeader(header, value);
    }
    const nonce = policy?.header?.includes("nonce-") && name.endsWith("html");
    response.end(nonce ? `${content}`.replaceAll("<script", '<script nonce="n0nce"') : content);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
};

/** A port that nobody listens on. */
const freePort = async (): Promise<number> => {
  const socket = createSocket().listen(0, "127.0.0.1");
  await once(socket, "listening");
  const { port } = socket.address() as AddressInfo;
  socket.close();
  await once(socket, "close");
  return port;
};

const listens = (port: number) =>
  new Promise<boolean>((resolve) => {
    const socket = connect(port, "127.0.0.1", () => {
      socket.destroy();
      resolve(true);
    });
    socket.on("error", () => resolve(false));
  });

/**
 * Starts a server of somebody else's, and waits until it listens. `PORT` in its arguments and in
 * the values of its environment is replaced.
 */
export const serveBy = async (
  folder: string,
  [file, ...given]: string[],
  env: Record<string, string>,
): Promise<Served> => {
  const port = await freePort();
  const words = given.map((word) => word.replace("PORT", `${port}`));
  const child: ChildProcess = spawn(file as string, words, {
    cwd: folder,
    env: {
      ...process.env,
      ...Object.fromEntries(
        Object.entries(env).map(([name, value]) => [name, value.replace("PORT", `${port}`)]),
      ),
    },
    // A group of its own: such servers start others.
    detached: true,
    // A pipe that stays open: some end when there is nobody to read from.
    stdio: ["pipe", "pipe", "pipe"],
  });
  let printed = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on("data", (data) => {
      printed += data;
    });
  }
  const close = async () => {
    const ended = child.exitCode === null && once(child, "exit");
    try {
      process.kill(-(child.pid as number), "SIGKILL");
    } catch {
      // Ended by itself.
    }
    await ended;
  };
  const end = Date.now() + 120_000;
  while (!(await listens(port))) {
    if (child.exitCode !== null || Date.now() > end) {
      await close();
      throw new Error(`${file} ${words.join(" ")} does not listen:\n${printed}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return { address: `http://127.0.0.1:${port}/`, close };
};
