/** What one cell of the table tries: a way of bundling, and a framework. */
export interface Cell {
  /** Its folder in `cells/`, where its packages are pinned; absent where there is no bundler. */
  bundler: string;
  /** Its file in `apps/`, without the ending. */
  app: string;
  /** Makes `dist/`, as the program and its arguments; the address of what is served is `root`. */
  build?: string[];
  /** The bundler's own server; `PORT` is replaced. */
  serve?: string[];
  /** The page's file. */
  html: string;
  /** What is served after a build. */
  root: string;
  /** The page's policy. */
  policy?: Policy;
  /** Belongs to the cells that are tried every day. */
  everyday?: boolean;
}

export interface Policy {
  name: string;
  header?: string;
  headers?: Record<string, string>;
  /** Puts the page into a frame with this `sandbox`. */
  sandbox?: string;
  /** Whether WebAssembly may run; true unless said otherwise. */
  wasm?: false;
  /** Belongs to the cells that are tried every day; no other test of every day has it. */
  everyday?: boolean;
}

/** The names of packages whose versions the table shows, by app. */
export const FRAMEWORKS: Record<string, { name: string; packages: string[] }> = {
  plain: { name: "plain", packages: [] },
  react: { name: "React, `./react`", packages: ["react"] },
  "react-element": { name: "React, the element itself", packages: ["react"] },
  preact: { name: "Preact", packages: ["preact"] },
  vue: { name: "Vue", packages: ["vue"] },
  svelte: { name: "Svelte", packages: ["svelte"] },
  solid: { name: "Solid", packages: ["solid-js"] },
  lit: { name: "Lit", packages: ["lit"] },
  angular: { name: "Angular", packages: ["@angular/core"] },
  next: { name: "React, server component and island", packages: ["react"] },
};

const MODULE =
  '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Answers</title><link rel="icon" href="data:,">HEAD</head><body><div id="app"></div></body></html>';
const page = (head: string) => MODULE.replace("HEAD", head);
const script = (path: string) => page(`<script type="module" src="${path}"></script>`);

const vite = (bundler: string, app: string): Cell => ({
  bundler,
  app,
  build: ["vite", "build", "--logLevel", "warn"],
  serve: ["vite", "--host", "127.0.0.1", "--port", "PORT", "--strictPort"],
  html: script(app === "solid" ? "/main.jsx" : "/main.js"),
  root: "dist",
});

const webpack = (bundler: "webpack-5" | "rspack", app: string): Cell => ({
  bundler,
  app,
  build: bundler === "rspack" ? ["rspack", "build"] : ["webpack"],
  serve: [
    bundler === "rspack" ? "rspack" : "webpack",
    "serve",
    "--host",
    "127.0.0.1",
    "--port",
    "PORT",
  ],
  // A plain script: that is what webpack writes.
  html: page('<script defer src="/main.js"></script>'),
  root: "dist",
});

const rollup = (app: string): Cell => ({
  bundler: "rollup",
  app,
  build: ["rollup", "-c", "rollup.config.js", "--silent"],
  html: script("/main.js"),
  root: "dist",
});

const ESBUILD = ["esbuild", "main.js", "--bundle", "--splitting", "--format=esm", "--outdir=dist"];
const esbuild = (app: string): Cell => ({
  bundler: "esbuild",
  app,
  build: [...ESBUILD, "--minify", "--log-level=warning"],
  serve: [...ESBUILD, "--servedir=dist", "--serve=127.0.0.1:PORT"],
  html: script("/main.js"),
  root: "dist",
});

const parcel = (app: string): Cell => ({
  bundler: "parcel",
  app,
  build: [
    "parcel",
    "build",
    "index.html",
    "--dist-dir",
    "dist",
    "--no-cache",
    "--log-level",
    "warn",
  ],
  serve: [
    "parcel",
    "serve",
    "index.html",
    "--dist-dir",
    "served",
    "--host",
    "127.0.0.1",
    "--port",
    "PORT",
    "--no-hmr",
  ],
  html: script("./main.js"),
  root: "dist",
});

const next: Cell = {
  bundler: "next-16",
  app: "next",
  build: ["next", "build"],
  serve: ["next", "dev", "--hostname", "127.0.0.1", "--port", "PORT"],
  html: "",
  root: "",
};

