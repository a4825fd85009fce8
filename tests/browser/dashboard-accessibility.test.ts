// axe-core finds nothing on any page of the dashboard: light, dark, as wide as a phone.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import axe from "axe-core";
import type { BrowserContextOptions } from "playwright-core";
import { browser } from "./fixtures/chromium.ts";
import { type Dashboard, startDashboard } from "./fixtures/dashboard.ts";

const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
const PHONE = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true };

let full: Dashboard;
let empty: Dashboard;
let locked: Dashboard;

before(async () => {
  full = await startDashboard({ votes: 1_500 });
  empty = await startDashboard();
  locked = await startDashboard({ demo: false });
});

after(() => Promise.all([full.close(), empty.close(), locked.close()]));

const PAGES: [string, () => string][] = [
  ["the list", () => `${full.address}/dashboard`],
  ["a filtered list", () => `${full.address}/dashboard?outcome=negative&has_comment=true&q=the`],
  ["nothing found", () => `${full.address}/dashboard?q=nowheretobefound`],
  ["a bad filter", () => `${full.address}/dashboard?from=yesterday`],
  ["the overview", () => `${full.address}/dashboard/overview`],
  ["a short overview", () => `${full.address}/dashboard/overview?days=7&agent=release-notes`],
  ["setting up", () => `${full.address}/dashboard/start`],
  ["the settings", () => `${full.address}/dashboard/settings`],
  ["erasing somebody", () => `${full.address}/dashboard/settings?erase=user-0001`],
  ["a setting that is wrong", () => `${full.address}/dashboard/settings?erase=a%00b`],
  ["no webhook", () => `${full.address}/dashboard/webhooks`],
  ["the first vote", () => `${empty.address}/dashboard`],
  ["signing in", () => `${locked.address}/dashboard/sign-in`],
  ["joining", () => `${locked.address}/dashboard/join`],
];

const LOOKS: [string, BrowserContextOptions][] = [
  ["light", { colorScheme: "light" }],
  ["dark", { colorScheme: "dark" }],
  ["phone", { ...PHONE, colorScheme: "light" }],
];

for (const [look, options] of LOOKS) {
  test(`axe finds nothing, ${look}`, async (t) => {
    const context = await browser.newContext({ ...options, bypassCSP: true });
    const page = await context.newPage();
    const check = async (name: string) => {
      // A page that a form led to may not have its looks yet.
      await page.waitForLoadState();
      await page.evaluate(axe.source);
      const { violations, passes } = await page.evaluate(
        (values) =>
          (window as unknown as { axe: typeof axe }).axe.run({ runOnly: { type: "tag", values } }),
        TAGS,
      );
      const found = violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)]);
      assert.deepEqual(found, [], name);
      assert.ok(
        passes.some(({ id }) => id === "color-contrast"),
        "contrast was looked at",
      );
      const wide = await page.evaluate(
        () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
      );
      assert.equal(wide, 0, `${name} does not scroll sideways`);
    };
    for (const [name, address] of PAGES) {
      await t.test(name, async () => {
        await page.goto(address());
        for (const closed of await page.locator("main summary").all()) await closed.click();
        await check(name);
      });
    }
    await t.test("the team, and an invitation", async () => {
      await page.goto(await locked.command("dashboard", "link", "--public-url", locked.address));
      await page.getByRole("link", { name: "Team" }).click();
      await check("the team");
      await page.getByRole("button", { name: "Make a link" }).click();
      await check("an invitation");
    });
    await t.test("votes chosen, then marked", async () => {
      await page.goto(`${full.address}/dashboard?outcome=negative`);
      await page.getByRole("checkbox").first().check();
      await check("chosen");
      await page.getByRole("button", { name: "Correct", exact: true }).click();
      await page.getByText("Done for 1 vote.").waitFor();
      await check("marked");
    });
    await t.test("a key just made", async () => {
      await page.goto(`${full.address}/dashboard/settings`);
      const make = page.locator("form", { has: page.getByLabel("Make another with") });
      await make.getByRole("button").click();
      await page.getByText("it is shown this once").waitFor();
      await check("a signing key");
    });
    await t.test("a webhook", async () => {
      await page.goto(`${empty.address}/dashboard/webhooks`);
      await page.getByLabel("Address").fill(`https://example.com/${look}`);
      await page.getByRole("button", { name: "Add" }).click();
      await page.getByText("it is shown this once").waitFor();
      await check("a webhook just made");
      await page.getByRole("link", { name: `https://example.com/${look}` }).click();
      await page.getByRole("heading", { name: "Delivery log" }).waitFor();
      await check("one webhook");
    });
    await t.test("a saved view", async () => {
      await page.goto(`${full.address}/dashboard?outcome=negative&q=the`);
      await page.getByLabel("Save this view as").fill("Complaints");
      await check("a view to save");
      await page.getByRole("button", { name: "Save", exact: true }).click();
      await page.getByRole("navigation", { name: "Saved views" }).waitFor();
      await check("a saved view");
      await page.getByRole("button", { name: "Remove the view Complaints" }).click();
      await page.getByRole("navigation", { name: "Saved views" }).waitFor({ state: "detached" });
    });
    await t.test("a vote with what was rated", async () => {
      await page.goto(`${full.address}/dashboard?q=refund+takes+14+days`);
      await page.locator(".votes .side a").first().click();
      await page.getByRole("heading", { name: "What was rated" }).waitFor();
      await check("what was rated");
    });
    await t.test("one vote, and the help", async () => {
      await page.goto(`${full.address}/dashboard?has_comment=true`);
      await page.locator(".votes .side a").first().click();
      await page.getByRole("heading", { name: "What happened" }).waitFor();
      await check("one vote");
      await page.getByRole("button", { name: "Keyboard shortcuts" }).click();
      await check("the help");
    });
    await context.close();
  });
}
