/** The nearest of the languages there are: `pt-PT` falls back to `pt-BR`, `zh-TW` to `zh-Hant`. */
export const nearest = (lang: string, tags: readonly string[]): string | undefined => {
  try {
    const { baseName, language, script, region } = new Intl.Locale(lang).maximize();
    const wanted = [baseName, `${language}-${region}`, `${language}-${script}`, language];
    return (
      wanted.find((tag) => tags.includes(tag)) ?? tags.find((tag) => tag.split("-")[0] === language)
    );
  } catch {
    // The page's `lang` is no language tag.
    return;
  }
};
