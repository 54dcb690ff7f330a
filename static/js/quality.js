// Watch what is being measured; when one has ended, the page is shown anew.
// Without this script the page shows how far it was when it was loaded.

const POLL_MS = 1000;

async function watch(place) {
  const bar = place.querySelector("progress");
  const doing = place.querySelector("[data-doing]");
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, document.hidden ? 5 * POLL_MS : POLL_MS));
    try {
      const answer = await fetch(place.dataset.watch, { headers: { Accept: "application/json" } });
      if (answer.redirected || answer.status === 403 || answer.status === 404) return; // signed out, or it is gone
      if (!answer.ok) continue;
      const told = await answer.json();
      if (!told.open) return location.reload();
      bar.value = told.percent;
      if (doing.textContent !== told.doing) doing.textContent = told.doing;
    } catch {
      // The site is away for a moment; the worker is not.
    }
  }
}

document.querySelectorAll("[data-watch]").forEach(watch);
