import type { Settings } from "./types.ts";

export const settings: Settings = {};

/** Sets page-wide settings. They are read at use, so it may be called at any time. */
export const configure = (changes: Settings): void => {
  Object.assign(settings, changes);
};

/** What a function gives; nothing where it throws. */
export const attempt = <Result>(read: () => Result): Result | undefined => {
  try {
    return read();
  } catch {}
  return;
};
