// Runs before the first paint, so that a dark page never flashes white.
(() => {
  const root = document.documentElement;
  // The settings pages have a root of their own: there the reader's choice stands on this script.
  const { theme: chosen } = document.currentScript.dataset;
  if (["light", "dark"].includes(chosen)) root.dataset.theme = chosen;
  const stored = () => {
    try {
      return localStorage.getItem("theme");
    } catch {
      return null; // storage may be forbidden: the server's choice stands
    }
  };
  const remember = (theme) => {
    try {
      if (theme === "auto") localStorage.removeItem("theme");
      else localStorage.setItem("theme", theme);
    } catch {
      // nothing to do: the choice is still posted to the server
    }
  };
  if (!root.dataset.theme && ["light", "dark"].includes(stored())) root.dataset.theme = stored();

  const isDark = () =>
    root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;

  document.addEventListener("submit", (event) => {
    const button = event.submitter;
    if (button?.name !== "theme") return;
    if (!event.target.matches("[data-theme-form]")) {
      remember(button.value);
      return;
    }
    event.preventDefault();
    const theme = isDark() ? "light" : "dark";
    root.dataset.theme = theme;
    remember(theme);
    const body = new FormData(event.target);
    body.set("theme", theme);
    fetch(event.target.action, { method: "POST", body, redirect: "manual" }).catch(() => {});
  });
})();
