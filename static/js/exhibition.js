// A walk through an exhibition: the keyboard leads from work to work, the plan shows the room one is
// in. Without this file the page is read as any other.
const works = [...document.querySelectorAll("[data-hung]")];

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
  const next = here < 0 ? nearest(by) : works[here + by];
  if (!next) return false;
  next.querySelector(".hung-picture").focus({ preventScroll: true, focusVisible: true });
  next.scrollIntoView({ block: "center", behavior: still() ? "instant" : "smooth" });
  return true;
}

// Where nobody points at a work, the next one is told by how far one has come.
function nearest(by) {
  const below = works.find((work) => work.getBoundingClientRect().bottom > innerHeight * 0.5);
  return by > 0 ? below : works[works.indexOf(below) - 1];
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
