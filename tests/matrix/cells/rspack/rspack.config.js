import { resolve } from "node:path";

export default (env) => ({
  entry: "./main.js",
  mode: env.WEBPACK_SERVE ? "development" : "production",
  output: { path: resolve("dist"), clean: true },
  performance: { hints: false },
  // It reloads the page when something is first imported: at the first press, and the panel is gone.
  lazyCompilation: false,
  devServer: { static: { directory: ".", watch: false }, client: { logging: "none" } },
});
