import init from "#core";
import { bytes } from "#core/inline";

// In place of `wasm.ts` where everything is one file.

/** The core has no address: it is in the script. */
export const address = (): string => "wasm:";

/** Starts the core. */
export const load = (): Promise<unknown> => init({ module_or_path: bytes() });
