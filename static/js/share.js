// Share by what the machine offers, else copy the address; copy citations.
const notes = document.getElementById("notes");
const SHOWN_MS = 8000;
const COPIED_MS = 2500;

for (const button of document.querySelectorAll("[data-share]")) {
  button.hidden = false;
  button.addEventListener("click", () => share(button));
}
for (const button of document.querySelectorAll("[data-copy]")) {
  button.hidden = false;
  button.addEventListener("click", () => copy(button));
}

async function share({ dataset }) {
  const { share: url, title } = dataset;
  if (navigator.share && matchMedia("(pointer: coarse)").matches) {
    try {
      await navigator.share({ title, url });
      return;
    } catch (error) {
      if (error.name === "AbortError") return;
    }
  }
  try {
    await navigator.clipboard.writeText(url);
    note(dataset.copied);
  } catch {
    note(`${dataset.refused} ${url}`);
  }
}

async function copy(button) {
  const { copy: id, copied, refused } = button.dataset;
  const text = document.getElementById(id);
  let said = copied;
  try {
    await navigator.clipboard.writeText(text.textContent);
  } catch {
    getSelection().selectAllChildren(text);
    said = refused;
  }
  const words = button.textContent;
  button.closest("[popover]").querySelector("[data-copy-said]").textContent = said;
  if (words === said) return;
  button.textContent = said;
  setTimeout(() => (button.textContent = words), COPIED_MS);
}

function note(words) {
  const line = document.createElement("p");
  line.className = "note";
  line.textContent = words;
  notes.replaceChildren(line);
  setTimeout(() => line.remove(), SHOWN_MS);
}
