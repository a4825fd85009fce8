import type { Settings } from "./types.ts";

const settings: Settings = {};

/** Sets page-wide settings. They are read at use, so it may be called at any time. */
export const configure = (changes: Settings): void => {
  Object.assign(settings, changes);
};

/** A setting in force: `configure` first, then the page's `<meta>`. */
export const setting = <Name extends keyof Settings>(name: Name): Settings[Name] | undefined => {
  try {
    return (
      settings[name] ??
      JSON.parse(
        document.querySelector<HTMLMetaElement>("meta[name=workflowai-feedback]")?.content || "{}",
      )[name]
    );
  } catch (error) {
    console.warn(error);
  }
  return;
};
