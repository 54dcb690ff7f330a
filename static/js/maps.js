// Watch maps that are being drawn; when one is done the page shows it.
// Without this script the page shows how far they were when it was loaded.

const POLL_MS = 1500;

async function watch(place) {
  const bar = place.querySelector("progress");
  const phase = place.querySelector("[data-phase]");
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, document.hidden ? 5 * POLL_MS : POLL_MS));
    try {
      const answer = await fetch(place.dataset.watch, { headers: { Accept: "application/json" } });
      if (answer.redirected || answer.status === 403 || answer.status === 404) return; // signed out, or the map is gone
      if (!answer.ok) continue;
      const status = await answer.json();
      bar.value = status.progress;
      if (phase.textContent !== status.phase) phase.textContent = status.phase;
      if (!status.open) return location.reload();
    } catch {
      // The site is away for a moment; the map is not.
    }
  }
}

for (const place of document.querySelectorAll("[data-watch]")) watch(place);
