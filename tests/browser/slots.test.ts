// Words of one element alone, in slots named like the texts.
import assert from "node:assert/strict";
import { test } from "node:test";
import { BOTH, scene } from "./fixtures/scene.ts";
import { Widget } from "./fixtures/widget.ts";

const BODY = `<workflowai-feedback feedback-token="token">
    <span slot="comment">What happened?</span>
    <span slot="send">Submit</span>
    <span slot="sent">Noted <b>well</b>!</span>
    <span slot="remaining"># to go</span>
  </workflowai-feedback>
  <workflowai-feedback id="other" feedback-token="other"></workflowai-feedback>`;

for (const [how, policy] of BOTH) {
  test(`${how}: slots replace the texts of one element`, async (t) => {
    const { page, widget } = await scene(t, {
      policy,
      body: BODY,
      // Are the page's words, and give way.
      head: `<meta name="workflowai-feedback" content='{"messages":{"sent":"Thanks","close":"Later"}}'>`,
    });
    await widget.thumb("negative").click();
    await widget.reach("sent", "negative");
    assert.equal(await widget.status(), "Noted well!");
    await page.getByRole("textbox", { name: "What happened?" }).fill("x".repeat(9_900));
    assert.equal(await widget.element.locator("[part=counter]").textContent(), "100 to go");
    await page.getByRole("button", { name: "Later" }).waitFor();
    await page.getByRole("button", { name: "Submit" }).click();

    const other = new Widget(page, page.locator("#other"));
    await other.thumb("positive").click();
    await other.reach("sent", "positive");
    assert.equal(await other.status(), "Thanks");
    await page.getByRole("button", { name: "Send" }).waitFor();
  });

  test(`${how}: words in slots are followed as they change, come and go`, async (t) => {
    const { page, widget } = await scene(t, { policy, body: BODY });
    await widget.thumb("positive").click();
    await widget.reach("sent", "positive");
    const says = (words: string) =>
      widget.element.locator("[part=status]").getByText(words, { exact: true }).waitFor();
    await says("Noted well!");
    await page.locator("[slot=sent] b").evaluate((node) => {
      (node.firstChild as Text).data = "down";
    });
    await says("Noted down!");
    await page.locator("[slot=sent]").evaluate((node) => node.remove());
    await says("Thank you for your feedback");
    await widget.element.evaluate((element) => {
      element.insertAdjacentHTML("beforeend", "<i slot='sent'>Ta</i>");
    });
    await says("Ta");
  });
}
