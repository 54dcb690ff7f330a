// "/" goes to the search box, Escape leaves it. Everything else is links and forms.
const box = document.getElementById("search");

document.addEventListener("keydown", (event) => {
  if (!box || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "Escape" && event.target === box && !box.value) box.blur();
  if (event.key !== "/" || document.querySelector("dialog[open]")) return;
  if (event.target.closest("input, textarea, select, [contenteditable]")) return;
  event.preventDefault();
  box.focus();
  box.select();
});
