// Why this, without leaving the page: panels open over it, and change where they stand.
// Without this file every link and button leads to pages that say the same.
const POLL_MS = 1000;
const form = document.getElementById("marks");
const words = document.getElementById("notes").dataset;
let dialog = null;

const waiting = (panel) => panel?.hasAttribute("data-why-waiting");

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-why]");
  if (link && !(event.metaKey || event.ctrlKey || event.shiftKey || event.altKey)) {
    event.preventDefault();
    show(link);
    return;
  }
  const button = event.target.closest("[data-why-mark], [data-why-ask], [data-why-undo]");
  if (!button) return;
  event.preventDefault();
  if (button.hasAttribute("data-why-ask")) ask(button);
  else mark(button);
});

async function show(link) {
  const inside = link.closest("[data-why-panel]");
  const url = link.getAttribute("href");
  try {
    const panel = await load(url);
    put(panel, inside);
    // Whoever asked where two works are alike has asked for the comparison.
    if (inside) panel.querySelector("[data-why-ask]:not([data-again])")?.click();
  } catch {
    location.assign(url);
  }
}

async function load(url) {
  const address = new URL(url, location.href);
  address.searchParams.set("panel", "");
  const answer = await fetch(address);
  if (!answer.ok || answer.redirected) throw new Error(`${answer.status}`);
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  return document.adoptNode(page.querySelector("[data-why-panel]"));
}

function put(panel, old) {
  if (old?.isConnected) {
    old.replaceWith(panel);
    panel.closest("dialog")?.scrollTo(0, 0);
  } else {
    open().replaceChildren(panel);
  }
  const title = panel.querySelector("h1");
  title.tabIndex = -1;
  title.focus({ preventScroll: true, focusVisible: false });
  if (waiting(panel)) watch(panel);
}

function open() {
  if (!dialog) {
    dialog = document.createElement("dialog");
    dialog.className = "why-dialog";
    dialog.setAttribute("aria-labelledby", "why-title");
    const close = document.createElement("button");
    close.className = "why-close";
    close.type = "button";
    close.setAttribute("aria-label", words.close);
    close.textContent = "×";
    close.addEventListener("click", () => dialog.close());
    dialog.append(close, document.createElement("div"));
    dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
    dialog.addEventListener("close", () => {
      dialog.lastElementChild.replaceChildren();
      // What was set aside changes the lists behind.
      if (dialog.dataset.changed) location.reload();
    });
    document.body.append(dialog);
  }
  if (!dialog.open) dialog.showModal();
  return dialog.lastElementChild;
}

// The worker's answer comes by itself.
async function watch(panel) {
  while (panel.isConnected) {
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    if (!panel.isConnected) return;
    try {
      const next = await load(panel.dataset.whyPanel);
      if (waiting(next) || !panel.isConnected) continue;
      panel.replaceWith(next);
      return;
    } catch {
      // The site is away for a moment; the comparison is not.
    }
  }
}

async function send(url) {
  const answer = await fetch(url, { method: "POST", body: new FormData(form), headers: { Accept: "application/json" } });
  if (!answer.ok && answer.status !== 429) throw new Error(`${answer.status}`);
  return answer.json();
}

async function ask(button) {
  const panel = button.closest("[data-why-panel]");
  button.disabled = true;
  try {
    const { said, url } = await send(button.getAttribute("formaction"));
    if (said) tell(panel, said);
    else put(await load(url), panel);
  } catch {
    tell(panel, words.failed);
  } finally {
    button.disabled = false;
  }
}

async function mark(button) {
  const panel = button.closest("[data-why-panel]");
  try {
    const { said, undo } = await send(button.getAttribute("formaction"));
    const next = await load(panel.dataset.whyPanel);
    put(next, panel);
    tell(next, said, button.hasAttribute("data-why-undo") ? null : undo);
    if (dialog?.open) dialog.dataset.changed = "1";
  } catch {
    tell(panel, words.failed);
  }
}

function tell(panel, said, undo) {
  const line = document.createElement("p");
  line.className = "why-said";
  line.setAttribute("role", "status");
  panel.querySelector(".why-said")?.remove();
  panel.querySelector(".why-head").after(line);
  line.append(said);
  if (!undo) return;
  const button = document.createElement("button");
  button.className = "link";
  button.type = "button";
  button.setAttribute("formaction", undo);
  button.dataset.whyUndo = "";
  button.textContent = words.undo;
  line.append(" ", button);
  button.focus({ preventScroll: true });
}

for (const panel of document.querySelectorAll("[data-why-panel]")) if (waiting(panel)) watch(panel);
