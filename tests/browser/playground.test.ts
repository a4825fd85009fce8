// The playground shows every state, writes every setting, and gives HTML that works.
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import axe from "axe-core";
import { browser } from "./fixtures/chromium.ts";
import { receiver } from "./fixtures/receiver.ts";
import { until } from "./fixtures/scene.ts";
import { openSite } from "./fixtures/site.ts";
import { Widget } from "./fixtures/widget.ts";

const open = async (t: TestContext, settings: Record<string, string> = {}) => {
  const context = await browser.newContext({ permissions: ["clipboard-read", "clipboard-write"] });
  t.after(() => context.close());
  context.setDefaultTimeout(15_000);
  const page = await context.newPage();
  const errors: string[] = [];
  page.on("pageerror", (error) => errors.push(String(error)));
  await page.goto(`${receiver}playground#${new URLSearchParams(settings)}`);
  await page.locator("workflowai-feedback").waitFor();
  const html = async () => (await page.locator("#html").textContent()) ?? "";
  return { page, widget: new Widget(page), errors, html };
};

for (const [state, status, outcome] of [
  ["live", "idle", ""],
  ["positive", "sent", "positive"],
  ["negative", "sent", "negative"],
  ["panel", "sent", "negative"],
  ["retracted", "sent", ""],
  ["sending", "sending", "positive"],
  ["offline", "queued", "positive"],
  ["unavailable", "queued", "positive"],
  ["expired", "queued", "positive"],
  ["unproven", "queued", "positive"],
  ["invalid", "rejected", ""],
  ["not_allowed", "rejected", ""],
  ["too_long", "rejected", ""],
  ["cannot_retract", "rejected", "positive"],
  ["no_token", "idle", ""],
] as const) {
  test(`shows the state “${state}”`, async (t) => {
    const { page, widget, errors } = await open(t);
    await page.locator("[name=state]").selectOption(state);
    await widget.reach(status, outcome);
    assert.equal(await widget.panelIsOpen(), state === "panel");
    assert.deepEqual(errors, []);
  });
}

test("every setting reaches the element, the HTML and the address", async (t) => {
  const { page, widget, html, errors } = await open(t);
  await page.locator("[name=label]").fill('Say "yes" & go');
  await page.locator("[name=reasons]").fill("It's slow\nWrong");
  for (const [name, value] of [
    ["comment", "negative"],
    ["comment-placement", "inline"],
    ["dir", "rtl"],
    ["scheme", "dark"],
  ]) {
    await page.locator(`[name=${name}][value=${value}]`).check();
  }
  for (const name of ["restore", "readonly", "disabled", "icons"]) {
    await page.locator(`[name=${name}]`).check();
  }
  await page.locator("[name=lang]").selectOption("de");
  await page.locator("[name=accent]").fill("#d9480f");
  await page.locator("[name=size]").selectOption("3rem");
  const given = await widget.element.evaluate((element) => ({
    label: element.getAttribute("label"),
    reasons: element.getAttribute("reasons"),
    comment: element.getAttribute("comment"),
    placement: element.getAttribute("comment-placement"),
    flags: ["restore", "readonly", "disabled"].filter((name) => element.hasAttribute(name)),
    slots: [...element.children].map(({ slot }) => slot),
    dir: getComputedStyle(element).direction,
    scheme: getComputedStyle(element).colorScheme,
    accent: getComputedStyle(element).getPropertyValue("--workflowai-feedback-accent"),
  }));
  const expected = {
    label: 'Say "yes" & go',
    reasons: '["It\'s slow","Wrong"]',
    comment: "negative",
    placement: "inline",
    flags: ["restore", "readonly", "disabled"],
    slots: ["positive", "negative"],
    dir: "rtl",
    scheme: "dark",
    accent: "#d9480f",
  };
  assert.deepEqual(given, expected);
  await page.getByRole("button", { name: "Gute Antwort" }).waitFor();

  // What is copied makes the same element, parsed by the browser.
  await page.getByRole("button", { name: "Copy" }).click();
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  assert.equal(copied, await html());
  const parsed = await page.evaluate((text) => {
    const copy = new DOMParser().parseFromString(text, "text/html");
    const element = copy.querySelector("workflowai-feedback");
    const parent = element?.parentElement;
    return {
      label: element?.getAttribute("label"),
      reasons: element?.getAttribute("reasons"),
      comment: element?.getAttribute("comment"),
      placement: element?.getAttribute("comment-placement"),
      flags: ["restore", "readonly", "disabled"].filter((name) => element?.hasAttribute(name)),
      slots: [...(element?.children ?? [])].map(({ slot }) => slot),
      around: [parent?.lang, parent?.dir],
      style: copy.querySelector("style")?.textContent?.replace(/\s+/g, " ").trim(),
      src: copy.querySelector("script")?.src,
    };
  }, copied);
  const { dir, scheme, accent, ...same } = expected;
  assert.deepEqual(parsed, {
    ...same,
    around: ["de", dir],
    style: `workflowai-feedback { --workflowai-feedback-accent: ${accent}; --workflowai-feedback-size: 3rem; }`,
    src: `${receiver}widget/latest/index.js`,
  });

  // A reload, or whoever is given the address, sees the same.
  await page.reload();
  await page.getByRole("button", { name: "Gute Antwort" }).waitFor();
  assert.equal(await html(), copied);
  assert.deepEqual(errors, []);
});

