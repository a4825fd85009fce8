// The team's journeys through the dashboard, on a real receiver and database file.
import assert from "node:assert/strict";
import { dashboardTest } from "./fixtures/dashboard.ts";
import { Widget } from "./fixtures/widget.ts";

dashboardTest("an empty dashboard leads to the first vote", {}, async (t, dashboard) => {
  const page = await dashboard.open(t);
  const errors: string[] = [];
  page.on("pageerror", (error) => errors.push(String(error)));
  page.on("console", (message) => {
    if (message.type() === "error") errors.push(message.text());
  });
  await page.getByRole("heading", { name: "No votes yet" }).waitFor();
  for (const title of ["In HTML", "In React", "In Leptos"]) {
    assert.match(
      (await page.getByLabel(title, { exact: true }).textContent()) ?? "",
      new RegExp(dashboard.address),
      `${title} names this server`,
    );
  }
  const widget = new Widget(page, page.locator("workflowai-feedback"));
  await widget.element.locator("[value=positive][aria-disabled=false]").waitFor();
  await widget.thumb("positive").click();
  await page.getByRole("heading", { name: "It arrived" }).waitFor();
  await widget.text.fill("The very first words");
  await widget.send.click();
  await page.locator("#arrived").getByText("The very first words").waitFor();
  await page.getByRole("link", { name: "All votes" }).click();
  await page.locator(".votes").getByText("The very first words").waitFor();
  await page.getByRole("link", { name: "Overview" }).click();
  await page.getByRole("img", { name: "Votes by day" }).waitFor();
  assert.deepEqual(errors, []);
});

dashboardTest(
  "without scripts votes are read, filtered, opened, marked and undone",
  { votes: 400 },
  async (t, dashboard) => {
    const page = await dashboard.open(t, "/dashboard", { javaScriptEnabled: false });
    await page.getByRole("heading", { name: "400 votes" }).waitFor();
    await page.getByRole("link", { name: "Older" }).click();
    await page.getByRole("link", { name: "Newest" }).waitFor();
    await page.getByRole("navigation", { name: "Outcome" }).getByText("Negative").click();
    await page.getByText("Filter and search").click();
    await page.getByLabel("Comment", { exact: true }).selectOption("With a comment");
    await page.getByLabel("State").selectOption("Open");
    await page.getByRole("button", { name: "Show" }).click();
    const count = async () => page.locator(".votes > .vote").count();
    const open = await count();
    assert.ok(open > 2, `${open} open complaints`);
    assert.match(page.url(), /outcome=negative.*has_comment=true.*annotation=open/);

    for (const index of [0, 1]) await page.getByRole("checkbox").nth(index).check();
    await page.getByRole("button", { name: "Resolved" }).click();
    await page.getByText("Done for 2 votes.").waitFor();
    assert.equal(await count(), open - 2);
    await page.getByRole("button", { name: "Undo" }).click();
    await page.getByText("Undone for 2 votes.").waitFor();
    assert.equal(await count(), open);

    await page.locator(".votes .side a").first().click();
    await page.getByLabel("Note").fill("Looked at it");
    await page.getByRole("button", { name: "Answer is incorrect" }).click();
    await page.getByText("Marked incorrect").waitFor();
    await page.getByLabel("Looked after by").selectOption("demo");
    await page.getByRole("button", { name: "Assign" }).click();
    await page.getByText("Assigned to demo").waitFor();
    assert.equal(await page.getByLabel("Note").inputValue(), "Looked at it");

    await page.getByRole("link", { name: "Overview" }).click();
    await page.getByText("The same as a table").click();
    await page.getByRole("region", { name: "Votes by day" }).waitFor();
  },
);

