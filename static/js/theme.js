// Light or dark: follows the system until the visitor decides. The choice is a cookie, so that the
// server sends the right page at once and nothing flashes.
const root = document.documentElement;
const button = document.getElementById("theme");

// Some pages are dark of themselves; the style sheet says so.
function isDark() {
  const scheme = getComputedStyle(root).colorScheme;
  return scheme.includes("light dark") ? matchMedia("(prefers-color-scheme: dark)").matches : scheme === "dark";
}

button.hidden = false;
button.addEventListener("click", () => {
  root.dataset.theme = isDark() ? "light" : "dark";
  const secure = location.protocol === "https:" ? ";secure" : "";
  document.cookie = `theme=${root.dataset.theme};path=/;max-age=31536000;samesite=lax${secure}`;
});
