// The tests of the React entry once more, with React 18.
import { join } from "node:path";
import { project } from "./install.ts";

process.env.REACT_MODULES = join(await project("vite-7"), "node_modules");
await import("../browser/react.test.ts");