dashboardTest(
  "without scripts views are saved, keys made and revoked, and people erased",
  { votes: 400 },
  async (t, dashboard) => {
    const page = await dashboard.open(t, "/dashboard?outcome=negative&has_comment=true", {
      javaScriptEnabled: false,
    });
    await page.getByLabel("Save this view as").fill("Complaints");
    await page.getByRole("button", { name: "Save", exact: true }).click();
    const views = page.getByRole("navigation", { name: "Saved views" });
    await views.getByRole("link", { name: "Complaints" }).waitFor();
    await page.goto(`${dashboard.address}/dashboard`);
    await views.getByRole("link", { name: "Complaints" }).click();
    assert.match(page.url(), /outcome=negative&has_comment=true$/);
    const user = await page
      .locator(".facts dd")
      .filter({ hasText: /^user-/ })
      .first()
      .textContent();
    assert.ok(user);

    await page.getByRole("link", { name: "Settings" }).click();
    // Open as long as there is none.
    const details = page.locator("details", { hasText: "Make an API key" });
    await details.getByRole("button", { name: "Make the key" }).click();
    const key = await page.getByLabel("The API key", { exact: true }).textContent();
    const read = () =>
      fetch(`${dashboard.address}/v1/_/agents/support-chat/feedback`, {
        headers: { authorization: `Bearer ${key?.trim()}` },
      });
    assert.equal((await read()).status, 200);
    await page.getByRole("button", { name: /^Revoke wfk_/ }).click();
    await page.getByText("The key is revoked.").waitFor();
    assert.equal((await read()).status, 401);

    await page
      .getByLabel("Address of a run in your tracing tool")
      .fill("https://t.example/{run_id}");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText("The settings are changed.").waitFor();
    await page.getByLabel("User", { exact: true }).fill(user);
    await page.getByRole("button", { name: "Look" }).click();
    await page.getByText(/Erase everything of .*: [0-9]+ votes?,/).waitFor();
    await page.getByRole("button", { name: "Erase for good" }).click();
    await page.getByText("Everything of that person is erased.").waitFor();
    await page.goto(`${dashboard.address}/dashboard?user_id=${user}`);
    await page.getByText("No votes match.").waitFor();
    await page.goto(`${dashboard.address}/dashboard`);
    await page.locator(".votes .side a").first().click();
    const trace = page.getByRole("link", { name: "The run in your tracing tool" });
    assert.match((await trace.getAttribute("href")) ?? "", /^https:\/\/t\.example\/run_[0-9a-f]+$/);
  },
);

dashboardTest("the run's id is copied", { votes: 40 }, async (t, dashboard) => {
  const page = await dashboard.open(t, "/dashboard", {
    permissions: ["clipboard-read", "clipboard-write"],
  });
  await page.locator(".votes .side a").first().click();
  await page.getByRole("button", { name: "Copy" }).click();
  await page.getByRole("button", { name: "Copied" }).waitFor();
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  assert.equal(copied, await page.locator(".one .facts code").textContent());
});

dashboardTest("keys move, choose, mark, undo and open", { votes: 200 }, async (t, dashboard) => {
  const page = await dashboard.open(t, "/dashboard?outcome=negative&annotation=open");
  const votes = page.locator(".votes > .vote");
  const open = await votes.count();
  const focused = () =>
    votes.evaluateAll((all) => all.findIndex((vote) => vote.contains(document.activeElement)));
  // Keys pressed before the script runs go nowhere.
  const ready = () => page.getByRole("button", { name: "Keyboard shortcuts" }).waitFor();
  await ready();
  await page.keyboard.press("j");
  await page.keyboard.press("j");
  assert.equal(await focused(), 1);
  await page.keyboard.press("k");
  assert.equal(await focused(), 0);
  await page.keyboard.press("j");
  await page.keyboard.press("r");
  await page.getByText("Done for 1 vote.").waitFor();
  await ready();
  assert.equal(await votes.count(), open - 1);
  assert.equal(await focused(), 1, "the next vote has the focus");
  await page.keyboard.press("z");
  await page.getByText("Undone for 1 vote.").waitFor();
  await ready();
  await page.keyboard.press("j");
  await page.keyboard.press("x");
  await page.keyboard.press("j");
  await page.keyboard.press("x");
  await page.keyboard.press("c");
  await page.getByText("Done for 2 votes.").waitFor();
  await ready();
  await page.keyboard.press("/");
  await page.keyboard.type("just words, jkx");
  assert.equal(await page.getByLabel("Words in the comment").inputValue(), "just words, jkx");
  await page.keyboard.press("Escape");
  await page.locator("h1").click();

  await page.keyboard.press("?");
  await page.getByRole("dialog", { name: "Keyboard shortcuts" }).waitFor();
  await page.getByLabel("Shortcuts of one key").uncheck();
  await page.keyboard.press("Escape");
  await page.keyboard.press("j");
  assert.equal(await focused(), -1, "switched off");
  await page.reload();
  await page.getByRole("button", { name: "Keyboard shortcuts" }).click();
  await page.getByLabel("Shortcuts of one key").check();
  await page.getByRole("button", { name: "Close" }).click();
  await page.keyboard.press("j");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "What happened" }).waitFor();
  await ready();
  await page.keyboard.press("i");
  await page.getByText("Marked incorrect").waitFor();
});