const PACKAGE = "/node_modules/workflowai-feedback";
const plainly = (bundler: string, head: string): Cell => ({
  bundler,
  app: "plain",
  html: page(head),
  root: ".",
});
const importMap = plainly(
  "no bundler (import map)",
  `<script type="importmap">{"imports": {"workflowai-feedback": "${PACKAGE}/index.js"}}</script>
   <script type="module" src="/main.js"></script>`,
);
const classic = plainly(
  "classic script",
  `<script src="${PACKAGE}/classic.js"></script><script type="module" src="/main.js"></script>`,
);
const inline = plainly(
  "inline",
  `<script type="importmap">{"imports": {"workflowai-feedback": "${PACKAGE}/inline.js"}}</script>
   <script type="module" src="/main.js"></script>`,
);

const POLICIES: Policy[] = [
  {
    name: "strict",
    header: "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'",
  },
  {
    name: "nonce and strict-dynamic",
    everyday: true,
    header:
      "default-src 'none'; script-src 'nonce-n0nce' 'strict-dynamic' 'wasm-unsafe-eval'; connect-src 'self'",
  },
  {
    name: "Trusted Types, our policy's name allowed",
    header:
      "script-src 'self' 'wasm-unsafe-eval'; require-trusted-types-for 'script'; trusted-types workflowai-feedback",
  },
  {
    name: "Trusted Types, no policy allowed",
    everyday: true,
    header:
      "script-src 'self' 'wasm-unsafe-eval'; require-trusted-types-for 'script'; trusted-types 'none'",
  },
  {
    name: "no WebAssembly",
    header: "default-src 'none'; script-src 'self'; connect-src 'self'",
    wasm: false,
  },
  { name: "sandboxed frame", sandbox: "allow-scripts", everyday: true },
  {
    name: "cross-origin isolated",
    headers: {
      "cross-origin-opener-policy": "same-origin",
      "cross-origin-embedder-policy": "require-corp",
    },
  },
];

const everyday = (cell: Cell): Cell => ({ ...cell, everyday: true });

/** All cells, in the order of the table. */
export const CELLS: Cell[] = [
  everyday(vite("vite-8", "plain")),
  ...["react", "react-element", "preact", "vue", "svelte", "solid", "lit", "angular"].map((app) =>
    vite("vite-8", app),
  ),
  vite("vite-7", "plain"),
  everyday(vite("vite-7", "react")),
  webpack("webpack-5", "plain"),
  webpack("webpack-5", "react"),
  webpack("rspack", "plain"),
  webpack("rspack", "react"),
  rollup("plain"),
  rollup("react"),
  everyday(esbuild("plain")),
  esbuild("react"),
  parcel("plain"),
  parcel("react"),
  everyday(next),
  everyday(importMap),
  classic,
  inline,
  ...POLICIES.map((policy): Cell => {
    const { serve, ...built } = vite("vite-8", "plain");
    // A policy may refuse the page's icon, which is no matter of the widget's.
    const html = built.html.replace(/<link rel="icon"[^>]*>/, "");
    return { ...built, html, policy, everyday: policy.everyday ?? false };
  }),
];

/** What is not tried, and why. */
export const NOT_RUN: [what: string, why: string][] = [
  ["Angular 22 and its command line", "needs Node 22.22 or newer; Angular 21 is tried instead"],
  ["webpack-dev-server 6", "needs Node 22.15 or newer; 5 is tried instead"],
  ["AI SDK 7 (`ai`, `@ai-sdk/react` 4)", "needs Node 22 or newer; AI SDK 6 is tried instead"],
  [
    "Metro 0.85 and newer",
    "needs Node 22.13 or newer; 0.83, that of React Native 0.83, is tried instead",
  ],
  [
    "Preact, Vue, Svelte, Solid, Lit, Angular with the other bundlers",
    "Angular's, Vue's, Svelte's and Solid's own tools are built on Vite, and what a framework does with the element is the same whatever bundled it",
  ],
  [
    "React 18 with the other bundlers",
    "the same file for both; the bundler does not see which it is",
  ],
  [
    "React 18, the element itself",
    "it sets no properties and hears no events of elements; `./react` does both for it",
  ],
  [
    "React with an import map, as a plain script or inlined",
    "`./react` imports `react`, which has no form for browsers without a bundler",
  ],
  ["dev server of Rollup", "it has none"],
];
