// Saving without leaving the page: the same form in a dialog. Without this file the mark is a link
// to a page with that form.
const notes = document.getElementById("notes");
const NOTE_MS = 8000;
let dialog = null;

document.addEventListener("click", (event) => {
  const mark = event.target.closest("a[data-save]");
  if (mark && !(event.metaKey || event.ctrlKey || event.shiftKey || event.altKey)) {
    event.preventDefault();
    ask(mark);
  }
});

async function ask(mark) {
  const url = new URL(mark.href);
  url.searchParams.set("panel", "");
  const list = mark.closest("[data-list]")?.dataset.list; // of a row that is a list of its own
  if (list) url.searchParams.set("list", list);
  try {
    const answer = await fetch(url);
    if (!answer.ok) throw new Error(`${answer.status}`);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    show(document.adoptNode(page.querySelector("[data-save-panel]")), mark);
  } catch {
    location.assign(mark.href);
  }
}

function show(panel, mark) {
  if (!dialog) {
    dialog = document.createElement("dialog");
    dialog.className = "save-dialog";
    dialog.setAttribute("aria-labelledby", "save-title");
    dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
    document.body.append(dialog);
  }
  panel.addEventListener("submit", (event) => send(event, panel, mark));
  const close = document.createElement("button");
  close.className = "link";
  close.type = "button";
  close.textContent = notes.dataset.close;
  close.addEventListener("click", () => dialog.close());
  panel.querySelector(".save-foot").append(close);
  dialog.replaceChildren(panel);
  dialog.showModal();
  panel.querySelector("button").focus({ focusVisible: false });
}

async function send(event, panel, mark) {
  event.preventDefault();
  const button = panel.querySelector("button");
  button.disabled = true;
  try {
    const answer = await fetch(panel.action, { method: "POST", body: new FormData(panel), headers: { Accept: "application/json" } });
    if (!answer.ok && answer.status !== 409) throw new Error(`${answer.status}`);
    const { said, saved } = await answer.json();
    if (answer.ok) press(mark, saved);
    dialog.close();
    note(said);
  } catch {
    dialog.close();
    note(notes.dataset.failed);
  }
}

// Every mark of the work on the page tells the same.
function press(mark, saved) {
  const path = new URL(mark.href).pathname;
  for (const each of document.querySelectorAll("a[data-save]")) {
    if (new URL(each.href).pathname !== path) continue;
    each.classList.toggle("on", saved);
    each.setAttribute("aria-label", saved ? each.dataset.saved : each.dataset.unsaved);
  }
}

function note(said) {
  const line = document.createElement("p");
  line.className = "note";
  line.textContent = said;
  notes.replaceChildren(line);
  setTimeout(() => line.remove(), NOTE_MS);
}
