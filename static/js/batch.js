// A batch: follow it while files are on their way, and count the ticked works.
// Without this script the page loads itself again now and then, and the buttons work as they are.

const POLL_MS = 1500;
const REST_MS = 6000;
const page = document.getElementById("batch");
const tiles = document.getElementById("tiles");
const all = document.getElementById("tick-all");
const bar = document.getElementById("chosen-bar");

function isInUse(tile) {
  return tile.querySelector(":checked, [open], :focus") !== null;
}

// Files that came in or changed meanwhile take their places; what somebody uses stays as it is.
async function relist() {
  const answer = await fetch(location.href);
  if (!answer.ok) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  const here = new Map([...tiles.children].map((tile) => [tile.dataset.item, tile]));
  const listed = [...fresh.getElementById("tiles").children];
  const states = page.querySelector(".states");
  const focused = document.activeElement;
  tiles.replaceChildren(...listed.map((tile) => {
    const old = here.get(tile.dataset.item);
    return old && (isInUse(old) || old.isEqualNode(tile)) ? old : tile;
  }));
  if (tiles.contains(focused)) focused.focus({ preventScroll: true });
  if (!states.contains(focused)) states.replaceWith(fresh.querySelector(".states"));
  count();
}

// Who listens hears each tenth of the way, not each file.
function say({ settled, total, words }) {
  const tenth = String(Math.floor((10 * settled) / total));
  const said = document.getElementById("said");
  if (!total || said.dataset.tenth === tenth) return;
  said.dataset.tenth = tenth;
  said.textContent = words;
}

function showProgress(progress) {
  document.getElementById("bar").max = progress.total || 1;
  document.getElementById("bar").value = progress.settled;
  document.getElementById("way").textContent = progress.total ? progress.words : "";
  say(progress);
  for (const [state, count] of Object.entries({ ...progress.counts, total: progress.total })) {
    const place = page.querySelector(`[data-count="${state}"]`);
    if (place) place.textContent = count.toLocaleString("en");
  }
}

function isListed({ counts }) {
  const states = Object.keys(counts).filter((state) => counts[state]);
  return states.every((state) => page.querySelector(`[data-count="${state}"]`));
}

async function follow() {
  let pause = POLL_MS;
  let listed = "";
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, pause));
    if (document.hidden) continue;
    try {
      const answer = await fetch(page.dataset.statusUrl + location.search);
      if (!answer.ok) continue;
      const told = await answer.json();
      if (told.items.length && !tiles.querySelector("[data-item]")) {
        location.reload(); // with the first files come buttons
        return;
      }
      const now = JSON.stringify(told.items);
      if (now !== listed || !isListed(told.progress)) await relist();
      listed = now;
      showProgress(told.progress);
      const coming = document.getElementById("coming");
      if (coming.dataset.told !== told.coming) {
        coming.dataset.told = told.coming;
        const fresh = new DOMParser().parseFromString(told.coming, "text/html");
        coming.replaceChildren(...fresh.body.childNodes);
      }
      pause = told.progress.finished ? REST_MS : POLL_MS;
      if (!told.finished) continue;
      // With the end come other buttons. What somebody ticked meanwhile is theirs.
      if (!tiles.querySelector(":checked")) location.reload();
      return;
    } catch {
      // The site is away for a moment; the rows are not.
    }
  }
}

function count() {
  if (!bar) return;
  all.hidden = !tiles.querySelector("input");
  const ticked = tiles.querySelectorAll(":checked").length;
  bar.hidden = !ticked;
  document.getElementById("chosen-sum").textContent = ticked === 1 ? "1 work ticked" : `${ticked} works ticked`;
}

if (page.dataset.statusUrl) follow();
if (bar) {
  all.addEventListener("click", () => {
    const boxes = [...tiles.querySelectorAll("input")];
    const on = boxes.some((box) => !box.checked);
    for (const box of boxes) box.checked = on;
    count();
  });
  tiles.addEventListener("change", count);
  count();
}
