import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

interface Body {
  feedback_token: string;
  user_id?: string;
  outcome?: string;
  items?: unknown[];
  intent?: { client: string; sequence: number };
}

interface Call {
  path: string;
  body: Body;
}

/** A receiver that proves every vote and remembers it. */
export interface Receiver {
  address: string;
  /** The votes of a token. */
  of(token: string): Call[];
  /** Waits for a vote of a token. */
  until(token: string): Promise<void>;
  forget(): void;
  close(): Promise<void>;
}

export const openReceiver = async (): Promise<Receiver> => {
  let calls: Call[] = [];
  const server = createServer(async (request, response) => {
    // Also for a sandboxed page, whose origin is none.
    response.setHeader("access-control-allow-origin", "*");
    response.setHeader("access-control-allow-headers", "*");
    if (request.method === "OPTIONS") return response.writeHead(204).end();
    let text = "";
    for await (const part of request) text += part;
    const body = JSON.parse(text || "{}") as Body;
    if (!body.items) calls.push({ path: request.url as string, body });
    response.setHeader("content-type", "application/json");
    response.end(
      JSON.stringify(
        body.items
          ? { items: body.items.map(() => ({ outcome: null })) }
          : { id: "1", comment: null, user_id: null, ...body },
      ),
    );
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const of = (token: string) => calls.filter(({ body }) => body.feedback_token === token);
  return {
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    of,
    async until(token) {
      const end = Date.now() + 30_000;
      while (!of(token).length) {
        if (Date.now() > end) throw new Error(`no vote of ${token}`);
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    },
    forget() {
      calls = [];
    },
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
};
