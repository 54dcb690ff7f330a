// A walk through an exhibition: keys and buttons lead from work to work, the plan shows the room one
// is in. Without this file the page is read as any other.
const works = [...document.querySelectorAll("[data-hung]")];
const steps = document.querySelector("[data-steps]");

const keys = {
  ArrowRight: () => step(1),
  ArrowLeft: () => step(-1),
  j: () => step(1),
  k: () => step(-1),
  l: () => press(".mark.like"),
  s: () => press(".mark.save"),
  h: () => press(".mark.hide"),
};

// Before the site's own keys, which know the walls of cards: what is done here is done.
document.addEventListener(
  "keydown",
  (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
    if (event.target.closest("input, textarea, select, details, .card, [contenteditable]")) return;
    if (!keys[event.key]?.()) return;
    event.preventDefault();
    event.stopPropagation();
  },
  { capture: true },
);

function step(by) {
  const here = works.indexOf(document.activeElement?.closest("[data-hung]"));
  const next = here >= 0 && isNear(works[here]) ? works[here + by] : nearest(by);
  if (!next) return false;
  next.querySelector(".hung-picture").focus({ preventScroll: true, focusVisible: true });
  next.scrollIntoView({ block: "center", behavior: still() ? "instant" : "smooth" });
  count(next);
  return true;
}

// Who has scrolled far away from the work they pointed at goes on from where they are.
function isNear(work) {
  const { top, bottom } = work.getBoundingClientRect();
  return bottom > -innerHeight && top < 2 * innerHeight;
}

// Where nobody points at a work, the next one is told by how far one has come.
function nearest(by) {
  const below = works.findIndex((work) => work.getBoundingClientRect().bottom > innerHeight * 0.5);
  if (below < 0) return by > 0 ? undefined : works.at(-1);
  return by > 0 ? works[below] : works[below - 1];
}

// The buttons for it, and which work of how many it is.
steps.hidden = works.length < 2;
for (const button of steps.querySelectorAll("[data-step]")) {
  button.addEventListener("mousedown", (event) => event.preventDefault()); // the work keeps the focus
  button.addEventListener("click", () => step(Number(button.dataset.step)));
}
const passed = new IntersectionObserver(
  (seen) => {
    for (const { isIntersecting, target } of seen) if (isIntersecting) count(target);
  },
  { rootMargin: "-50% 0px -50% 0px" },
);
for (const work of works) passed.observe(work);

function count(work) {
  steps.querySelector("[data-place]").textContent = works.indexOf(work) + 1;
}

function press(selector) {
  const mark = document.activeElement?.closest("[data-hung]")?.querySelector(selector);
  mark?.click();
  return Boolean(mark);
}

function still() {
  return matchMedia("(prefers-reduced-motion: reduce)").matches;
}

const floor = document.querySelector("[data-floor]");
if (floor) {
  const entered = new IntersectionObserver(
    (seen) => {
      for (const { isIntersecting, target } of seen) {
        const link = floor.querySelector(`[href="#${target.id}"]`);
        if (isIntersecting) link.setAttribute("aria-current", "location");
        else link.removeAttribute("aria-current");
      }
      const here = floor.querySelector("[aria-current]");
      if (here) here.closest("ol").scrollTo({ left: here.offsetLeft - 60, behavior: "instant" });
    },
    { rootMargin: "-50% 0px -50% 0px" },
  );
  for (const room of document.querySelectorAll("[data-room]")) entered.observe(room);
}
