// The results of a running experiment, looked up again every now and then while one watches.
// Without this file the page says what was known when it was opened.
const EVERY_MS = 15000;
const now = document.getElementById("now");

async function look() {
  if (document.visibilityState !== "visible") return;
  const response = await fetch(location.href);
  if (!response.ok || response.redirected) return;
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  const fresh = page.getElementById("now");
  if (!fresh) return location.reload(); // it was stopped elsewhere
  if (fresh.innerHTML !== now.innerHTML) now.replaceChildren(...document.adoptNode(fresh).childNodes);
}

setInterval(() => look().catch(() => {}), EVERY_MS);
