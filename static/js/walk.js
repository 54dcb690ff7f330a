// A walk goes on under the wheel, too; and a walk that is being laid out appears by itself.
// Without this file it scrolls sideways, and the page asks again.
const POLL_MS = 1000;
const strip = document.querySelector(".walk");

strip?.addEventListener(
  "wheel",
  (event) => {
    if (event.ctrlKey || event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY)) return;
    const left = strip.scrollWidth - strip.clientWidth - strip.scrollLeft;
    if (event.deltaY > 0 ? left < 1 : strip.scrollLeft < 1) return;
    event.preventDefault();
    strip.scrollLeft += event.deltaMode ? 40 * event.deltaY : event.deltaY;
  },
  { passive: false },
);

async function watch() {
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    try {
      const answer = await fetch(location.href);
      if (answer.redirected || !answer.ok) continue;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      if (page.querySelector("[data-walk-waiting]")) continue;
      location.reload();
      return;
    } catch {
      // The site is away for a moment; the walk is not.
    }
  }
}

if (document.querySelector("[data-walk-waiting]")) watch();
