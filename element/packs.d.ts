/** Every language but English by its tag, made of `src/locales/` at build time. */
declare module "#locales/index" {
  export const packs: Record<string, () => Promise<{ default: Record<string, string> }>>;
}

/** English, the language of the baked markup. */
declare module "#locales/en" {
  const pack: Record<string, string>;
  export default pack;
}
