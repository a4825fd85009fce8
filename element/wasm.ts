import init from "#core";

/** Where the core's file is: the page's own address for it, or beside this file. */
export const address = (own: string | undefined): string =>
  `${own || new URL("./core.wasm", import.meta.url)}`;

/**
 * Starts the core from its file; on any rejection from the copy in a script, which comes along with
 * every bundler and server.
 */
export const load = async (url: string): Promise<unknown> => {
  try {
    const response = await fetch(url);
    // A stream needs the right type. Bytes do not, and where they are some page's instead of the
    // core's they are refused without a word on the console.
    const streamed = response.headers.get("content-type") === "application/wasm";
    return await init({ module_or_path: streamed ? response : response.arrayBuffer() });
  } catch {
    const { bytes } = await import("#core/inline");
    return init({ module_or_path: bytes() });
  }
};
