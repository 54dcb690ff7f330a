// Looking closer: the viewer and its library come when somebody asks for them.
// Without this file the picture is a link to its largest size.
const link = document.querySelector("[data-zoom]");
const dialog = document.getElementById("zoom");

async function look() {
  if (dialog.open) return;
  dialog.showModal();
  dialog.querySelector(".zoom-canvas").focus({ focusVisible: false });
  try {
    const { show } = await import(link.dataset.viewer);
    await show(dialog, link);
  } catch {
    dialog.close();
    location.assign(link.href);
  }
}

for (const way of document.querySelectorAll("[data-zoom], [data-zoom-open]")) {
  way.addEventListener("click", (event) => {
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    look();
  });
}

document.addEventListener("keydown", (event) => {
  if (event.key !== "z" || event.ctrlKey || event.metaKey || event.altKey) return;
  if (document.querySelector("dialog[open], [popover]:popover-open")) return;
  if (event.target.closest("input, textarea, select, [contenteditable]")) return;
  event.preventDefault();
  look();
});