dashboardTest("times are those of the viewer's zone", { votes: 20 }, async (t, dashboard) => {
  const page = await dashboard.open(t, "/dashboard", {
    timezoneId: "Australia/Adelaide",
    locale: "en-GB",
  });
  await page.getByText("Times are Australia/Adelaide").waitFor();
  const time = page.locator(".votes time").first();
  const local = await time.evaluate((time) => {
    const date = new Date((time as HTMLTimeElement).dateTime);
    return [date.getHours(), date.getMinutes()].map((part) => String(part).padStart(2, "0"));
  });
  assert.match((await time.textContent()) ?? "", new RegExp(`${local.join(":")}$`));
});

dashboardTest("numbers and dates are the viewer's way", { votes: 1_200 }, async (t, dashboard) => {
  for (const [locale, votes, day] of [
    ["de-DE", "1.200", /^\d\d\.\d\d\.\d{4}, \d\d:\d\d$/],
    ["en-US", "1,200", /^[A-Z][a-z]{2} \d{1,2}, \d{4}, \d{1,2}:\d\d\s[AP]M$/],
    ["ja-JP", "1,200", /^\d{4}\/\d\d\/\d\d \d{1,2}:\d\d$/],
  ] as const) {
    const page = await dashboard.open(t, "/dashboard", { locale });
    await page.getByRole("heading", { name: `${votes} votes` }).waitFor();
    const time = page.locator(".votes time").first();
    assert.match((await time.textContent()) ?? "", day);
    assert.equal(await time.getAttribute("lang"), locale);
  }
});

dashboardTest("a team signs in, invites and joins", { demo: false }, async (t, dashboard) => {
  assert.ok(dashboard.link);
  const admin = await dashboard.open(t, new URL(dashboard.link).pathname);
  await admin.goto(dashboard.link);
  await admin.reload();
  await admin.getByRole("link", { name: "Team" }).click();
  await admin.getByLabel("Login").fill("admin@example.com");
  await admin.getByLabel("New password").fill("correct horse battery");
  await admin.getByRole("button", { name: "Set" }).click();
  await admin.getByLabel("Invite somebody as").selectOption("viewer");
  await admin.getByRole("button", { name: "Make a link" }).click();
  await admin.getByText("The invitation is ready").waitFor();
  const link = await admin.locator(".notice code").textContent();
  assert.ok(link?.startsWith(`${dashboard.address}/dashboard/join#`), link ?? "");

  const viewer = await dashboard.open(t, "/dashboard/join");
  await viewer.goto(link ?? "");
  await viewer.reload();
  assert.equal(new URL(viewer.url()).hash, "", "the secret does not stay in the address");
  await viewer.goto(link ?? "");
  await viewer.getByLabel("Your name").fill("Second");
  await viewer.getByLabel("Login").fill("second");
  await viewer.getByLabel("New password").fill("another horse battery");
  await viewer.getByRole("button", { name: "Join" }).click();
  await viewer.getByRole("heading", { name: "No votes yet" }).waitFor();
  await viewer.getByText("take the role admin").waitFor();

  await admin.getByRole("button", { name: "Sign out", exact: true }).click();
  await admin.getByLabel("Login").fill("ADMIN@example.com");
  await admin.getByLabel("Password").fill("correct horse battery");
  await admin.getByRole("button", { name: "Sign in" }).click();
  await admin.getByRole("link", { name: "Team" }).click();
  await admin.getByRole("button", { name: "Remove Second" }).click();
  await viewer.reload();
  await viewer.getByRole("heading", { name: "Sign in" }).waitFor();
});

dashboardTest("new votes are told and move nothing", { votes: 60 }, async (t, dashboard) => {
  const page = await dashboard.open(t, "/dashboard?outcome=negative");
  const first = page.locator(".votes > .vote").first();
  const before = await first.evaluate((vote) => [
    vote.textContent,
    vote.getBoundingClientRect().top,
  ]);
  const support = { agent: "support-chat" };
  await dashboard.vote({ ...support, run: "new-1" }, { outcome: "negative", comment: "Brand new" });
  await dashboard.vote({ ...support, run: "new-2" }, { outcome: "positive" });
  await page.getByRole("link", { name: "1 new" }).waitFor();
  await dashboard.vote({ ...support, run: "new-3" }, { outcome: "negative" });
  const news = page.getByRole("link", { name: "2 new" });
  await news.waitFor();
  assert.match(await page.title(), /^\(2\) /);
  assert.deepEqual(
    await first.evaluate((vote) => [vote.textContent, vote.getBoundingClientRect().top]),
    before,
  );
  await news.click();
  await page.getByText("Brand new").waitFor();
  assert.ok(await page.locator("#new").isHidden());
  assert.match(page.url(), /outcome=negative/);
  // A receiver that stops lets an open stream end.
  await page.context().close();
});
