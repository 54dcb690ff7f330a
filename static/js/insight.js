// The model's view: watch what a worker is at, and light up the same work wherever it stands.

const POLL_MS = 1000;
const waiting = document.getElementById("waiting");

async function watch(url, bar) {
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, document.hidden ? 5 * POLL_MS : POLL_MS));
    try {
      const answer = await fetch(url, { headers: { Accept: "application/json" } });
      if (answer.redirected || answer.status === 403 || answer.status === 404) return;
      if (!answer.ok) continue;
      const told = await answer.json();
      if (!told.open) return location.reload();
      bar.value = told.progress;
    } catch {
      // The site is away for a moment; the worker is not.
    }
  }
}

function light(event) {
  const same = event.target.closest?.("[data-same]")?.dataset.same;
  for (const each of document.querySelectorAll("[data-same].lit")) each.classList.remove("lit");
  if (!same) return;
  const found = document.querySelectorAll(`[data-same="${same}"]`);
  if (found.length > 1) for (const each of found) each.classList.add("lit");
}

if (waiting) watch(waiting.dataset.statusUrl, waiting.querySelector("progress"));
for (const kind of ["pointerover", "focusin"]) document.addEventListener(kind, light);
