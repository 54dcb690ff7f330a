// More works come by themselves near the end of a wall, then wait to be asked, so that the foot of
// the page can be reached. The link is a plain link without this file.
const BY_ITSELF = 4;
let fetched = 0;
let pieces = 0; // that came since the page was opened
let finding = false; // the way back to a place
const PLACE = `wall ${location.href}`;

const observer = new IntersectionObserver(
  (entries) => {
    const entry = entries.find(({ isIntersecting }) => isIntersecting);
    if (entry && fetched < BY_ITSELF) more(entry.target);
  },
  { rootMargin: "2000px" },
);

function watch() {
  const link = document.querySelector(".pager a[rel=next]");
  if (!link) return;
  observer.observe(link);
  link.addEventListener("click", (event) => {
    if (event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    fetched = 0;
    more(link);
  });
}

async function more(link) {
  const pager = link.closest(".pager");
  if (pager.classList.contains("loading")) return;
  pager.classList.add("loading");
  observer.unobserve(link);
  try {
    const response = await fetch(link.href);
    if (!response.ok) throw new Error(`${response.status}`);
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const wall = document.querySelector(".wall");
    const known = new Set([...wall.children].map((card) => card.dataset.work));
    const fresh = [...page.querySelectorAll(".wall .card")].filter((card) => !known.has(card.dataset.work));
    wall.append(...fresh.map((card) => document.adoptNode(card)));
    const next = page.querySelector(".pager");
    next.querySelector(".from-start")?.remove();
    pager.replaceWith(document.adoptNode(next));
    fetched += 1;
    pieces += 1;
    if (!finding) watch();
  } catch {
    pager.classList.remove("loading");
    link.textContent = link.dataset.again;
  }
}

// Whoever comes back finds the place again. Mostly the browser keeps the whole page; where it did
// not, the works that had come are fetched again, and the work that stood on top is brought back.
function keepPlace() {
  const card = [...document.querySelectorAll(".wall .card")].find((each) => each.getBoundingClientRect().bottom > 0);
  if (!pieces || !card) return sessionStorage.removeItem(PLACE);
  const { top } = card.getBoundingClientRect();
  sessionStorage.setItem(PLACE, JSON.stringify({ pieces, work: card.dataset.work, top, height: document.body.scrollHeight }));
}

async function findPlace() {
  const place = JSON.parse(sessionStorage.getItem(PLACE) ?? "null");
  const [way] = performance.getEntriesByType("navigation");
  if (!place || !["back_forward", "reload"].includes(way?.type)) return;
  finding = true;
  document.body.style.minHeight = `${place.height}px`; // the browser scrolls there meanwhile
  for (let link; pieces < place.pieces && (link = document.querySelector(".pager a[rel=next]")); ) {
    const before = pieces;
    await more(link);
    if (pieces === before) break;
  }
  const card = document.querySelector(`.wall .card[data-work="${place.work}"]`);
  if (card) scrollBy({ top: card.getBoundingClientRect().top - place.top, behavior: "instant" });
  document.body.style.minHeight = "";
  finding = false;
  fetched = 0;
}

addEventListener("pagehide", keepPlace);
findPlace().then(watch);

// Choices close when one looks elsewhere.
document.addEventListener("click", (event) => {
  for (const open of document.querySelectorAll(".choice[open]")) {
    if (!open.contains(event.target)) open.open = false;
  }
});
document.addEventListener("keydown", (event) => {
  const open = event.key === "Escape" && document.querySelector(".choice[open]");
  if (!open) return;
  open.open = false;
  open.querySelector("summary").focus();
});
