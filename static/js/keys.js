// The keyboard: walk along the walls, like, hide, and a list of all of it.
const help = document.getElementById("keys-help");
const opener = document.getElementById("keys");

const pictures = () => [...document.querySelectorAll(".card:not(.leaving) .card-picture")];
const current = () => document.activeElement?.closest(".card, .stage");

function step(by) {
  const all = pictures();
  const here = all.indexOf(current()?.querySelector(".card-picture"));
  focus(here < 0 ? all[0] : all[here + by]);
}

function row(down) {
  const all = pictures();
  const here = current()?.querySelector(".card-picture");
  if (!here) return focus(all[0]);
  const from = here.getBoundingClientRect();
  const middle = from.left + from.width / 2;
  const boxes = all.map((picture) => [picture, picture.getBoundingClientRect()]);
  const beyond = boxes.filter(([, box]) => (down ? box.top >= from.bottom : box.bottom <= from.top));
  if (!beyond.length) return;
  const edge = down ? Math.min(...beyond.map(([, box]) => box.top)) : Math.max(...beyond.map(([, box]) => box.bottom));
  const next = beyond.find(([, box]) => (down ? box.top : box.bottom) === edge);
  // Works of a strip are one row, though they may hang by their centres.
  const strip = next[0].closest("[data-strip]");
  const level = beyond.filter(([one, box]) => (strip ? strip.contains(one) : Math.abs(box.top - next[1].top) < 4));
  const away = ([, box]) => Math.abs(box.left + box.width / 2 - middle);
  focus(level.reduce((best, one) => (away(one) < away(best) ? one : best))[0]);
}

function focus(picture) {
  picture?.focus({ preventScroll: true, focusVisible: true });
  picture?.scrollIntoView({ block: "nearest", behavior: "instant" });
}

function press(selector) {
  (current() ?? document.querySelector(".stage"))?.querySelector(selector)?.click();
}

const keys = {
  ArrowRight: () => step(1),
  ArrowLeft: () => step(-1),
  ArrowDown: () => row(true),
  ArrowUp: () => row(false),
  j: () => step(1),
  k: () => step(-1),
  l: () => press(".mark.like"),
  s: () => press(".mark.save"),
  h: () => press(".mark.hide"),
  "?": () => help.showModal(),
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
  if (event.target.closest("input, textarea, select, details, [contenteditable]")) return;
  const act = keys[event.key];
  // Until somebody is on the wall, up and down scroll the page as everywhere.
  if (!act || (event.key.startsWith("Arrow") && !current()?.matches(".card"))) return;
  event.preventDefault();
  act();
});

opener.hidden = false;
opener.addEventListener("click", () => help.showModal());
