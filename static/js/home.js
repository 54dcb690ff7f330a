// Rails move by touch, by the keyboard from work to work, and by two buttons where there is a
// pointer. "Show others" brings other works in place; without this file it is a plain link.
const still = matchMedia("(prefers-reduced-motion: reduce)");
const STEP = 0.85; // of what is in view, so that one work of before stays in sight

function arm(rail) {
  const strip = rail.querySelector("[data-strip]");
  const steps = rail.querySelector("[data-steps]");
  const [back, on] = steps.querySelectorAll("[data-step]");
  const say = () => {
    const room = strip.scrollWidth - strip.clientWidth;
    steps.hidden = room < 8;
    back.disabled = strip.scrollLeft < 8;
    on.disabled = strip.scrollLeft > room - 8;
  };
  steps.addEventListener("click", (event) => {
    const step = event.target.closest("[data-step]");
    if (!step) return;
    const left = Number(step.dataset.step) * STEP * strip.clientWidth;
    strip.scrollBy({ left, behavior: still.matches ? "instant" : "smooth" });
  });
  strip.addEventListener("scroll", say, { passive: true });
  new ResizeObserver(say).observe(strip);
  say();
}

for (const rail of document.querySelectorAll("[data-rail]")) arm(rail);

document.addEventListener("click", async (event) => {
  const link = event.target.closest("a[data-others]");
  if (!link || event.metaKey || event.ctrlKey || event.shiftKey) return;
  event.preventDefault();
  const rail = document.getElementById(link.dataset.others);
  rail.setAttribute("aria-busy", "true");
  try {
    const response = await fetch(link.href, { headers: { "X-Rail": link.dataset.others } });
    if (!response.ok) throw new Error(`${response.status}`);
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const fresh = document.adoptNode(page.getElementById(link.dataset.others));
    // What stands elsewhere on this page since it came must not stand here too.
    const shown = new Set([...document.querySelectorAll("[data-work]")].filter((work) => !rail.contains(work)).map((work) => work.dataset.work));
    for (const card of fresh.querySelectorAll("[data-work]")) if (shown.has(card.dataset.work)) card.remove();
    rail.replaceWith(fresh);
    arm(fresh);
    fresh.querySelector("a[data-others]").focus({ preventScroll: true });
    history.replaceState(history.state, "", link.href);
  } catch {
    location.assign(link.href);
  }
});
