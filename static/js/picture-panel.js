// The panel that takes a picture, or a part of a work, and waits for its answer.
import { start as crop } from "./crop.js";
import { drawn } from "./drawing.js";

const POLL_MS = 150;
const PATIENCE_MS = 2500;
const LONGEST = 1280; // pixels; the gallery looks at fewer
const HEAVY = 400_000; // bytes above which a picture is made smaller before it is sent
const json = { Accept: "application/json" };
let dialog = null;

// Open the panel that `link` leads to, over the page; with a file it is sent at once.
export async function open(link, file = null, dropped = false) {
  const answer = await fetch(link.href, { headers: { Accept: "text/html" } });
  if (!answer.ok) throw new Error(`${answer.status}`);
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const sheet of page.querySelectorAll('link[rel="stylesheet"]')) {
    if (document.querySelector(`link[href="${sheet.getAttribute("href")}"]`)) continue;
    const loaded = new Promise((resolve) => { sheet.onload = sheet.onerror = resolve; });
    document.head.append(document.adoptNode(sheet));
    await loaded;
  }
  const panel = document.adoptNode(page.querySelector("[data-picture-panel], [data-crop-panel]"));
  show(panel);
  enhance(panel);
  panel.querySelector(".crop-frame, #picture-file").focus({ preventScroll: true, focusVisible: false });
  if (file) take(panel.querySelector("form"), file);
  else if (dropped) say(panel, panel.querySelector("form").dataset.noPicture);
}

// On pages that are a panel, wait for one, or show what came of one.
export function begin() {
  for (const panel of document.querySelectorAll("[data-picture-panel], [data-crop-panel]")) enhance(panel);
  const waiting = document.querySelector("[data-picture-wait]");
  if (waiting) watch(waiting.dataset.pictureWait, waiting).then((told) => {
    if (told.state === "done") location.replace(told.url);
    else location.reload();
  });
  const note = document.querySelector("[data-picture-token]");
  const mine = note && recall(note.dataset.pictureToken);
  if (mine) note.querySelector("img").src = mine;
}

function show(panel) {
  if (!dialog) {
    dialog = document.createElement("dialog");
    dialog.className = "picture-dialog";
    const close = document.createElement("button");
    close.className = "picture-close";
    close.type = "button";
    close.setAttribute("aria-label", document.querySelector("[data-picture-search]").dataset.close);
    close.textContent = "×";
    close.addEventListener("click", () => dialog.close());
    dialog.append(close, document.createElement("div"));
    dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
    dialog.addEventListener("close", () => dialog.lastElementChild.replaceChildren());
    document.body.append(dialog);
    // Back from the results, the page is as it was before.
    addEventListener("pageshow", (event) => event.persisted && dialog.close());
  }
  dialog.setAttribute("aria-labelledby", panel.getAttribute("aria-labelledby"));
  dialog.lastElementChild.replaceChildren(panel);
  if (!dialog.open) dialog.showModal();
}

function enhance(panel) {
  const form = panel.querySelector("form");
  panel.classList.add("live");
  if (panel.hasAttribute("data-crop-panel")) {
    const frame = crop(panel);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      ask(form, new FormData(form), frame.picture());
    });
    return;
  }
  const input = form.querySelector("input[type=file]");
  form.querySelector(".picture-more").hidden = false;
  input.addEventListener("change", () => {
    const [file] = input.files;
    input.value = ""; // the same file may be chosen again
    if (file) take(form, file);
  });
  form.addEventListener("submit", (event) => event.preventDefault());
  for (const kind of ["dragenter", "dragover"]) {
    form.addEventListener(kind, (event) => { event.preventDefault(); form.classList.add("over"); });
  }
  form.addEventListener("dragleave", (event) => {
    if (!form.contains(event.relatedTarget)) form.classList.remove("over");
  });
  form.addEventListener("drop", (event) => {
    event.preventDefault();
    form.classList.remove("over");
    const [file] = event.dataTransfer.files;
    if (file) take(form, file);
    else say(form.closest("section"), form.dataset.noPicture);
  });
}

