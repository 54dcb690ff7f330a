// A batch: follow it while files are on their way, and count the ticked works.
// Without this script the page loads itself again now and then, and the buttons work as they are.

const POLL_MS = 1500;
const page = document.getElementById("batch");
const tiles = document.getElementById("tiles");

function list(words) {
  return words.map((word) => {
    const item = document.createElement("li");
    item.textContent = word;
    return item;
  });
}

function show(tile, told) {
  if (tile.dataset.told === JSON.stringify(told)) return;
  tile.dataset.told = JSON.stringify(told);
  tile.dataset.state = told.state;
  tile.querySelector("[data-label]").textContent = told.label;
  const reason = tile.querySelector("[data-reason]");
  reason.textContent = told.reason;
  reason.hidden = !told.reason;
  tile.querySelector("[data-steps]").replaceChildren(...list(told.steps));
  const picture = tile.querySelector(".tile-picture");
  if (told.thumbnail && !picture.querySelector("img")) {
    const image = new Image();
    image.alt = "";
    image.src = told.thumbnail;
    picture.prepend(image);
  }
}

// Files that came in meanwhile take their places among the others; what is there stays as it is.
async function relist() {
  const answer = await fetch(location.href);
  if (!answer.ok) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  const here = new Map([...tiles.children].map((tile) => [tile.dataset.item, tile]));
  const listed = [...fresh.getElementById("tiles").children];
  tiles.replaceChildren(...listed.map((tile) => here.get(tile.dataset.item) ?? tile));
  page.querySelector(".states").replaceWith(fresh.querySelector(".states"));
}

function showProgress(progress) {
  document.getElementById("bar").value = progress.settled;
  document.getElementById("bar").max = progress.total;
  document.getElementById("way").textContent = progress.words;
  for (const [state, count] of Object.entries({ ...progress.counts, total: progress.total })) {
    const place = page.querySelector(`[data-count="${state}"]`);
    if (place) place.textContent = count.toLocaleString("en");
  }
}

async function follow() {
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    if (document.hidden) continue;
    try {
      const answer = await fetch(page.dataset.statusUrl + location.search);
      if (!answer.ok) continue;
      const told = await answer.json();
      const shown = [...tiles.children].map((tile) => tile.dataset.item).join();
      if (told.items.map((item) => item.id).join() !== shown) await relist();
      for (const item of told.items) {
        const tile = tiles.querySelector(`[data-item="${item.id}"]`);
        if (tile) show(tile, item);
      }
      if (!told.finished) {
        showProgress(told.progress);
        continue;
      }
      // With the end come other buttons. What somebody ticked meanwhile is theirs.
      if (!tiles.querySelector(":checked")) location.reload();
      return;
    } catch {
      // The site is away for a moment; the rows are not.
    }
  }
}

function count() {
  const ticked = tiles.querySelectorAll(":checked").length;
  document.getElementById("chosen-bar").hidden = !ticked;
  document.getElementById("chosen-sum").textContent = ticked === 1 ? "1 work ticked:" : `${ticked} works ticked:`;
}

if (page.dataset.statusUrl) follow();
const all = document.getElementById("tick-all");
if (document.getElementById("chosen-bar")) {
  all.hidden = !tiles.querySelector("input");
  all.addEventListener("click", () => {
    const boxes = [...tiles.querySelectorAll("input")];
    const on = boxes.some((box) => !box.checked);
    for (const box of boxes) box.checked = on;
    count();
  });
  tiles.addEventListener("change", count);
  count();
}
