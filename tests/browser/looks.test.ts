// What the person's device and settings ask for: size, zoom, spacing, motion, colours, paper.
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { type Scene, scene } from "./fixtures/scene.ts";
import { refusal } from "./fixtures/site.ts";

const REASONS = `<workflowai-feedback feedback-token="token" label="Feedback on answer 3"
  reasons='["Slow", "Wrong", "Not what I asked"]'></workflowai-feedback>`;

/** A voted widget with its panel open. */
const open = async (t: TestContext, options: Parameters<typeof scene>[1] = {}): Promise<Scene> => {
  const opened = await scene(t, {
    policy: "",
    body: REASONS,
    head: `<meta name="color-scheme" content="light dark">
      <meta name="viewport" content="width=device-width">`,
    ...options,
  });
  await opened.widget.thumb("negative").click();
  await opened.widget.reach("sent", "negative");
  assert.equal(await opened.widget.panelIsOpen(), true);
  return opened;
};

/** The boxes of everything that can be pressed, by what it is called. */
const targets = ({ widget }: Scene) =>
  widget.view.evaluate((view) =>
    [...view.querySelectorAll<HTMLElement>("button, textarea")]
      .filter((node) => node.checkVisibility())
      .map((node) => {
        const { width, height } = node.getBoundingClientRect();
        return [node.ariaLabel || node.textContent || node.localName, width, height] as const;
      }),
  );

for (const [pointer, least, context] of [
  ["fine", 24, {}],
  ["coarse", 44, { hasTouch: true, isMobile: true, viewport: { width: 390, height: 780 } }],
] as const) {
  test(`with a ${pointer} pointer nothing to press is smaller than ${least} pixels`, async (t) => {
    const boxes = await targets(await open(t, { context }));
    assert.equal(boxes.length, 8, "thumbs, reasons, text, send and close");
    for (const [name, width, height] of boxes) {
      assert.ok(width >= least && height >= least, `${name}: ${width} × ${height}`);
    }
  });
}

/** Everything with words, and whether any of it is cut off or outside the viewport. */
const spills = ({ widget }: Scene) =>
  widget.view.evaluate((view) => {
    const spilled: string[] = [];
    for (const node of view.querySelectorAll<HTMLElement>(
      "button, label, textarea, span, [part]",
    )) {
      if (!node.checkVisibility()) continue;
      const { left, right } = node.getBoundingClientRect();
      const name = node.getAttribute("part") || node.getAttribute("name") || node.localName;
      if (left < 0 || right > innerWidth) spilled.push(`${name} outside: ${left} to ${right}`);
      if (node.localName !== "textarea" && node.scrollWidth > node.clientWidth + 1) {
        if (getComputedStyle(node).display !== "inline") spilled.push(`${name} cut off`);
      }
    }
    if (document.documentElement.scrollWidth > innerWidth)
      spilled.push("the page scrolls sideways");
    return spilled;
  });

/** Whether every part of the panel can be scrolled to and pressed. */
const usable = async ({ page, widget, calls }: Scene) => {
  await page.getByRole("button", { name: "Not what I asked" }).click();
  await widget.text.fill("enough");
  await widget.send.click();
  assert.equal((await calls(2))[1]?.body.comment, "enough");
};

for (const [zoom, viewport] of [
  ["200%", { width: 640, height: 512 }],
  ["400%", { width: 320, height: 256 }],
] as const) {
  test(`at ${zoom} zoom nothing is cut off, and all of it can be used`, async (t) => {
    // Zoom is a viewport of fewer CSS pixels: 1280 × 1024 at 400% is 320 × 256.
    const opened = await open(t, { context: { viewport } });
    assert.deepEqual(await spills(opened), []);
    await usable(opened);
  });
}

test("text of twice the size is not cut off", async (t) => {
  const opened = await open(t, {
    head: "<style>html { font-size: 200% }</style>",
    context: { viewport: { width: 640, height: 512 } },
  });
  assert.deepEqual(await spills(opened), []);
  await usable(opened);
});

test("WCAG's text spacing cuts nothing off", async (t) => {
  const opened = await open(t, { context: { viewport: { width: 400, height: 700 } } });
  // As people do it who need it: with a style of their own, in every shadow root.
  await opened.widget.element.evaluate((element) => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(`* { line-height: 1.5 !important; letter-spacing: 0.12em !important;
      word-spacing: 0.16em !important } p { margin-bottom: 2em !important }`);
    element.shadowRoot?.adoptedStyleSheets.push(sheet);
  });
  assert.deepEqual(await spills(opened), []);
  await usable(opened);
});

test("nothing moves by itself where motion is not wanted", async (t) => {
  const { widget, page } = await open(t, { context: { reducedMotion: "reduce" } });
  await widget.thumb("positive").click();
  assert.deepEqual(
    await widget.element.evaluate((element) =>
      element.shadowRoot?.getAnimations().map(({ playState }) => playState),
    ),
    [],
  );
  await page.keyboard.press("Escape");
});

