// Writes a `.br` beside each script, stylesheet and wasm file of a folder, or with `--measure`
// prints what each weighs: path, bytes, bytes after brotli 11, a line each.
// Here and not in Rust, because Node brings brotli along.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { brotliCompressSync, constants } from "node:zlib";

const measure = process.argv[2] === "--measure";
const folder = process.argv.at(-1);

const compress = (bytes) =>
  brotliCompressSync(bytes, {
    params: {
      [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
      [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
    },
  });

const files = readdirSync(folder, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && /\.(js|css|wasm)$/.test(entry.name))
  .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
  .sort();

for (const file of files) {
  if (measure) {
    const bytes = readFileSync(file);
    const path = relative(folder, file).split(sep).join("/");
    console.log([path, bytes.length, compress(bytes).length].join("\t"));
  } else {
    writeFileSync(`${file}.br`, compress(readFileSync(file)));
  }
}
