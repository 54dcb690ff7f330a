// Changes the lens of "More like this" in place. Without this file the switch is plain links.
const wanted = new Map();
let turn = 0;

const section = () => document.querySelector("[data-lenses]");
const links = () => [...section().querySelectorAll("[data-lens]")];
const plain = (event) => !(event.metaKey || event.ctrlKey || event.shiftKey || event.altKey);

// What a link leads to is asked for once, when one points at it or comes to it by keyboard.
function ask(lens) {
  if (!wanted.has(lens)) {
    const address = new URL(section().dataset.lenses, location.href);
    address.search = location.search;
    address.searchParams.set("lens", lens);
    const answer = fetch(address).then((response) => {
      if (!response.ok || response.redirected) throw new Error(`${response.status}`);
      return response.text();
    });
    answer.catch(() => wanted.delete(lens));
    wanted.set(lens, answer);
  }
  return wanted.get(lens);
}

async function show(lens) {
  const mine = (turn += 1);
  const old = section();
  old.setAttribute("aria-busy", "true");
  try {
    const page = new DOMParser().parseFromString(await ask(lens), "text/html");
    if (mine !== turn) return;
    const next = document.adoptNode(page.querySelector("[data-lenses]"));
    const switcher = old.querySelector(".lens-switch");
    const [place, focused] = [switcher.scrollLeft, switcher.contains(document.activeElement)];
    old.replaceWith(next);
    next.querySelector(".lens-switch").scrollLeft = place;
    const current = next.querySelector("[aria-current]");
    current.scrollIntoView({ block: "nearest", inline: "nearest", behavior: "instant" });
    if (focused) current.focus({ preventScroll: true });
  } finally {
    old.removeAttribute("aria-busy");
  }
}

document.addEventListener("click", async (event) => {
  const link = event.target.closest("[data-lens]");
  if (!link || !plain(event)) return;
  event.preventDefault();
  const address = new URL(link.href);
  address.hash = "";
  try {
    if (address.href !== location.href) history.pushState(null, "", address);
    await show(link.dataset.lens);
  } catch {
    location.assign(link.href);
  }
});

for (const kind of ["pointerover", "focusin"]) {
  document.addEventListener(kind, (event) => {
    const link = event.target.closest("[data-lens]:not([aria-current])");
    if (link) ask(link.dataset.lens).catch(() => {});
  });
}

// Whoever likes or hides a work finds it so under every lens.
document.addEventListener("submit", () => wanted.clear());

// Arrows walk along the switch; elsewhere they walk along the works.
document.addEventListener(
  "keydown",
  (event) => {
    const link = event.target.closest("[data-lens]");
    const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!link || !by || !plain(event)) return;
    event.preventDefault();
    event.stopPropagation();
    const all = links();
    all[(all.indexOf(link) + by + all.length) % all.length].focus();
  },
  { capture: true },
);

// Back and forward bring back the lens of that moment; the address alone says which.
const first = links().find((link) => link.hasAttribute("aria-current"))?.dataset.lens;
addEventListener("popstate", () => {
  const lens = new URLSearchParams(location.search).get("lens") ?? first;
  if (lens && !links().some((link) => link.dataset.lens === lens && link.hasAttribute("aria-current"))) {
    show(lens).catch(() => location.reload());
  }
});