for (const forcedColors of ["none", "active"] as const) {
  test(`the focus can be seen on everything that takes it, forced colours ${forcedColors}`, async (t) => {
    const opened = await open(t, { context: { forcedColors } });
    const { page, widget } = opened;
    const seen = new Set<string>();
    await widget.thumb("positive").focus();
    // The last key that was pressed decides whether a focus is shown.
    await page.keyboard.press("Shift");
    for (let steps = 0; steps < 10; steps++) {
      const focus = await widget.element.evaluate((element) => {
        const node = element.shadowRoot?.activeElement;
        if (!node) return;
        const { outlineStyle, outlineWidth, outlineColor } = getComputedStyle(node);
        const canvas = getComputedStyle(document.documentElement).backgroundColor;
        return {
          name: node.ariaLabel || node.textContent || node.localName,
          width: outlineStyle === "none" ? 0 : Number.parseFloat(outlineWidth),
          colour: outlineColor,
          canvas: canvas === "rgba(0, 0, 0, 0)" ? "rgb(255, 255, 255)" : canvas,
        };
      });
      if (focus) {
        assert.ok(focus.width >= 2, `${focus.name} has a ring of ${focus.width}px`);
        const contrast = ratio(focus.colour, focus.canvas);
        assert.ok(contrast >= 3, `${focus.name}: ${focus.colour} on ${focus.canvas}, ${contrast}`);
        seen.add(focus.name);
      }
      await page.keyboard.press("Tab");
    }
    assert.equal(seen.size, 8, [...seen].join());
  });
}

/** WCAG's contrast of two colours written `rgb(r, g, b)`. */
const ratio = (one: string, other: string): number => {
  const luminance = (colour: string) => {
    const [red = 0, green = 0, blue = 0] = (colour.match(/[\d.]+/g) ?? []).map((channel) => {
      const part = Number(channel) / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return ((light ?? 0) + 0.05) / ((dark ?? 0) + 0.05);
};

test("on paper the vote can be seen, the panel not", async (t) => {
  const { page, widget } = await open(t);
  await page.emulateMedia({ media: "print" });
  assert.equal(await widget.panel.isVisible(), false);
  const fills = await widget.view.evaluate((view) =>
    [...view.querySelectorAll("[value] svg")].map((icon) => {
      const { fill, stroke } = getComputedStyle(icon);
      // Backgrounds are not printed; a fill is.
      return [fill === "none" ? "outline" : "filled", stroke !== "none"];
    }),
  );
  assert.deepEqual(fills, [
    ["outline", true],
    ["filled", true],
  ]);
});

test("a vote is told by shape as well as by colour", async (t) => {
  const { widget } = await open(t);
  const fill = (outcome: "positive" | "negative") =>
    widget
      .thumb(outcome)
      .locator("svg")
      .evaluate((icon) => getComputedStyle(icon).fill);
  assert.equal(await fill("positive"), "none");
  assert.notEqual(await fill("negative"), "none");
});

for (const [dir, inside] of [
  ["rtl", "ltr"],
  ["ltr", "rtl"],
] as const) {
  test(`the nearest dir decides: ${inside} inside ${dir}`, async (t) => {
    const { widget } = await scene(t, {
      policy: "",
      body: `<div dir="${dir}"><section dir="${inside}" style="margin: 0 10rem">${REASONS}</section></div>`,
    });
    await widget.thumb("negative").click();
    await widget.reach("sent", "negative");
    const [positive, negative, status, send, close] = await widget.view.evaluate((view) =>
      ["[value=positive]", "[value=negative]", "[part=status]", "[name=send]", "[name=close]"].map(
        (selector) => view.querySelector(selector)?.getBoundingClientRect().x ?? 0,
      ),
    );
    const inOrder = [positive, negative, status] as number[];
    const sorted = inOrder.toSorted((one, other) => (inside === "ltr" ? one - other : other - one));
    assert.deepEqual(inOrder, sorted);
    // Send stands at the end of the line.
    const sendIsRight = (send as number) > (close as number);
    assert.equal(sendIsRight, inside === "ltr");
  });
}

test("the reason of a refusal stands there to be read, not only on hover", async (t) => {
  const { widget, page } = await scene(t, {
    answer: () => refusal(403, "user_mismatch"),
    context: { hasTouch: true, isMobile: true, viewport: { width: 390, height: 780 } },
  });
  await widget.thumb("positive").tap();
  await widget.reach("rejected", "");
  const status = page.locator("[part=status]");
  assert.equal(await status.isVisible(), true);
  assert.equal(await status.textContent(), "Not accepted: you may not vote here");
  assert.equal(await status.getAttribute("role"), "status");
});

test("the status is announced once for each change, by one region that was there before", async (t) => {
  const { widget, page } = await scene(t);
  await page.evaluate(() => {
    const region = document
      .querySelector("workflowai-feedback")
      ?.shadowRoot?.querySelector("[part=status]") as Element;
    const said: string[] = [];
    Object.assign(window, { said, region });
    new MutationObserver(() => said.push((region.textContent ?? "").trim())).observe(region, {
      characterData: true,
      childList: true,
      subtree: true,
    });
  });
  await widget.thumb("positive").click();
  await widget.reach("sent", "positive");
  await page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 100)));
  assert.deepEqual(await page.evaluate(() => (window as unknown as { said: string[] }).said), [
    "Sending…",
    "Thank you for your feedback",
  ]);
  assert.equal(
    await widget.element.evaluate(
      (element) =>
        element.shadowRoot?.querySelector("[part=status]") ===
        (window as unknown as { region: Element }).region,
    ),
    true,
  );
});