async function take(form, file) {
  say(form.closest("section"), "");
  if (form.closest("[aria-busy]")) return; // one after the other
  const { blob, shown } = await smaller(file);
  if (blob.size > Number(form.dataset.mostBytes)) {
    say(form.closest("section"), form.dataset.tooLarge);
    return;
  }
  const body = new FormData(form);
  body.set("picture", blob, "picture");
  await ask(form, body, shown, form.dataset.sending);
}

// As large as it need be, upright. What cannot be read here goes as it is: the gallery says why.
async function smaller(file) {
  try {
    const bitmap = await createImageBitmap(file, { imageOrientation: "from-image" });
    const shown = drawn(bitmap, 320).toDataURL("image/webp", 0.8);
    const size = Math.max(bitmap.width, bitmap.height);
    if (file.size <= HEAVY) return { blob: file, shown };
    const canvas = drawn(bitmap, Math.min(size, LONGEST));
    const blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", 0.92));
    return { blob: blob && blob.size < file.size ? blob : file, shown };
  } catch {
    return { blob: file, shown: "" };
  }
}

async function ask(form, body, shown, words = form.dataset.looking) {
  const panel = form.closest("section");
  const told = progress(panel, shown, words);
  try {
    const answer = await fetch(form.action, { method: "POST", body, headers: json });
    const { url, said } = await answer.json();
    if (said) throw new Refusal(said);
    told.words(form.dataset.looking);
    const late = setTimeout(() => told.words(form.dataset.waiting), PATIENCE_MS);
    const found = await watch(url, panel).finally(() => clearTimeout(late));
    if (!panel.isConnected) return;
    if (found.state !== "done") throw new Refusal(found.said);
    remember(url, shown);
    location.assign(found.url);
  } catch (error) {
    told.end();
    say(panel, error instanceof Refusal ? error.message : form.dataset.lost);
  }
}

class Refusal extends Error {}

// Ask again and again until there is an answer, as long as somebody wants it.
async function watch(url, place) {
  while (place.isConnected) {
    try {
      const answer = await fetch(url, { headers: json });
      if (answer.ok || answer.status === 404) {
        const told = await answer.json();
        if (told.state !== "queued") return told;
      }
    } catch {
      // The site is away for a moment; the row is not.
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  return { state: "left" };
}

function progress(panel, shown, words) {
  panel.querySelector(".picture-progress")?.remove();
  const box = document.createElement("div");
  box.className = "picture-progress";
  if (shown) {
    const image = new Image();
    image.src = shown;
    image.alt = "";
    box.append(image);
  }
  const line = document.createElement("p");
  line.setAttribute("role", "status");
  const pulse = document.createElement("span");
  pulse.className = "picture-pulse";
  pulse.setAttribute("aria-hidden", "true");
  const text = document.createElement("span");
  line.append(pulse, text);
  box.append(line);
  panel.append(box);
  panel.setAttribute("aria-busy", "true");
  panel.classList.add("busy");
  requestAnimationFrame(() => { text.textContent = words; });
  const end = () => {
    box.remove();
    panel.removeAttribute("aria-busy");
    panel.classList.remove("busy");
  };
  return { words: (next) => requestAnimationFrame(() => { text.textContent = next; }), end };
}

function say(panel, words) {
  const line = panel.querySelector(".picture-said");
  line.textContent = words;
  line.hidden = !words;
}

// The picture itself stays in this tab, so that its results can show it without the gallery keeping it.
function remember(url, shown) {
  const token = url.split("/").filter(Boolean).at(-1);
  try {
    if (shown) sessionStorage.setItem(`picture.${token}`, shown);
  } catch {
    // No room; then the blur is shown.
  }
}

function recall(token) {
  try {
    return sessionStorage.getItem(`picture.${token}`);
  } catch {
    return null;
  }
}
