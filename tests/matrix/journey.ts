import assert from "node:assert/strict";
import type { Browser, Frame, Page } from "playwright-core";
import type { Receiver } from "./receiver.ts";

/** What a page told about itself on the way. */
export interface Told {
  /** How the core came to the page. */
  core: "file" | "script" | "none";
  /** What the console said, but for what the bundler's own server says there. */
  said: string[];
}

/** What development servers and builds write for their own users. */
const OWN =
  /^\[(vite|webpack-dev-server|HMR|Fast Refresh)|React DevTools|Lit is in dev mode|Angular is running in development mode|\[Fast Refresh\]/;

/** Walks through the page that every cell shows, at `address`. Throws where it is not as it must be. */
export const walk = async (
  browser: Browser,
  receiver: Receiver,
  address: string,
  framed = false,
): Promise<Told> => {
  const context = await browser.newContext();
  context.setDefaultTimeout(15_000);
  const page = await context.newPage();
  const said: string[] = [];
  const files: string[] = [];
  page.on("console", (message) => {
    const text = message.text();
    if (!OWN.test(text)) said.push(`${text} ${message.location().url.replace(/^.*\//, "")}`.trim());
  });
  page.on("pageerror", (error) => said.push(String(error)));
  page.on("response", (response) => {
    // Some development servers answer with a page where there is no such file.
    const page = response.headers()["content-type"]?.startsWith("text/html");
    if (response.ok() && !page) files.push(new URL(response.url()).pathname);
  });
  await page.addInitScript(countInstances);
  // Whatever server the page is from: votes go to the receiver's port.
  await page.route(
    ({ pathname }) => pathname.startsWith("/v1/"),
    (route) => {
      const { pathname, search } = new URL(route.request().url());
      return route.continue({ url: receiver.address + pathname + search });
    },
  );
  try {
    // A development server compiles first.
    await page.goto(address, { timeout: 90_000 });
    const place = framed ? await frameOf(page) : page;
    await visit(place, receiver);
    const instances = await place.evaluate("globalThis.instances ?? 0");
    const file = files.some((path) => path.endsWith(".wasm"));
    return { core: !instances ? "none" : file ? "file" : "script", said };
  } catch (error) {
    throw new Error(`${(error as Error).message}\nThe console: ${said.join("\n")}`, {
      cause: error,
    });
  } finally {
    await context.close();
  }
};

/** Runs in the page: counts the instances of WebAssembly, all but the probe's. */
const countInstances = `
  for (const name of ["instantiate", "instantiateStreaming"]) {
    const original = WebAssembly[name];
    WebAssembly[name] = async (...given) => {
      const result = await original(...given);
      globalThis.instances = (globalThis.instances ?? 0) + 1;
      return result;
    };
  }`;

const frameOf = async (page: Page): Promise<Frame> => {
  const frame = await (await page.waitForSelector("iframe")).contentFrame();
  assert.ok(frame);
  return frame;
};

interface Element_ extends HTMLElement {
  feedbackToken: string;
  userID: string;
  reasons: string[];
  label: string;
}

const visit = async (page: Page | Frame, receiver: Receiver) => {
  const first = page.locator("#first");
  const pressed = (within: ReturnType<Page["locator"]>, outcome: string) =>
    within.locator(`[value=${outcome}][aria-pressed=true]`);

  const box = await first.locator("[value=positive]").boundingBox();
  assert.ok(box && box.width >= 24 && box.width < 100, "the thumbs are painted and styled");

  assert.deepEqual(
    await first.evaluate((element) => {
      const { feedbackToken, userID, reasons, label } = element as Element_;
      return { feedbackToken, userID, reasons, label };
    }),
    { feedbackToken: "token-1", userID: "u", reasons: ["Slow"], label: "Answer 1" },
    "properties set before the element was in the page arrive",
  );
  await page.locator("#rename").click();
  await page.waitForFunction("document.querySelector('#first').label === 'Renamed'", undefined, {
    timeout: 20_000,
  });

  await first.locator("[value=positive]").click();
  await page.locator("#heard", { hasText: "sent positive" }).waitFor();
  const [call] = receiver.of("token-1");
  assert.deepEqual(
    [call?.path, call?.body.user_id, call?.body.outcome],
    ["/v1/feedback", "u", "positive"],
  );

  // The panel lies over what is below.
  await first.locator("[name=close]").click();
  const second = page.locator("#list workflowai-feedback").nth(0);
  await second.locator("[value=negative]").click();
  await receiver.until("a");
  await second.locator("[name=close]").click();
  await page.locator("#reverse").click();
  await page.waitForFunction(
    "[...document.querySelectorAll('#list workflowai-feedback')].map((each) => each.feedbackToken).join() === 'c,b,a'",
    undefined,
    { timeout: 20_000 },
  );
  const moved = page.locator("#list workflowai-feedback").nth(2);
  await pressed(moved, "negative").waitFor();
  assert.equal(await pressed(page.locator("#list"), "negative").count(), 1);

  if (await page.locator("#park").count()) {
    await page.locator("#park").click();
    await first.waitFor({ state: "detached" });
    await page.locator("#park").click();
    await pressed(first, "positive").waitFor();
  }
  // Whatever is under way would end with the page.
  await pressed(first, "positive").waitFor();
};
