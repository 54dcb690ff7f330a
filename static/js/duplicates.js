// Compare two pictures: one slid over the other, in turns, or their difference; let the facts follow
// the work that stays; and decide by keys.
// Without this script they stand side by side, and the buttons do the rest.

const stage = document.getElementById("stage");
const views = document.getElementById("views");
const slider = document.getElementById("slider");

function show(view) {
  stage.dataset.view = view;
  stage.querySelector(".twice-beside").hidden = view !== "beside";
  stage.querySelector(".twice-over").hidden = view === "beside";
}

views.hidden = false;
views.addEventListener("change", (event) => show(event.target.value));
slider.addEventListener("input", () => {
  slider.parentElement.style.setProperty("--at", `${slider.value}%`);
});

const facts = document.querySelectorAll("tr[data-only]");
document.querySelector(".twice-form").addEventListener("change", ({ target }) => {
  if (target.name !== "stays") {
    target.closest("tr").dataset.chosen = "yes";
    return;
  }
  for (const row of facts) {
    if (row.dataset.chosen) continue; // by hand
    row.querySelector(`[value="${row.dataset.only || target.dataset.side}"]`).checked = true;
  }
});

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const typing = event.target.closest("input, textarea, select");
  // Arrows move what has the focus, digits and letters are typed only into text.
  if (typing && (event.key.startsWith("Arrow") || !["radio", "range"].includes(typing.type))) return;
  const wanted = document.querySelector(`main [data-key="${CSS.escape(event.key)}"]`);
  const undo = event.key === "u" && document.querySelector(".notes .undo button");
  const chosen = undo || wanted;
  if (!chosen) return;
  event.preventDefault();
  chosen.click();
});
