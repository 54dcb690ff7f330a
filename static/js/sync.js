// Watch a sync, and keep each tick at once. Without this script the page shows how far the sync was
// when it was loaded, and its buttons keep the ticks.

const POLL_MS = 1000;
const page = document.getElementById("sync");
const walls = document.getElementById("walls");

function show([finding, width, height]) {
  const place = walls.querySelector(`[data-finding="${finding}"] [data-preview]`);
  if (!place || place.querySelector("img")) return;
  const image = new Image(width, height);
  image.alt = "";
  image.src = place.dataset.preview;
  place.replaceChildren(image);
  const find = place.closest("li");
  if (!find.style.getPropertyValue("--ratio")) find.style.setProperty("--ratio", width / height);
}

function tell(status) {
  const read = document.getElementById("read");
  if (read) read.textContent = status.read;
  const waits = document.getElementById("waits");
  if (waits) {
    document.getElementById("now").classList.toggle("waits", Boolean(status.again));
    document.getElementById("asked").hidden = Boolean(status.again);
    waits.hidden = !status.again;
    document.getElementById("again").textContent = status.again;
  }
  const reason = document.getElementById("reason");
  reason.textContent = status.reason;
  reason.hidden = !status.reason;
  const log = document.getElementById("log");
  if (log) log.textContent = status.log;
  status.pictures.forEach(show);
}

async function watch(url) {
  for (;;) {
    try {
      const answer = await fetch(url, { headers: { Accept: "application/json" } });
      if (answer.redirected || answer.status === 403 || answer.status === 404) return;
      if (answer.ok) {
        const status = await answer.json();
        tell(status);
        if (status.state !== page.dataset.state) {
          location.reload();
          return;
        }
      }
    } catch {
      // The site is away for a moment; the sync is not.
    }
    await new Promise((resolve) => setTimeout(resolve, document.hidden ? 5 * POLL_MS : POLL_MS));
  }
}

async function keep(box) {
  const form = new FormData();
  form.append("csrfmiddlewaretoken", walls.querySelector("[name=csrfmiddlewaretoken]").value);
  form.append("shown", box.value);
  if (box.checked) form.append("chosen", box.value);
  const headers = { Accept: "application/json" };
  const answer = await fetch(walls.dataset.chooseUrl, { method: "POST", body: form, headers });
  if (!answer.ok) throw new Error(`The tick was not kept (${answer.status}).`);
  document.getElementById("ticked").textContent = (await answer.json()).ticked;
}

walls.addEventListener("change", (event) => {
  const box = event.target;
  if (box.name === "chosen") keep(box).catch(() => { box.checked = !box.checked; });
});
if (page.dataset.statusUrl) watch(page.dataset.statusUrl);
