// What editors and catalogues know of the element: one description, in the form of each of them.

/** What the page's author says of the element. `property` is left out where it is the name. */
export const ATTRIBUTES = [
  {
    name: "feedback-token",
    property: "feedbackToken",
    type: "string | null",
    description: "The run's token. It may come late: until then the thumbs are disabled.",
  },
  {
    name: "user-id",
    property: "userID",
    type: "string | null",
    description: "The end user, optional; one vote per run and user.",
  },
  {
    name: "api-url",
    property: "apiUrl",
    type: "string | null",
    description:
      "Base address of the receiver. Default: `configure`, `<meta>`, then the page's own origin.",
  },
  {
    name: "comment",
    values: {
      "after-vote": "After either thumb (default).",
      negative: "Only after thumbs down.",
      off: "Never.",
    },
    description: "When the comment panel opens.",
  },
  {
    name: "comment-placement",
    property: "commentPlacement",
    values: {
      popover: "Over the page, without moving it (default).",
      inline: "Below the thumbs.",
    },
    description: "Where the comment panel is.",
  },
  {
    name: "reasons",
    type: "string[]",
    description:
      "Up to 8 reasons of 64 characters, to choose from after thumbs down. The attribute is JSON.",
  },
  {
    name: "label",
    type: "string | null",
    description: "Names the widget for assistive technology, such as “Feedback on answer 3”.",
  },
  {
    name: "outcome",
    values: { positive: "Thumbs up.", negative: "Thumbs down." },
    description: "The vote that the page knows of; the property is the current one.",
  },
  {
    name: "restore",
    type: "boolean",
    description: "Asks the receiver for an earlier vote when the widget is first seen.",
  },
  { name: "readonly", type: "boolean", description: "Shows the vote and takes none." },
  { name: "disabled", type: "boolean", description: "Takes no vote." },
];

export const EVENTS = [
  {
    name: "feedback-before-send",
    type: "CustomEvent<VoteDetail>",
    description:
      "The first request of a vote is about to leave. Cancelled, the vote is given up: nothing is sent.",
  },
  {
    name: "feedback-change",
    type: "CustomEvent<ChangeDetail>",
    description: "The thumbs show something else.",
  },
  {
    name: "feedback-sent",
    type: "CustomEvent<ResultDetail>",
    description: "The receiver proved that it holds the vote.",
  },
  {
    name: "feedback-queued",
    type: "CustomEvent<ResultDetail>",
    description: "The vote is kept and will be tried again.",
  },
  {
    name: "feedback-error",
    type: "CustomEvent<ResultDetail>",
    description: "The vote was refused, or given up.",
  },
  {
    name: "feedback-retract",
    type: "CustomEvent<ResultDetail>",
    description: "The receiver proved that the vote is taken back.",
  },
];

const METHODS = [
  {
    name: "vote",
    parameters: [
      { name: "outcome", type: { text: '"positive" | "negative" | null' } },
      {
        name: "options",
        optional: true,
        type: { text: "{ comment?: string; reasons?: string[] }" },
      },
    ],
    return: { type: { text: "void" } },
    description: "Votes from a script; `null` takes the vote back.",
  },
  {
    name: "retract",
    return: { type: { text: "void" } },
    description: "Takes the vote back.",
  },
  {
    name: "flush",
    return: { type: { text: "Promise<void>" } },
    description: "Tries again now what is kept.",
  },
  {
    name: "preload",
    return: { type: { text: "Promise<void>" } },
    description: "Loads the core before anybody reaches for a thumb.",
  },
];

export const PARTS = [
  { name: "button", description: "Either thumb." },
  { name: "positive", description: "Thumbs up." },
  { name: "negative", description: "Thumbs down." },
  { name: "panel", description: "The comment panel." },
  { name: "reasons", description: "The reasons to choose from." },
  { name: "comment", description: "The text box." },
  { name: "counter", description: "The characters left, near the limit." },
  { name: "status", description: "What became of the vote, in words." },
];

const ICONS = [
  { name: "positive", description: "The icon of thumbs up." },
  { name: "negative", description: "The icon of thumbs down." },
];
/** Names alone: nobody sees them, and the page's own are `label` and `configure`. */
const NAMES = ["group", "positive", "negative"];
/** The icons, and every text that is seen. */
const slotsOf = (texts) => [
  ...ICONS,
  ...Object.entries(texts)
    .filter(([name]) => !NAMES.includes(name))
    .map(([name, words]) => ({ name, description: `Text in place of “${words}”.` })),
];

