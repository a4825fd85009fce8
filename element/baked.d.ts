/** The idle markup, rendered from the Leptos view at build time. */
declare const BAKED_HTML: string;
/** The same, as the shell makes it. */
declare const BAKED_MARKUP: import("./feedback-element.ts").Markup;
/** The minified stylesheet of the element. */
declare const BAKED_STYLE: string;
/** A hash of the markup: nodes of another build are not adopted. */
declare const BAKED_BUILD: string;
/** The package's version. */
declare const BAKED_VERSION: string;
/** The minified stylesheet of panel and status line. */
declare const BAKED_PANEL_STYLE: string;
