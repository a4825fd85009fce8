/** Icons of a page's own, for the slots. */
export const ICONS = `
  <span slot="positive" aria-hidden="true">👍</span>
  <span slot="negative" aria-hidden="true">👎</span>
`;

const ATTRIBUTES = ["label", "comment", "comment-placement", "outcome", "user-id", "api-url"];
const BOOLEANS = ["restore", "readonly", "disabled"];
const PROPERTIES = ["color", "accent", "surface", "size", "radius", "gap", "font"];
const COLOURS = ["color", "accent", "surface"];

/**
 * The element's attributes for the chosen settings.
 *
 * @param {Map<string, string>} chosen
 */
export function attributesOf(chosen) {
  const attributes = new Map();
  for (const name of ATTRIBUTES) {
    if (chosen.has(name)) attributes.set(name, chosen.get(name));
  }
  const reasons = (chosen.get("reasons") ?? "").split("\n").flatMap((line) => line.trim() || []);
  if (reasons.length) attributes.set("reasons", JSON.stringify(reasons));
  for (const name of BOOLEANS) {
    if (chosen.has(name)) attributes.set(name, "");
  }
  return attributes;
}

/**
 * The custom properties, as declarations.
 *
 * @param {Map<string, string>} chosen
 */
export function styleOf(chosen) {
  return PROPERTIES.filter((name) =>
    COLOURS.includes(name) ? chosen.has(`has-${name}`) : chosen.has(name),
  )
    .map((name) => `--workflowai-feedback-${name}: ${chosen.get(name)};`)
    .join("\n");
}

/** @param {string} value */
const quoted = (value) =>
  value.includes('"')
    ? `'${value.replaceAll("&", "&amp;").replaceAll("'", "&#39;")}'`
    : `"${value.replaceAll("&", "&amp;")}"`;

/** @param {string} text */
const indented = (text) => text.replace(/^(?=.)/gm, "  ");

/**
 * What to paste into a page for the chosen settings.
 *
 * @param {Map<string, string>} chosen
 * @param {boolean} rightToLeft
 */
export function htmlOf(chosen, rightToLeft) {
  const attributes = attributesOf(chosen);
  if (!attributes.has("api-url")) attributes.set("api-url", location.origin);
  if (chosen.get("state") !== "no_token") attributes.set("feedback-token", "TOKEN-OF-THE-RUN");
  if (attributes.has("user-id")) attributes.set("user-id", "ID-OF-THE-USER");
  const given = [...attributes].map(([name, value]) => (value ? `${name}=${quoted(value)}` : name));
  const icons = chosen.has("icons") ? `\n${indented(ICONS.trim().replace(/^ +/gm, ""))}\n` : "";
  let widget = `<workflowai-feedback\n${indented(given.join("\n"))}\n>${icons}</workflowai-feedback>`;
  const lang = chosen.get("lang") ?? "en";
  if (lang !== "en" || rightToLeft) {
    const dir = rightToLeft ? ' dir="rtl"' : "";
    widget = `<div lang="${lang}"${dir}>\n${indented(widget)}\n</div>`;
  }
  const style = styleOf(chosen);
  const looks = style
    ? `<style>\n  workflowai-feedback {\n${indented(indented(style))}\n  }\n</style>\n\n`
    : "";
  const script = `<script type="module" src="${location.origin}/widget/latest/index.js"></script>`;
  return `${script}\n\n${looks}${widget}`;
}

/**
 * Shows HTML as text, its names and values told apart.
 *
 * @param {HTMLElement} code
 * @param {string} html
 */
export function paintHtml(code, html) {
  const parts = html.split(/(<\/?[\w-]+|"[^"]*"|'[^']*')/);
  code.replaceChildren(
    ...parts.map((part, index) => {
      // The odd ones are what the pattern found.
      if (index % 2 === 0) return part;
      const node = document.createElement(part.startsWith("<") ? "b" : "i");
      node.textContent = part;
      return node;
    }),
  );
}
