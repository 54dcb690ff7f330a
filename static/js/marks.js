// Likes and hides without leaving the page. Without this file the same buttons post the form.
const form = document.getElementById("marks");
const notes = document.getElementById("notes");
const NOTE_MS = 8000;
const LEAVE_MS = 140;

form.addEventListener("submit", async (event) => {
  const button = event.submitter;
  const url = button?.getAttribute("formaction");
  if (!url) return;
  event.preventDefault();
  if (button.dataset.busy) return;
  button.dataset.busy = "1";
  try {
    const body = new FormData(form);
    const list = button.closest("[data-list]")?.dataset.list; // of a row that is a list of its own
    if (list) body.set("list", list);
    const response = await fetch(url, {
      method: "POST",
      body,
      headers: { Accept: "application/json" },
    });
    if (!response.ok) throw new Error(`${response.status}`);
    const { said, undo } = await response.json();
    done(button, url, said, undo);
  } catch {
    note(notes.dataset.failed);
  } finally {
    delete button.dataset.busy;
  }
});

function done(button, url, said, undo) {
  const verb = url.split("/").at(-2);
  const work = button.closest("[data-work]") ?? gone.get(button)?.item;
  if (button.closest(".note")) button.closest(".note").remove();
  if (verb === "like" || verb === "unlike") {
    const id = url.split("/").at(-3);
    for (const like of document.querySelectorAll(`[data-work="${id}"] .mark.like`)) press(like, verb === "like", undo);
    // The heart fills where one looks already; a note would only be in the way.
    say(said);
  } else if (verb === "hide" && work?.matches(".card")) {
    leave(work, said, undo);
  } else if ((verb === "unhide" || verb === "mute") && gone.has(button)) {
    comeBack(button);
  } else if ((verb === "unhide" || verb === "unmute") && work?.matches("li")) {
    leave(work, said, undo);
  } else {
    note(said, undo);
  }
}

function press(like, pressed, next) {
  like.setAttribute("aria-pressed", pressed);
  like.setAttribute("formaction", next);
}

// What left the wall, by its Undo button, to be put back where it was.
const gone = new WeakMap();

function leave(item, said, undo) {
  const next = item.nextElementSibling;
  const parent = item.parentNode;
  const focus = item.contains(document.activeElement);
  item.classList.add("leaving");
  setTimeout(() => {
    glide(() => item.remove());
    if (focus) (next ?? document.querySelector(".card:last-child"))?.querySelector("a")?.focus({ preventScroll: true });
    const button = note(said, undo);
    gone.set(button, { item, next, parent });
  }, still() ? 0 : LEAVE_MS);
}

function comeBack(button) {
  const { item, next, parent } = gone.get(button);
  item.classList.remove("leaving");
  glide(() => (next?.isConnected ? next.before(item) : parent.append(item)));
  say(notes.dataset.back);
}

// The gap closes before one's eyes, where the browser can show it.
function glide(change) {
  if (still() || !document.startViewTransition) return change();
  const passage = document.startViewTransition(change);
  // Given up for the next one, which is no error.
  for (const step of [passage.ready, passage.finished]) step.catch(() => {});
}

function still() {
  return matchMedia("(prefers-reduced-motion: reduce)").matches;
}

function note(said, undo) {
  const line = document.createElement("p");
  line.className = "note";
  line.textContent = said;
  let button = null;
  if (undo) {
    button = document.createElement("button");
    button.className = "link";
    button.setAttribute("form", "marks");
    button.setAttribute("formaction", undo);
    button.textContent = notes.dataset.undo;
    line.append(" ", button);
  }
  notes.replaceChildren(line);
  fade(line);
  return button ?? line;
}

function say(said) {
  const line = document.createElement("p");
  line.className = "unseen";
  line.textContent = said;
  notes.replaceChildren(line);
}

function fade(line) {
  const timer = setTimeout(() => {
    // Nobody loses an Undo they are pointing at.
    if (line.matches(":hover, :focus-within")) fade(line);
    else line.remove();
  }, NOTE_MS);
  return timer;
}

for (const line of notes.children) fade(line);
