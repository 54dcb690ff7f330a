// A work that somebody is about to open is fetched ahead, so that it opens at once. The request says
// that it is a prefetch (Sec-Purpose), so nothing counts as seen before it is opened.
const DWELL_MS = 90; // a pointer that only passes by asks for nothing
const WORK = /^\/works\/\d+\/$/;
const asked = new Set([location.href]);
let timer = 0;

function spares() {
  const line = navigator.connection;
  return line?.saveData || line?.effectiveType?.includes("2g") || matchMedia("(prefers-reduced-data: reduce)").matches;
}

function fetchAhead(link) {
  const { href, origin, pathname } = link;
  if (origin !== location.origin || !WORK.test(pathname) || asked.has(href) || spares()) return;
  asked.add(href);
  const hint = document.createElement("link");
  hint.rel = "prefetch";
  hint.href = href;
  document.head.append(hint);
}

const linkOf = (event) => (event.target instanceof Element ? event.target.closest("a[href]") : null);

function soon(event) {
  clearTimeout(timer);
  const link = linkOf(event);
  if (link) timer = setTimeout(() => fetchAhead(link), DWELL_MS);
}

document.addEventListener("pointerover", (event) => event.pointerType === "mouse" && soon(event));
document.addEventListener("focusin", soon);
// A finger stays about as long on the glass as the server needs.
document.addEventListener("touchstart", (event) => linkOf(event) && fetchAhead(linkOf(event)), { passive: true });
