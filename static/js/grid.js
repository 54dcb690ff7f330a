// The grid: keys that go from row to row, filling down, and a word of what is not saved yet.
// Without this script it is a form like any other.

const form = document.getElementById("grid");
const sum = document.getElementById("grid-sum");
const rows = form ? [...form.querySelectorAll("tbody tr:not(.conflict-words)")] : [];
const cells = rows.map((row) => [...row.querySelectorAll("td input, td select")]);
const help = sum?.textContent;
let at = [0, 0];
let saving = false;

function place(cell) {
  const row = cells.findIndex((each) => each.includes(cell));
  return row < 0 ? null : [row, cells[row].indexOf(cell)];
}

function first(cell) {
  if (cell.tagName !== "SELECT") return cell.defaultValue;
  return [...cell.options].find((option) => option.defaultSelected)?.value ?? cell.options[0].value;
}

function count() {
  let changed = 0;
  for (const cell of cells.flat()) {
    const differs = cell.value !== first(cell);
    cell.closest("td").classList.toggle("changed", differs);
    changed += differs;
  }
  sum.classList.toggle("by-keys", !changed);
  sum.textContent = changed ? `${changed} ${form.dataset.unsaved}` : help;
  return changed;
}

function go(row, column) {
  const cell = cells[row]?.[column];
  if (!cell) return;
  cell.focus();
  cell.select?.();
}

function fill(column) {
  const from = at[1] === column ? at[0] : 0;
  const { value } = cells[from][column];
  for (const row of cells.slice(from + 1)) row[column].value = value;
  count();
  go(from, column);
}

function onKey(event) {
  const where = place(event.target);
  if (!where) return;
  const [row, column] = where;
  const free = event.target.tagName !== "SELECT" || event.altKey;
  if (event.key === "ArrowDown" && free) go(row + 1, column);
  else if (event.key === "ArrowUp" && free) go(row - 1, column);
  else if (event.key === "Enter" && !event.ctrlKey && !event.metaKey) go(row + (event.shiftKey ? -1 : 1), column);
  else if (event.key.toLowerCase() === "d" && (event.ctrlKey || event.metaKey) && row > 0) {
    event.target.value = cells[row - 1][column].value;
    count();
  } else if (event.key === "Escape") {
    event.target.value = first(event.target);
    count();
  } else return;
  event.preventDefault();
}

if (form) {
  form.addEventListener("keydown", onKey);
  form.addEventListener("input", count);
  form.addEventListener("focusin", (event) => { at = place(event.target) ?? at; });
  form.addEventListener("submit", () => { saving = true; });
  addEventListener("beforeunload", (event) => { if (!saving && count()) event.preventDefault(); });
  for (const button of form.querySelectorAll(".fill")) {
    button.hidden = false;
    button.addEventListener("click", () => fill(Number(button.dataset.column)));
  }
  form.querySelector("[aria-invalid]")?.focus();
}
