// Choosing works by eye: how many are chosen, all of a page, and with Shift all from the last one on.
const form = document.querySelector("[data-choosing]");
const boxes = form ? [...form.querySelectorAll("input[name=work]")] : [];
let last = null;

function count() {
  form.querySelector("[data-count]").textContent = boxes.filter((box) => box.checked).length;
}

function set(checked) {
  for (const box of boxes) box.checked = checked;
  count();
}

form?.addEventListener("click", (event) => {
  const box = event.target.closest("input[name=work]");
  if (!box) return;
  if (event.shiftKey && last && last !== box) {
    const [from, to] = [boxes.indexOf(last), boxes.indexOf(box)].sort((a, b) => a - b);
    for (const between of boxes.slice(from, to + 1)) between.checked = box.checked;
  }
  last = box;
  count();
});
// A label passes its click on without the Shift key, so it is passed on here.
form?.addEventListener("click", (event) => {
  const label = event.target.closest(".choose label");
  if (!label || !event.shiftKey) return;
  event.preventDefault();
  const box = label.control;
  box.dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true, shiftKey: true }));
});
if (form) {
  const all = form.querySelector("[data-all]");
  const none = form.querySelector("[data-none]");
  all.hidden = none.hidden = false;
  all.addEventListener("click", () => set(true));
  none.addEventListener("click", () => set(false));
  window.addEventListener("pageshow", count); // the browser may have kept what was chosen
}
