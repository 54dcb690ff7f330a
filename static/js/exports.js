// Say how far exports are. Without this script the page says how far they were when it was loaded.

const POLL_MS = 1500;
const list = document.getElementById("exports");

function tell(open) {
  for (const each of open) {
    const row = document.getElementById(`export-${each.id}`);
    if (!row) continue;
    row.querySelector("[data-words]").textContent = each.state;
    row.querySelector("progress").value = each.done;
  }
}

function hasEnded(open) {
  const numbers = new Set(open.map((each) => `export-${each.id}`));
  return [...list.querySelectorAll('[data-open="yes"]')].some((row) => !numbers.has(row.id));
}

async function watch() {
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, document.hidden ? 5 * POLL_MS : POLL_MS));
    try {
      const answer = await fetch(list.dataset.status, { headers: { Accept: "application/json" } });
      if (answer.redirected || answer.status === 403) return;
      if (!answer.ok) continue;
      const { open } = await answer.json();
      if (hasEnded(open)) {
        location.reload();
        return;
      }
      tell(open);
    } catch {
      // The site is away for a moment; the exports are not.
    }
  }
}

watch();
