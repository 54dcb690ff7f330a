// Search by a picture from any page: the button in the search box, a picture pasted, or dropped.
// What it takes is loaded when somebody does so; without this file the button leads to a page.
const link = document.querySelector("[data-picture-search]");
const panel = () => import(link.dataset.module);
let own = false;

const image = (files) => [...files].find((file) => file.type.startsWith("image/"));
const plain = (event) => !(event.metaKey || event.ctrlKey || event.shiftKey || event.altKey);
const taken = (event) => event.defaultPrevented || event.target.closest?.("form.drop, [contenteditable]");

if (link) {
  document.addEventListener("click", async (event) => {
    const asked = event.target.closest("[data-picture-search], a[data-crop]");
    if (!asked || !plain(event)) return;
    event.preventDefault();
    try {
      await (await panel()).open(asked);
    } catch {
      location.assign(asked.href);
    }
  });

  document.addEventListener("paste", async (event) => {
    const file = image(event.clipboardData?.files ?? []);
    // Who pastes words into a field means the words, even if a picture of them comes along.
    const words = event.clipboardData?.types.includes("text/plain") || event.target.closest?.("textarea");
    if (!file || words || taken(event)) return;
    event.preventDefault();
    (await panel()).open(link, file);
  });

  // A picture of this page may be dragged onto the box; one from elsewhere may fall anywhere.
  document.addEventListener("dragstart", () => { own = true; });
  document.addEventListener("dragend", () => { own = false; over(null); });
  const box = link.closest("form");
  const wanted = (event) => event.dataTransfer?.types.includes("Files") && !taken(event)
    && (!own || box.contains(event.target));
  const over = (event) => box.classList.toggle("over", Boolean(event && wanted(event)));
  document.addEventListener("dragover", (event) => {
    over(event);
    if (wanted(event)) event.preventDefault();
  });
  document.addEventListener("dragleave", (event) => { if (!event.relatedTarget) over(null); });
  document.addEventListener("drop", async (event) => {
    over(null);
    if (!wanted(event)) return;
    event.preventDefault();
    const file = image(event.dataTransfer.files) ?? event.dataTransfer.files[0] ?? null;
    (await panel()).open(link, file, true);
  });

  if (document.querySelector("[data-picture-panel], [data-crop-panel], [data-picture-wait], [data-picture-token]")) {
    panel().then((module) => module.begin());
  }
}
