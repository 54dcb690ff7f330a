// Works into another order by dragging, or by the arrows without a new page. Every change is kept
// at once. Without this file the arrows post the form.
const form = document.querySelector("[data-reorder]");
const list = form.querySelector("ol");
const status = form.querySelector("[data-status]");

let held = null;
let from = 0;

for (const grip of form.querySelectorAll("[data-grip]")) {
  grip.classList.add("ready");
  grip.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    event.preventDefault();
    held = grip.closest("li");
    from = event.clientY;
    held.classList.add("held");
    grip.setPointerCapture(event.pointerId);
  });
  grip.addEventListener("pointermove", (event) => held && drag(event.clientY));
  grip.addEventListener("pointerup", drop);
  grip.addEventListener("pointercancel", drop);
}

function drag(y) {
  const before = held.previousElementSibling;
  const after = held.nextElementSibling;
  const top = held.offsetTop;
  if (before && y < middle(before)) before.before(held);
  else if (after && y > middle(after)) after.after(held);
  from += held.offsetTop - top; // it stays under the hand although its place has changed
  held.style.transform = still() ? "" : `translateY(${y - from}px)`;
  if (y < 60) scrollBy(0, -12);
  if (y > innerHeight - 60) scrollBy(0, 12);
}

function middle(item) {
  const box = item.getBoundingClientRect();
  return box.top + box.height / 2;
}

function drop() {
  if (!held) return;
  held.classList.remove("held");
  held.style.transform = "";
  say(held);
  held = null;
  keep();
}

form.addEventListener("click", (event) => {
  const button = event.target.closest(".step");
  if (!button) return;
  event.preventDefault();
  const item = button.closest("li");
  if (button.value.startsWith("up")) item.previousElementSibling?.before(item);
  else item.nextElementSibling?.after(item);
  button.focus();
  item.scrollIntoView({ block: "nearest" });
  say(item);
  keep();
});
form.addEventListener("change", keep);

function say(item) {
  const places = [...list.children];
  status.textContent = form.dataset.moved.replace("%(place)s", places.indexOf(item) + 1).replace("%(all)s", places.length);
}

// One at a time, the last order last.
let sending = Promise.resolve();
function keep() {
  sending = sending.then(async () => {
    try {
      const answer = await fetch(form.action, { method: "POST", body: new FormData(form), headers: { Accept: "application/json" } });
      if (!answer.ok) throw new Error(`${answer.status}`);
    } catch {
      status.textContent = form.dataset.failed;
    }
  });
}

function still() {
  return matchMedia("(prefers-reduced-motion: reduce)").matches;
}
