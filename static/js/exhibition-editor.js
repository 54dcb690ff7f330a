// Work on an exhibition: works are dragged to their places and words are kept as soon as they are
// written. Without this file the buttons of the forms do the same, a page at a time.
const editor = document.querySelector("[data-editor]");
const status = editor.querySelector("[data-status]");
const undo = editor.querySelector("[data-undo]");

for (const button of editor.querySelectorAll("[data-no-script]")) button.hidden = true;

// One change at a time: each says which version it has seen.
let sending = Promise.resolve();
function keep(form, fields = {}) {
  sending = sending.then(() => send(form, fields));
  return sending;
}

async function send(form, fields) {
  const body = new FormData(form);
  for (const [name, value] of Object.entries(fields)) body.set(name, value);
  say(editor.dataset.keeping);
  try {
    const answer = await fetch(form.action, { method: "POST", body, headers: { Accept: "application/json" } });
    const told = await answer.json();
    if (!answer.ok) return say(told.said, true);
    for (const field of editor.querySelectorAll("[data-version]")) field.value = told.version;
    undo.hidden = !told.undo;
    undo.title = told.undo;
    editor.querySelector("[data-state]").textContent = told.state;
    say(editor.dataset.kept);
  } catch {
    say(editor.dataset.failed, true);
  }
}

function say(words, wrong = false) {
  status.textContent = words;
  status.classList.toggle("wrong", wrong);
  if (!wrong) return;
  const again = document.createElement("a");
  again.href = location.pathname;
  again.textContent = editor.dataset.reload;
  status.append(" ", again);
}

editor.addEventListener("change", (event) => {
  const form = event.target.closest("form");
  if (form.matches("[data-instant]")) keep(form);
  if (!form.matches("[data-room]") || event.target.name === "way") return;
  if (event.target.name === "wall") paint(form, event.target);
  if (event.target.matches("[data-send]")) return move(event.target);
  keep(form, { do: "keep" });
});
// Whatever is still on its way arrives before the page is left by a button.
editor.addEventListener("submit", (event) => {
  const { target: form, submitter } = event;
  event.preventDefault();
  if (form.matches("[data-instant]")) return;
  sending.then(() => {
    const field = document.createElement("input");
    Object.assign(field, { type: "hidden", name: submitter.name, value: submitter.value });
    form.append(field);
    form.submit();
  });
});

function paint(form, { value }) {
  const deep = ["oxblood", "forest", "midnight", "slate", "charcoal"];
  for (const name of [...form.classList]) if (name.startsWith("wall-")) form.classList.remove(name);
  form.classList.add(`wall-${value}`);
  form.classList.toggle("deep", deep.includes(value));
}

// A work to another room, by choosing its name.
function move(select) {
  const item = select.closest("[data-piece]");
  const room = editor.querySelector(`[data-room="${select.value}"]`);
  room.querySelector("[data-wall]").append(item);
  put(item);
  select.focus();
}

function put(item) {
  const room = item.closest("[data-room]");
  const select = item.querySelector("[data-send]");
  if (select) select.value = room.dataset.room;
  const place = [...item.parentNode.children].indexOf(item);
  return keep(room, { do: `put-${item.dataset.piece}`, place });
}

// Earlier and later, without a new page.
editor.addEventListener("click", (event) => {
  const button = event.target.closest(".step");
  if (!button) return;
  event.preventDefault();
  const item = button.closest("[data-piece]");
  const other = button.value.startsWith("up") ? item.previousElementSibling : item.nextElementSibling;
  if (!other) return;
  if (button.value.startsWith("up")) other.before(item);
  else other.after(item);
  button.focus();
  put(item);
});

// By drag, within a room and from one to another.
let held = null;
for (const handle of editor.querySelectorAll("[data-handle]")) {
  const item = handle.closest("[data-piece]");
  handle.classList.add("ready");
  handle.draggable = true;
  for (const picture of handle.querySelectorAll("img")) picture.draggable = false;
  handle.addEventListener("dragstart", (event) => {
    held = item;
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", item.dataset.piece);
    event.dataTransfer.setDragImage(handle, 20, 20);
    item.classList.add("held");
  });
  handle.addEventListener("dragend", () => {
    if (!held) return;
    held.classList.remove("held");
    held = null;
    put(item);
  });
}
for (const room of editor.querySelectorAll("[data-room]")) {
  room.addEventListener("dragover", (event) => {
    if (!held) return;
    event.preventDefault();
    const over = event.target.closest("[data-piece]");
    if (over === held) return;
    if (!over) {
      if (!room.contains(held)) room.querySelector("[data-wall]").append(held);
      return;
    }
    const box = over.getBoundingClientRect();
    if (event.clientX < box.left + box.width / 2) over.before(held);
    else over.after(held);
  });
  room.addEventListener("drop", (event) => held && event.preventDefault());
}