test("what is pasted into a page votes", async (t) => {
  const { page, html } = await open(t, { accent: "#d9480f", "has-accent": "on", lang: "fr" });
  const pasted = (await html()).replace(
    "TOKEN-OF-THE-RUN",
    await page.evaluate(async () => {
      const body = JSON.stringify({ runs: ["pasted"] });
      const headers = { "content-type": "application/json" };
      const answer = await fetch("/demo/tokens", { method: "POST", headers, body });
      return (await answer.json()).tokens.pasted;
    }),
  );
  // On another origin, and the token says who votes.
  const site = await openSite();
  t.after(() => site.close());
  site.html = `<!doctype html><title>Answers</title>${pasted.replace(/ +user-id=.*\n/, "")}`;
  const other = await page.context().newPage();
  await other.goto(site.address);
  await other.getByRole("button", { name: "Bonne réponse" }).click();
  await new Widget(other).reach("sent", "positive");
});

test("the page lists events and states, and its methods work", async (t) => {
  const { page, widget } = await open(t);
  await page.getByRole("button", { name: 'vote("negative")' }).click();
  await widget.reach("sent", "negative");
  await page.locator("#events li").filter({ hasText: "feedback-sent" }).waitFor();
  await page.locator("#states").getByText(":state(negative)").waitFor();
  await page.getByRole("button", { name: "retract()" }).click();
  await widget.reach("sent", "");
  await page.locator("#events li").filter({ hasText: "feedback-retract" }).waitFor();
  await page.getByRole("button", { name: "focus()" }).click();
  await until(
    () => widget.element.evaluate((element) => !!element.shadowRoot?.activeElement),
    "the focus",
  );
  await page.getByRole("button", { name: "Start over" }).click();
  await widget.reach("idle", "");
});

for (const colorScheme of ["light", "dark"] as const) {
  test(`axe finds nothing on the playground, ${colorScheme}`, async (t) => {
    const { page, widget } = await open(t, { state: "panel" });
    await page.emulateMedia({ colorScheme });
    await widget.reach("sent", "negative");
    await page.evaluate(axe.source);
    const violations = await page.evaluate(async () => {
      const { run } = (window as unknown as { axe: typeof axe }).axe;
      const values = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
      const { violations } = await run({ runOnly: { type: "tag", values } });
      return violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)]);
    });
    assert.deepEqual(violations, []);
  });
}
