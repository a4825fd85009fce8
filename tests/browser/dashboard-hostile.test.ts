// What visitors and backends send is shown as text, everywhere and in exports.
import assert from "node:assert/strict";
import { dashboardTest } from "./fixtures/dashboard.ts";

const MARKUP = `<script>window.hit=1</script>`;
const TEXTS = [
  MARKUP,
  `"><svg onload="window.hit=1"><a xlink:href="javascript:window.hit=1">x</a></svg>`,
  `<img src=x onerror=window.hit=1>`,
  `</textarea></title></style><script>window.hit=1</script>`,
  `javascript:window.hit=1`,
  `{{ 7 * 7 }} {% raw %} \${7*7} &lt;b&gt;`,
  `\u202Egnp.exe\u2066 right to left`,
  `a${"\u0300".repeat(9_999)}`,
  `=HYPERLINK("http://evil.example","press")`,
  `@SUM(1+1)*cmd|' /C calc'!A0`,
  `line\nbreak\ttab, "quotes"; and\r\nmore`,
  "日".repeat(10_000),
];

dashboardTest("hostile texts are text on every page", {}, async (t, dashboard) => {
  const ids = TEXTS.filter((text) => Buffer.byteLength(text) <= 256 && !/[\n\t\r]/.test(text));
  for (const [index, comment] of TEXTS.entries()) {
    const id = ids[index % ids.length] as string;
    await dashboard.vote(
      { agent: id, run: `${id} ${index}`, user: id },
      { outcome: "negative", comment, reasons: [comment.slice(0, 60)] },
    );
  }
  const key = await dashboard.command("api-key", "new", "--scopes", "context,admin");
  const headers = { authorization: `Bearer ${key}`, "content-type": "application/json" };
  for (const [index, text] of TEXTS.entries()) {
    const id = ids[index % ids.length] as string;
    const run = encodeURIComponent(`${id} ${index}`);
    const role = text.slice(0, 99);
    const context = { input: [{ role, content: text }], output: text, [role]: [role] };
    const path = `/v1/_/agents/${encodeURIComponent(id)}/runs/${run}/context`;
    const body = JSON.stringify(context);
    const stored = await fetch(dashboard.address + path, { method: "PUT", headers, body });
    assert.equal(stored.status, 204, await stored.text());
  }
  const trace = JSON.stringify({ trace_url: "https://traces.example/{run_id}" });
  const set = await fetch(`${dashboard.address}/v1/_/settings`, {
    method: "PUT",
    headers,
    body: trace,
  });
  assert.equal(set.status, 204);
  const page = await dashboard.open(t);
  const dialogs: string[] = [];
  page.on("dialog", (dialog) => dialogs.push(dialog.message()));
  const blocked: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error") blocked.push(message.text());
  });
  const check = async (path: string) => {
    await page.goto(dashboard.address + path);
    const found = await page.evaluate(() => ({
      hit: "hit" in window,
      scripts: [...document.scripts].filter((script) => !script.src).length,
      foreign: document.querySelectorAll("main svg [onload], main img, main [onerror], iframe")
        .length,
      links: [...document.links].filter((link) => link.protocol === "javascript:").length,
      width: document.documentElement.scrollWidth - document.documentElement.clientWidth,
      // No text reaches out of its row by stacked marks.
      tall: [...document.querySelectorAll("main .votes > .vote")].filter(
        (vote) => vote.scrollHeight > 1_200,
      ).length,
    }));
    const nothing = { hit: false, scripts: 0, foreign: 0, links: 0, width: 0, tall: 0 };
    assert.deepEqual(found, nothing, path);
  };
  const query = encodeURIComponent(MARKUP);
  const searches = ["q", "agent", "run", "user_id", "reason", "from", "cursor", "assignee"];
  await check("/dashboard");
  for (const text of [MARKUP, "right to left", "HYPERLINK"]) {
    await page.locator(".votes .comment").getByText(text).first().waitFor();
  }
  for (const name of searches) await check(`/dashboard?${name}=${query}`);
  await check("/dashboard/overview");
  await check(`/dashboard/overview?agent=${query}`);
  await check("/dashboard/start");
  await check(`/dashboard/settings?erase=${query}`);
  await page.goto(`${dashboard.address}/dashboard?q=${query}`);
  await page.getByLabel("Save this view as").fill(MARKUP.slice(0, 40));
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await page.getByRole("navigation", { name: "Saved views" }).waitFor();
  await check("/dashboard");
  await page.goto(`${dashboard.address}/dashboard`);
  const votes = await page
    .locator(".votes .side a")
    .evaluateAll((links) => links.map((link) => (link as HTMLAnchorElement).pathname));
  assert.equal(votes.length, TEXTS.length);
  for (const path of votes) await check(path);
  assert.deepEqual(dialogs, []);
  assert.deepEqual(
    blocked.filter((text) => !text.includes("422")),
    [],
    "the policy had nothing to block",
  );

  const csv = await (await fetch(`${dashboard.address}/dashboard/export?format=csv`)).text();
  assert.match(csv, /"'=HYPERLINK\(""http/);
  assert.match(csv, /'@SUM/);
  assert.doesNotMatch(csv, /(^|,)"?[=@+]/m);
  const lines = await (await fetch(`${dashboard.address}/dashboard/export?format=ndjson`)).text();
  const comments = lines
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line).comment);
  assert.deepEqual(new Set(comments), new Set(TEXTS));
  const dataset = await (await fetch(`${dashboard.address}/dashboard/dataset`)).text();
  const contexts = dataset
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  assert.equal(contexts.length, TEXTS.length);
  for (const { comment, context } of contexts) assert.equal(context.output, comment);
});

dashboardTest("a page of the list stays small", {}, async (t, dashboard) => {
  const reasons = ["Wrong facts", "Too long"];
  const votes = Array.from({ length: 60 }, (_, index) =>
    dashboard.vote(
      { agent: "support", run: `run-${index}`, user: `user-${index}` },
      { outcome: "negative", comment: "Words of a long comment. ".repeat(400), reasons },
    ),
  );
  await Promise.all(votes);
  const page = await dashboard.open(t);
  assert.equal(await page.locator(".votes > .vote").count(), 50);
  const bytes = Buffer.byteLength(await (await fetch(`${dashboard.address}/dashboard`)).text());
  t.diagnostic(`${bytes} bytes`);
  assert.ok(bytes <= 60_000, `${bytes} bytes`);
});
