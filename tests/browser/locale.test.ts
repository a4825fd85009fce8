// The words a person reads and hears.
import assert from "node:assert/strict";
import { test } from "node:test";
import type * as Package from "../../element/index.ts";
import { BOTH, scene } from "./fixtures/scene.ts";

const SETTINGS = `<meta name="workflowai-feedback" content='{"messages":{"sent":"Noted!","positive":"Helpful"}}'>`;

test("a page in English that changes its language is followed before anybody reaches for a thumb", async (t) => {
  const { page, site } = await scene(t, {
    policy: "",
    body: `<section><workflowai-feedback feedback-token="token"></workflowai-feedback></section>
      <chat-answer><template shadowrootmode="open">
        <workflowai-feedback feedback-token="other"></workflowai-feedback></template></chat-answer>`,
  });
  const names = (lang: string, where: string) =>
    page.evaluate(
      ([lang, where]) => {
        (document.querySelector(where) as HTMLElement).lang = lang;
      },
      [lang, where] as const,
    );
  const idle = `new Promise((resolve) => requestIdleCallback(() => requestIdleCallback(resolve)))`;
  await page.evaluate(idle);
  assert.ok(!site.fetched.includes("/idle.js"), "English costs nothing");
  const answers = (name: string) => page.getByRole("button", { name, exact: true });
  // Of an ancestor.
  await names("fr", "section");
  await answers("Bonne réponse").waitFor();
  assert.equal(await answers("Good answer").count(), 1);
  // Of the page, heard in the shadow root of another element.
  await names("de", "html");
  await answers("Gute Antwort").waitFor();
  assert.equal(await answers("Bonne réponse").count(), 1);
  assert.ok(!site.fetched.includes("/loader.js"), "and no core");
});

for (const [how, policy] of BOTH) {
  for (const lang of ["en-GB", "xx", "not a language"]) {
    test(`${how}: lang="${lang}" speaks English`, async (t) => {
      const { page, widget, said } = await scene(t, { policy, lang });
      await page.evaluate(() => new Promise((resolve) => requestIdleCallback(resolve)));
      await page.getByRole("button", { name: "Good answer" }).click();
      await widget.reach("sent", "positive");
      assert.equal(await widget.status(), "Thank you for your feedback");
      assert.deepEqual(said, []);
    });
  }

  for (const [lang, file, name, thanks] of [
    ["de-AT", "de", "Gute Antwort", "Danke für das Feedback"],
    ["pt-PT", "pt-BR", "Boa resposta", "Agradecemos o feedback"],
    ["ar", "ar", "إجابة جيدة", "شكرًا على تقييمك"],
  ] as const) {
    test(`${how}: lang="${lang}" speaks the nearest language there is`, async (t) => {
      const { page, site, widget } = await scene(t, { policy, lang });
      await page.getByRole("button", { name, exact: true }).click();
      await widget.reach("sent", "positive");
      assert.equal(await widget.status(), thanks);
      const packs = site.fetched.filter((path) => path.startsWith("/locales/"));
      assert.deepEqual(packs, [`/locales/${file}.js`]);
    });
  }

  test(`${how}: the page's own words replace those of the language`, async (t) => {
    const { page, widget } = await scene(t, { policy, head: SETTINGS });
    await widget.preload();
    await page.getByRole("button", { name: "Helpful" }).click();
    await widget.reach("sent", "positive");
    assert.equal(await widget.status(), "Noted!");
  });

  test(`${how}: a label names the group, and follows a change`, async (t) => {
    const { page, widget } = await scene(t, { policy });
    await page.getByRole("group", { name: "Feedback", exact: true }).waitFor();
    await widget.set({ label: "Feedback on answer 1" });
    await page.getByRole("group", { name: "Feedback on answer 1" }).waitFor();
    await widget.preload();
    await page.getByRole("group", { name: "Feedback on answer 1" }).waitFor();
    await widget.set({ label: "Feedback on answer 2" });
    await page.getByRole("group", { name: "Feedback on answer 2" }).waitFor();
  });

  test(`${how}: the language is that of the nearest ancestor, across shadow hosts`, async (t) => {
    const { page, widget, site } = await scene(t, {
      policy,
      lang: "de",
      body: `<chat-answer lang="fr"><template shadowrootmode="open">
        <workflowai-feedback feedback-token="token"></workflowai-feedback></template></chat-answer>`,
    });
    await page.getByRole("button", { name: "Bonne réponse" }).click();
    await widget.reach("sent", "positive");
    assert.equal(await widget.status(), "Merci pour votre avis");
    assert.ok(!site.fetched.some((path) => path.startsWith("/locales/de")));
  });

  test(`${how}: a page that changes its language is followed, also back to English`, async (t) => {
    const { page, widget } = await scene(t, { policy, lang: "de" });
    const speak = (lang: string) =>
      page.evaluate((lang) => {
        document.documentElement.lang = lang;
      }, lang);
    const answer = (name: string) => page.getByRole("button", { name, exact: true }).waitFor();
    await answer("Gute Antwort");
    await speak("fr");
    await answer("Bonne réponse");
    await speak("en");
    await answer("Good answer");
    await widget.thumb("positive").click();
    await widget.reach("sent", "positive");
    assert.equal(await widget.status(), "Thank you for your feedback");
    await speak("ar");
    await answer("إجابة جيدة");
    assert.equal(await widget.status(), "شكرًا على تقييمك");
    await speak("en");
    await answer("Good answer");
    assert.equal(await widget.status(), "Thank you for your feedback");
  });

  test(`${how}: configure({ messages }) replaces words, before and after the core is there`, async (t) => {
    const { page, widget } = await scene(t, { policy });
    const configure = (messages: Record<string, string>) =>
      page.evaluate(async (messages) => {
        const { configure } = (await import("/index.js" as string)) as typeof Package;
        configure({ messages });
      }, messages);
    await configure({ sent: "Noted!", comment: "What else?" });
    await widget.thumb("positive").click();
    await widget.reach("sent", "positive");
    assert.equal(await widget.status(), "Noted!");
    await page.getByRole("textbox", { name: "What else?" }).waitFor();
    // What is not replaced stays English.
    await page.getByRole("button", { name: "Send" }).waitFor();
  });
}
