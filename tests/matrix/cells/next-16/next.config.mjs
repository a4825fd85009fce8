import { dirname } from "node:path";
import { fileURLToPath } from "node:url";

export default {
  // The folder lies in others with lock files of their own.
  turbopack: { root: dirname(fileURLToPath(import.meta.url)) },
  devIndicators: false,
};
