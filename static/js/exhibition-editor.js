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
  if (submitter?.matches("[data-take]")) return takeDown(submitter);
  if (submitter?.matches("[data-cover]")) return cover(submitter);
  sending.then(() => {
    const field = document.createElement("input");
    Object.assign(field, { type: "hidden", name: submitter.name, value: submitter.value });
    form.append(field);
    form.submit();
  });
});

function takeDown(button) {
  const item = button.closest("[data-piece]");
  const next = item.nextElementSibling ?? item.previousElementSibling;
  keep(button.form, { do: button.value });
  item.remove();
  (next?.querySelector("[data-take]") ?? undo).focus();
  recount();
}

function cover(button) {
  for (const each of editor.querySelectorAll("[data-cover]")) each.ariaPressed = each === button;
  keep(button.form, { do: button.value });
}

function recount() {
  for (const room of editor.querySelectorAll("[data-room]")) {
    const size = room.querySelector("[data-size]");
    const count = room.querySelectorAll("[data-piece]").length;
    size.textContent = count === 1 ? size.dataset.one : size.dataset.many.replace("%(count)s", count);
  }
}

function paint(form, { value }) {
  const deep = ["oxblood", "forest", "midnight", "slate", "charcoal"];
  for (const name of [...form.classList]) if (name.startsWith("wall-")) form.classList.remove(name);
  form.classList.add(`wall-${value}`);
  form.classList.toggle("deep", deep.includes(value));
  const door = editor.querySelector(`[data-door="${form.dataset.room}"]`);
  if (door) door.className = form.className.replace("making-room", "");
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
  recount();
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

// By drag, within a room and from one to another: with a mouse by the picture, with a finger, which
// also scrolls, by the grip on it. Escape puts the work back.
const EDGE = 96;
let held = null;

for (const handle of editor.querySelectorAll("[data-handle]")) {
  handle.classList.add("ready");
  for (const picture of handle.querySelectorAll("img")) picture.draggable = false;
  handle.addEventListener("pointerdown", (event) => {
    const byGrip = event.target.closest("[data-grip]");
    if (event.button !== 0 || (event.pointerType === "touch" && !byGrip)) return;
    event.preventDefault();
    const item = handle.closest("[data-piece]");
    held = { item, handle, x: event.clientX, y: event.clientY };
    handle.setPointerCapture(event.pointerId);
  });
  handle.addEventListener("pointermove", (event) => {
    if (!held) return;
    const far = Math.hypot(event.clientX - held.x, event.clientY - held.y);
    if (!held.ghost && far < 4) return;
    Object.assign(held, { x: event.clientX, y: event.clientY });
    if (!held.ghost) lift();
    follow();
  });
  handle.addEventListener("pointerup", drop);
  handle.addEventListener("pointercancel", giveUp);
}
addEventListener("keydown", (event) => event.key === "Escape" && giveUp());

function lift() {
  held.ghost = held.handle.querySelector("img").cloneNode();
  Object.assign(held.ghost, { className: "ghost", alt: "" });
  held.line = document.createElement("span");
  held.line.className = "between";
  editor.append(held.ghost, held.line);
  held.item.classList.add("held");
  requestAnimationFrame(roll);
}

// Near the upper and lower edge the page goes along.
function roll() {
  if (!held) return;
  requestAnimationFrame(roll);
  if (held.door) return;
  const above = EDGE - held.y;
  const below = held.y - (innerHeight - EDGE);
  const by = above > 0 ? -above / 6 : below > 0 ? below / 6 : 0;
  if (by) {
    scrollBy({ top: by, behavior: "instant" });
    follow();
  }
}

// The nodes stay where they are until the work is let go, so that no finger loses what it holds.
function follow() {
  const { item, ghost, line, x, y } = held;
  ghost.style.translate = `${x}px ${y}px`;
  const under = document.elementFromPoint(x, y);
  held.door?.classList.remove("over");
  held.door = under?.closest("[data-door]");
  held.to = null;
  if (held.door) return throughDoor();
  const wall = under?.closest("[data-room]")?.querySelector("[data-wall]");
  const beside = wall && nearest([...wall.children], x, y);
  line.hidden = !wall || beside === item;
  if (line.hidden) return;
  const box = (beside ?? wall).getBoundingClientRect();
  const left = !beside || x < box.left + box.width / 2;
  const before = left ? beside : beside.nextElementSibling;
  held.to = [wall, before === item ? item.nextElementSibling : before];
  line.style.translate = `${left ? box.left - 12 : box.right + 8}px ${box.top}px`;
}

// A room far away is reached by its number in the bar.
function throughDoor() {
  const room = editor.querySelector(`[data-room="${held.door.dataset.door}"]`);
  held.door.classList.add("over");
  held.line.hidden = true;
  if (!room.contains(held.item)) held.to = [room.querySelector("[data-wall]"), null];
}

function nearest(items, x, y) {
  const away = (item) => {
    const { left, right, top, bottom } = item.getBoundingClientRect();
    return Math.hypot(Math.max(left - x, x - right, 0), Math.max(top - y, y - bottom, 0));
  };
  const distances = items.map(away);
  return items[distances.indexOf(Math.min(...distances))] ?? null;
}

function drop() {
  if (!held) return;
  const { item, to } = held;
  giveUp();
  if (!to || (to[0] === item.parentNode && to[1] === item.nextElementSibling)) return;
  to[0].insertBefore(item, to[1]);
  put(item);
}

function giveUp() {
  held?.ghost?.remove();
  held?.line?.remove();
  held?.door?.classList.remove("over");
  held?.item.classList.remove("held");
  held = null;
}
