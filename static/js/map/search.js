// Words lead to a place: to a neighbourhood of that name, or to the works that have them.
import { reach } from "./data.js";

const NAMES = 8;
const WAIT_MS = 220;

export function search(room, view, words, on) {
  const form = room.querySelector("[data-search]");
  const box = form.elements.q;
  const hits = form.querySelector("[data-hits]");
  let waiting = 0;
  let turn = 0;

  box.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(suggest, WAIT_MS);
  });
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    clearTimeout(waiting);
    await suggest();
    hits.querySelector("button")?.click();
  });
  form.addEventListener("keydown", (event) => {
    const buttons = [...hits.querySelectorAll("button")];
    const here = buttons.indexOf(document.activeElement);
    if (event.key === "Escape") close();
    else if (event.key === "ArrowDown") buttons[here + 1]?.focus();
    else if (event.key === "ArrowUp") (buttons[here - 1] ?? box).focus();
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  document.addEventListener("pointerdown", (event) => form.contains(event.target) || close());

  async function suggest() {
    const mine = (turn += 1);
    const text = box.value.trim();
    if (!text) return close();
    const names = clusters(text);
    const works = await find(text).catch(() => []);
    if (mine !== turn) return undefined;
    hits.replaceChildren();
    if (works.length) hits.append(hit(`“${text}”`, words.works(works.length), () => on.found(works, words.found(text, works.length))));
    for (const cluster of names) hits.append(hit(cluster.name, words.works(cluster.size), () => on.cluster(cluster)));
    if (!hits.children.length) {
      const none = document.createElement("p");
      none.textContent = words.noMatch(text);
      hits.append(none);
    }
    hits.hidden = false;
    return undefined;
  }

  function clusters(text) {
    const parts = text.toLowerCase().split(/\s+/);
    return view.data.layers
      .flatMap((layer) => layer.clusters)
      .filter((cluster) => parts.every((part) => cluster.name.toLowerCase().includes(part)))
      .sort((a, b) => b.size - a.size)
      .slice(0, NAMES);
  }

  async function find(text) {
    const { ids } = await (await reach(`${room.dataset.find}?${new URLSearchParams({ q: text })}`)).json();
    const wanted = new Set(ids);
    return Array.from(view.data.id.keys()).filter((i) => wanted.has(view.data.id[i]));
  }

  function hit(name, count, act) {
    const button = document.createElement("button");
    button.type = "button";
    const [label, number] = [document.createElement("b"), document.createElement("span")];
    label.textContent = name;
    number.textContent = count;
    button.append(label, number);
    button.addEventListener("click", () => {
      close();
      view.element.focus({ preventScroll: true });
      act();
    });
    return button;
  }

  function close() {
    hits.hidden = true;
    turn += 1;
  }
}
