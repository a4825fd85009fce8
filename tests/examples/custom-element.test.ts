// The examples that use the custom element from Rust, as they were built: YEW and DIOXUS name
// folders with `pkg/`. What is not named is not tried.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, describe, test } from "node:test";
import { type Site, serveExample } from "./fixtures/site.ts";
import { visit } from "./fixtures/visit.ts";

const { YEW: yew, DIOXUS: dioxus } = process.env;

/** What a test asks of `<workflowai-feedback>`. */
interface Feedback extends HTMLElement {
  feedbackToken: string | null;
  userID: string | null;
}

for (const [name, built] of [
  ["yew", yew],
  ["dioxus", dioxus],
] as const) {
  describe(name, { skip: !built }, () => {
    let site: Site;
    before(async () => {
      site = await serveExample(name, built as string);
    });
    after(() => site.close());

    test("docs/rust.md shows its code", async () => {
      const document = await readFile("docs/rust.md", "utf8");
      const code = await readFile(`examples/${name}/src/answer.rs`, "utf8");
      assert.ok(document.includes(code));
    });

    test("a press posts the right body and is heard, with a token from before and one from after mounting", () =>
      visit({}, async (page) => {
        const grants: (() => void)[] = [];
        await page.route("**/demo/tokens", (route) => {
          grants.push(() => route.continue());
        });
        /** Lets the app's backend answer the request it waits for. */
        const grant = async (index: number) => {
          while (grants.length <= index) await page.waitForTimeout(10);
          grants[index]?.();
        };
        await page.goto(site.address);
        const elements = page.locator("workflowai-feedback");
        const thumb = (index: number, outcome: string, state = "") =>
          elements.nth(index).locator(`[value=${outcome}]${state}`);
        await grant(0);
        await thumb(0, "positive", "[aria-disabled=false]").waitFor();
        await thumb(1, "positive", "[aria-disabled=true]").waitFor();
        assert.equal(await elements.nth(1).evaluate((each: Feedback) => each.feedbackToken), null);
        await grant(1);
        await thumb(1, "positive", "[aria-disabled=false]").waitFor();

        const given = await elements.evaluateAll((all) =>
          (all as Feedback[]).map(({ feedbackToken, userID }) => ({
            feedback_token: feedbackToken,
            user_id: userID,
          })),
        );
        const runs = given.map(({ feedback_token: token }) => {
          const [, payload] = (token as string).split(".");
          return JSON.parse(Buffer.from(payload as string, "base64url").toString()).run;
        });
        assert.deepEqual(runs, ["run-1", "run-2"]);
        assert.match(given[0]?.user_id as string, /^[\da-f-]{36}$/);
        const label = "Feedback on: The last one leaves at half past nine.";
        assert.equal(await page.getByRole("group", { name: label }).count(), 1);

        for (const [index, outcome] of ["negative", "positive"].entries()) {
          assert.equal(await page.getByText("We read every vote.").count(), index);
          await thumb(index, outcome).click();
          await elements.nth(index).locator("..").getByText("We read every vote.").waitFor();
          const { intent, ...vote } = site.votes.at(-1) as Record<string, unknown>;
          assert.ok(intent);
          assert.deepEqual(vote, { ...given[index], outcome });
          // The next thumb may lie under the open panel.
          await page.keyboard.press("Escape");
        }
        assert.equal(site.votes.length, 2);
      }));
  });
}
