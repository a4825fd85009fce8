// What a page can change of the looks, and what it cannot break.
import assert from "node:assert/strict";
import { test } from "node:test";
import { scene } from "./fixtures/scene.ts";
import type { Widget } from "./fixtures/widget.ts";

const REASONS = `<workflowai-feedback feedback-token="token" reasons='["Slow"]'></workflowai-feedback>`;

/** Computed styles of what a selector finds in the shadow root. */
const styles = (widget: Widget, selector: string, ...names: string[]) =>
  widget.element.locator(selector).evaluate((node, names) => {
    const style = getComputedStyle(node);
    return names.map((name) => style.getPropertyValue(name));
  }, names);

const voted = async (widget: Widget) => {
  await widget.thumb("negative").click();
  await widget.reach("sent", "negative");
};

test("custom properties change colour, size, roundness, space and font", async (t) => {
  const { widget } = await scene(t, {
    policy: "",
    body: REASONS,
    head: `<style>workflowai-feedback {
      --workflowai-feedback-color: rgb(1, 2, 3);
      --workflowai-feedback-accent: rgb(4, 5, 6);
      --workflowai-feedback-surface: rgb(7, 8, 9);
      --workflowai-feedback-size: 50px;
      --workflowai-feedback-radius: 11px;
      --workflowai-feedback-gap: 13px;
      --workflowai-feedback-font: 700 17px/1 monospace;
    }</style>`,
  });
  await voted(widget);
  assert.deepEqual(await styles(widget, "[value=positive]", "color", "width", "height"), [
    "rgb(1, 2, 3)",
    "50px",
    "50px",
  ]);
  assert.deepEqual(await styles(widget, "[value=negative]", "color", "border-radius"), [
    "rgb(4, 5, 6)",
    "11px",
  ]);
  assert.deepEqual(await styles(widget, "[part=panel]", "background-color"), ["rgb(7, 8, 9)"]);
  assert.deepEqual(await styles(widget, "[name=send]", "background-color"), ["rgb(4, 5, 6)"]);
  assert.deepEqual(await styles(widget, ".workflowai-feedback", "column-gap", "font-weight"), [
    "13px",
    "700",
  ]);
  assert.deepEqual(await styles(widget, "[part=status]", "font-family"), ["monospace"]);
});

test("every part can be dressed from the page, and every state be seen there", async (t) => {
  const { widget, page } = await scene(t, {
    policy: "",
    body: REASONS,
    head: `<style>
      workflowai-feedback::part(button) { opacity: 0.9 }
      workflowai-feedback::part(positive) { order: 1 }
      workflowai-feedback::part(negative) { order: 2 }
      workflowai-feedback::part(panel) { order: 3 }
      workflowai-feedback::part(reasons) { order: 4 }
      workflowai-feedback::part(comment) { order: 5 }
      workflowai-feedback::part(counter) { order: 6 }
      workflowai-feedback::part(status) { order: 7 }
      workflowai-feedback:state(negative) { outline: 5px solid }
    </style>`,
  });
  await voted(widget);
  for (const [part, order] of [
    ["positive", "1"],
    ["negative", "2"],
    ["panel", "3"],
    ["reasons", "4"],
    ["comment", "5"],
    ["counter", "6"],
    ["status", "7"],
  ] as const) {
    assert.deepEqual(await styles(widget, `[part~=${part}]`, "order"), [order], part);
  }
  assert.deepEqual(await styles(widget, "[part~=positive]", "opacity"), ["0.9"]);
  const ring = () =>
    page.locator("workflowai-feedback").evaluate((node) => getComputedStyle(node).outlineWidth);
  assert.equal(await ring(), "5px");
  await widget.thumb("negative").click();
  await widget.reach("sent", "");
  assert.notEqual(await ring(), "5px");
});

test("slots replace the icons before and after the core is there", async (t) => {
  const { widget, page } = await scene(t, {
    body: `<workflowai-feedback feedback-token="token"><b slot="positive">Yes</b><b slot="negative">No</b>
      </workflowai-feedback>`,
  });
  const shown = () =>
    widget.view.evaluate((view) =>
      [...view.querySelectorAll<HTMLElement>("[value]")].map((thumb) => [
        thumb.querySelector("slot")?.assignedElements()[0]?.textContent,
        thumb.querySelector("svg")?.checkVisibility() ?? false,
      ]),
    );
  const own = [
    ["Yes", false],
    ["No", false],
  ];
  assert.deepEqual(await shown(), own);
  await page.getByText("No").click();
  await widget.reach("sent", "negative");
  assert.deepEqual(await shown(), own);
  // The name stays what it is: the picture is the page's, the meaning is ours.
  await page.getByRole("button", { name: "Bad answer", pressed: true }).waitFor();
});

test("no style of the page leaks in, and none of ours out", async (t) => {
  const leaky = `<style>
    * { letter-spacing: 9px; text-transform: uppercase }
    button { background: rgb(255, 0, 0) !important; padding: 40px !important; display: none !important }
    textarea { display: none !important }
    svg { width: 200px !important; fill: rgb(255, 0, 0) !important }
    [part] { border: 9px solid rgb(255, 0, 0) !important }
    .workflowai-feedback { display: none !important }
  </style>`;
  const plain = `<button id="mine" aria-pressed="true" value="negative"><svg></svg>Mine</button>
    <div id="panel" part="panel" popover>Mine</div><p class="workflowai-feedback" id="p">Mine</p>`;
  const all = ["background-color", "padding", "width", "height", "border", "color", "rotate"];
  const inside = async (head: string) => {
    const { widget } = await scene(t, { policy: "", head, body: REASONS });
    await voted(widget);
    const seen: string[][] = [];
    for (const part of ["[value=negative]", "[value=negative] svg", "[part=panel]", "textarea"]) {
      seen.push(await styles(widget, part, ...all, "display"));
    }
    return seen;
  };
  const letters = "<style>* { letter-spacing: 9px; text-transform: uppercase }</style>";
  // What a page sets on everything is inherited, as it should be; nothing else comes in.
  assert.deepEqual(await inside(leaky), await inside(letters));

  const outside = async (body: string) => {
    const { page, widget } = await scene(t, { policy: "", body });
    if (body.includes("feedback-token")) await voted(widget);
    const seen: string[][] = [];
    for (const id of ["mine", "panel", "p"]) {
      seen.push(
        await page.locator(`#${id}`).evaluate((node, names) => {
          const style = getComputedStyle(node);
          return names.map((name) => style.getPropertyValue(name));
        }, all),
      );
    }
    return seen;
  };
  assert.deepEqual(await outside(plain + REASONS), await outside(plain));
});

test("light and dark follow the color-scheme of the place, not of the device", async (t) => {
  const { widget, page } = await scene(t, {
    policy: "",
    body: `<section id="place" style="color-scheme: dark">${REASONS}</section>`,
    context: { colorScheme: "light" },
  });
  await voted(widget);
  const surface = () => styles(widget, "[part=panel]", "background-color");
  const [dark] = await surface();
  await page.locator("#place").evaluate((place) => {
    place.style.colorScheme = "light";
  });
  const [light] = await surface();
  const brightness = (colour = "") => Number(/\d+/.exec(colour)?.[0]);
  assert.ok(brightness(dark) < 80, dark);
  assert.ok(brightness(light) > 200, light);
});
