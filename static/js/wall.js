// More works come by themselves near the end of a wall, then wait to be asked, so that the foot of
// the page can be reached. The link is a plain link without this file.
const BY_ITSELF = 4;
let fetched = 0;

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
    watch();
  } catch {
    pager.classList.remove("loading");
    link.textContent = link.dataset.again;
  }
}

watch();

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