export const PROPERTIES = [
  {
    name: "--workflowai-feedback-color",
    description: "Thumbs and texts. Default: the text around.",
  },
  { name: "--workflowai-feedback-accent", description: "A pressed thumb, “Send”, the focus." },
  { name: "--workflowai-feedback-surface", description: "The panel's background." },
  {
    name: "--workflowai-feedback-size",
    description: "A thumb's height. Default: 2rem, 2.75rem for fingers.",
  },
  {
    name: "--workflowai-feedback-radius",
    description: "The roundness of buttons and panel.",
  },
  { name: "--workflowai-feedback-gap", description: "The space between things." },
  { name: "--workflowai-feedback-font", description: "The font. Default: the text around." },
];

const STATES = [
  { name: "positive", description: "Thumbs up is pressed." },
  { name: "negative", description: "Thumbs down is pressed." },
  { name: "sending", description: "A request is under way." },
  { name: "queued", description: "The vote is kept and will be tried again." },
  { name: "error", description: "The vote was refused." },
];

const TAG = "workflowai-feedback";
const DESCRIPTION = "Thumbs up, thumbs down and a comment for one AI answer.";

const typeOf = ({ type, values }) =>
  type ??
  `${Object.keys(values)
    .map((value) => `"${value}"`)
    .join(" | ")} | null`;

/** The custom elements manifest. */
const manifest = (slots) => ({
  schemaVersion: "2.1.0",
  modules: [
    {
      kind: "javascript-module",
      path: "index.js",
      declarations: [
        {
          kind: "class",
          name: "FeedbackElement",
          customElement: true,
          tagName: TAG,
          description: DESCRIPTION,
          superclass: { name: "HTMLElement" },
          attributes: ATTRIBUTES.map((each) => ({
            name: each.name,
            fieldName: each.property ?? each.name,
            type: { text: typeOf(each) },
            description: each.description,
          })),
          members: [
            ...ATTRIBUTES.map((each) => ({
              kind: "field",
              name: each.property ?? each.name,
              attribute: each.name,
              reflects: each.name !== "outcome",
              type: { text: typeOf(each) },
              description: each.description,
            })),
            ...METHODS.map((each) => ({ kind: "method", ...each })),
          ],
          events: EVENTS.map(({ type, ...each }) => ({ ...each, type: { text: type } })),
          slots,
          cssParts: PARTS,
          cssProperties: PROPERTIES,
          cssStates: STATES,
        },
      ],
      exports: [
        {
          kind: "custom-element-definition",
          name: TAG,
          declaration: { name: "FeedbackElement", module: "index.js" },
        },
        {
          kind: "js",
          name: "FeedbackElement",
          declaration: { name: "FeedbackElement", module: "index.js" },
        },
      ],
    },
  ],
});

/** HTML custom data, as Visual Studio Code reads it (`html.customData`). */
const customData = () => ({
  version: 1.1,
  tags: [
    {
      name: TAG,
      description: DESCRIPTION,
      attributes: ATTRIBUTES.map(({ name, type, values, description }) => ({
        name,
        description,
        ...(type === "boolean" && { valueSet: "v" }),
        ...(values && {
          values: Object.entries(values).map(([name, description]) => ({ name, description })),
        }),
      })),
    },
  ],
});

/** Web types, as the editors of JetBrains read them. */
const webTypes = (name, version, slots) => ({
  $schema: "https://json.schemastore.org/web-types",
  name,
  version,
  "description-markup": "markdown",
  contributions: {
    html: {
      elements: [
        {
          name: TAG,
          description: DESCRIPTION,
          attributes: ATTRIBUTES.map((each) => ({
            name: each.name,
            description: each.description,
            value: {
              type: each.values ? Object.keys(each.values).map((value) => `"${value}"`) : each.type,
            },
          })),
          slots,
          js: {
            properties: ATTRIBUTES.map((each) => ({
              name: each.property ?? each.name,
              type: typeOf(each),
              description: each.description,
            })),
            events: EVENTS.map(({ name, description }) => ({ name, description })),
          },
          css: { parts: PARTS, properties: PROPERTIES },
        },
      ],
    },
  },
});

/** The files by their names. */
export const editors = ({ name, version }, texts) => {
  const slots = slotsOf(texts);
  return {
    "custom-elements.json": manifest(slots),
    "vscode.html-custom-data.json": customData(),
    "web-types.json": webTypes(name, version, slots),
  };
};
