import { resolve } from "node:path";

export default (env) => ({
  entry: "./main.js",
  mode: env.WEBPACK_SERVE ? "development" : "production",
  output: { path: resolve("dist"), clean: true },
  // What any app of some size would say too: the page and React are no news here.
  performance: { hints: false },
  devServer: { static: { directory: ".", watch: false }, client: { logging: "none" } },
});
