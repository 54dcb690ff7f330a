// Watch a promotion: its steps appear as they end. Without this script the page shows those that
// had ended when it was loaded.

const POLL_MS = 700;
const promotion = document.getElementById("promotion");

function step(told) {
  const item = document.createElement("li");
  const [name, note, time] = ["span", "span", "span"].map((tag) => document.createElement(tag));
  name.textContent = told.name;
  note.textContent = told.note;
  note.className = "quiet";
  time.textContent = `${told.seconds.toFixed(1)} s`;
  time.className = "small";
  item.append(name, " ", note, " ", time);
  return item;
}

async function watch(url) {
  for (;;) {
    try {
      const answer = await fetch(url, { headers: { Accept: "application/json" } });
      if (answer.redirected || answer.status === 403 || answer.status === 404) return;
      if (answer.ok) {
        const told = (await answer.json()).promotion;
        if (!told?.open) return;
        promotion.querySelector("[data-told=label]").textContent = told.label;
        promotion.querySelector(".steps").replaceChildren(...told.steps.map(step));
      }
    } catch {
      // The site is away for a moment; the promotion is not.
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

if (promotion) watch(promotion.dataset.statusUrl).then(() => location.reload());
