// Choosing works on a wall: how many are chosen, and a whole run of them with the shift key.
// Without this file the marks are plain checkboxes of a form.
const bar = document.getElementById("chosen");
const status = bar?.querySelector("[role=status]");
const unsaid = status?.textContent;
const marks = () => [...document.querySelectorAll(".sel-mark input")];
let last = null;

function say() {
  const count = marks().filter(({ checked }) => checked).length;
  const { one, many } = status.dataset;
  status.textContent = count === 0 ? unsaid : count === 1 ? one : many.replace("%(count)s", count);
}

document.addEventListener("click", (event) => {
  const mark = event.target.closest(".sel-mark input");
  if (!mark) return;
  const all = marks();
  if (event.shiftKey && all.includes(last)) {
    const [from, to] = [all.indexOf(last), all.indexOf(mark)].sort((a, b) => a - b);
    for (const each of all.slice(from, to + 1)) each.checked = mark.checked;
  }
  last = mark;
  say();
});
bar?.addEventListener("reset", () => setTimeout(say));

// A way of combining shows its works at once.
const combine = document.querySelector("[data-combine]");
combine?.addEventListener("change", (event) => {
  if (event.target.matches("[name=how], [name=first]")) combine.requestSubmit();
});
