// A classic script in the head, so that a chosen theme is there before the first paint.
{
  const KEY = "demo-theme";
  const root = document.documentElement;
  const systemIsDark = matchMedia("(prefers-color-scheme: dark)");
  const isDark = () => (root.dataset.theme ?? (systemIsDark.matches ? "dark" : "light")) === "dark";

  const chosen = localStorage.getItem(KEY);
  if (chosen) root.dataset.theme = chosen;

  document.addEventListener("DOMContentLoaded", () => {
    const button = document.getElementById("theme");
    const show = () => button?.setAttribute("aria-pressed", String(isDark()));
    button?.addEventListener("click", () => {
      root.dataset.theme = isDark() ? "light" : "dark";
      localStorage.setItem(KEY, root.dataset.theme);
      show();
    });
    systemIsDark.addEventListener("change", show);
    show();
  });
}
