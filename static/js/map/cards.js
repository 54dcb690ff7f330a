// What stands on the map, told: a card while one points, a panel when one opens it.
import { inCluster } from "./data.js";

const POINT_MS = 70;
const MOSAIC = 24;
const LISTED = 300;
const CARD = 220; // pixels

export function cards(room, words, on) {
  const card = room.querySelector("[data-card]");
  const panel = room.querySelector("[data-panel]");
  const body = room.querySelector("[data-panel-body]");
  let pointed = 0;
  let pointing = -1; // the work that one points at now
  let turn = 0; // of opening: only the last one fills the panel
  let open = {}; // what the panel shows: { cluster } or { work }, by id
  let from = null; // where the keyboard was before it

  function hover(view, i, place) {
    clearTimeout(pointed);
    pointing = i;
    if (i < 0) {
      card.hidden = true;
      return undefined;
    }
    if (!card.hidden && card.dataset.work === String(view.data.id[i])) return put(view, place);
    card.hidden = true;
    pointed = setTimeout(async () => {
      const [work] = await view.pictures.learn([i]).catch(() => [null]);
      if (!work || pointing !== i) return;
      card.dataset.work = work.id;
      card.replaceChildren(picture(work, CARD), line(work.artist), titleOf(work), line(work.availability, "p", "quiet"), line(nameOf(view, i), "p", "where"));
      card.hidden = false;
      put(view, place);
    }, POINT_MS);
    return undefined;
  }

  function put(view, [left, top]) {
    const box = view.element.getBoundingClientRect();
    const all = room.getBoundingClientRect();
    const [x, y] = [left + box.left - all.left, top + box.top - all.top];
    const across = x + 20 + card.offsetWidth > all.width - 12 ? x - card.offsetWidth - 20 : x + 20;
    const down = Math.min(Math.max(y - card.offsetHeight / 2, 8), all.height - card.offsetHeight - 8);
    card.style.transform = `translate(${Math.max(Math.round(across), 8)}px, ${Math.round(down)}px)`;
  }

  async function work(view, i) {
    const mine = (turn += 1);
    const [found] = await view.pictures.learn([i]).catch(() => [null]);
    if (mine !== turn) return;
    if (!found) return show({}, line(room.dataset.gone));
    const [figure, title, pick] = ["figure", "h2", "button"].map((name) => document.createElement(name));
    figure.append(picture(found));
    title.append(titleOf(found));
    [pick.type, pick.className, pick.textContent] = ["button", "link", room.dataset.selectIt];
    pick.addEventListener("click", () => on.pick(view, i));
    const near = room.dataset.near ? [link(`${room.dataset.near}?work=${found.id}`, room.dataset.nearIt)] : [];
    show({ work: found.id }, figure, title, line(found.artist), line(found.availability, "p", "quiet"), line(nameOf(view, i), "p", "where"), acts(link(found.url, room.dataset.openWork), pick, ...near));
  }

  async function cluster(view, found, select) {
    const mine = (turn += 1);
    const works = inCluster(view.data, found);
    const mosaic = document.createElement("div");
    mosaic.className = "map-mosaic";
    const button = document.createElement("button");
    button.type = "button";
    button.className = "link";
    button.textContent = room.dataset.selectWorks;
    button.addEventListener("click", select);
    const address = room.dataset.neighbourhood.replace("/0/", `/${found.id}/`);
    const title = line(found.name, "h2");
    const form = room.dataset.rename ? naming(found, title) : "";
    show({ cluster: found.id }, title, line(words.works(works.length), "p", "quiet"), form, acts(button, link(address, room.dataset.openNeighbourhood)), mosaic);
    const some = await view.pictures.learn(evenly(works, MOSAIC)).catch(() => []);
    if (mine === turn) mosaic.append(...some.filter(Boolean).map(linked));
  }

  // Call a neighbourhood otherwise; an empty name brings the proposed one back.
  function naming(found, title) {
    const form = document.createElement("form");
    const box = document.createElement("input");
    Object.assign(box, { name: "name", maxLength: 120, value: found.name, autocomplete: "off" });
    box.setAttribute("aria-label", room.dataset.name);
    const button = document.createElement("button");
    button.className = "button";
    button.textContent = room.dataset.renameIt;
    form.append(box, button);
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      try {
        found.name = await rename(found, box.value);
        box.value = title.textContent = found.name;
        on.renamed(found);
      } catch (error) {
        box.setCustomValidity(error.message);
        box.reportValidity();
        box.addEventListener("input", () => box.setCustomValidity(""), { once: true });
      }
    });
    return form;
  }

  async function rename(found, name) {
    const body = new FormData(document.getElementById("marks"));
    body.set("name", name.trim());
    const address = room.dataset.rename.replace("/0/", `/${found.id}/`);
    const answer = await fetch(address, { method: "POST", body, headers: { Accept: "application/json" } });
    const said = await answer.json().catch(() => ({}));
    if (!answer.ok) throw new Error(said.error ?? room.dataset.notRenamed);
    return said.name;
  }

  async function list(view, works) {
    const mine = (turn += 1);
    const items = document.createElement("ul");
    items.className = "map-list";
    show({}, line(words.works(works.length), "h2"), items);
    const some = await view.pictures.learn(works.slice(0, LISTED)).catch(() => []);
    if (mine !== turn) return;
    items.append(...some.filter(Boolean).map((each) => {
      const item = document.createElement("li");
      const text = link(each.url, "");
      text.append(line(each.artist), titleOf(each));
      item.append(linked(each), text);
      return item;
    }));
  }

  // Who came with the keyboard goes into the panel, and back to where they were when it is closed.
  function show(what, ...parts) {
    hover(null, -1);
    open = what;
    body.replaceChildren(...parts);
    panel.hidden = false;
    panel.scrollTo(0, 0);
    if (!panel.contains(document.activeElement)) from = document.activeElement;
    if (from?.matches("body, :focus-visible")) panel.focus({ preventScroll: true });
    on.changed();
  }

  function close() {
    turn += 1;
    open = {};
    if (panel.hidden) return false;
    const inside = panel.contains(document.activeElement);
    panel.hidden = true;
    if (inside) (from?.isConnected && from !== document.body ? from : room.querySelector("[data-stage]")).focus({ preventScroll: true });
    on.changed();
    return true;
  }

  return { hover, work, cluster, list, close, what: () => open };
}

function nameOf(view, i) {
  const layer = view.data.layers.at(-1);
  return layer.clusters[layer.of[i]]?.name ?? "";
}

// So many of them, from all parts of the map alike.
export function evenly(works, most) {
  if (works.length <= most) return works;
  return Array.from({ length: most }, (_, at) => works[Math.floor(((at + 0.5) * works.length) / most)]);
}

export function linked(work) {
  const around = link(work.url, "");
  around.append(picture(work));
  return around;
}

function picture(work, most = Infinity) {
  const image = document.createElement("img");
  image.src = work.picture;
  image.alt = `${work.artist}, ${work.title}`;
  const share = Math.min(1, most / Math.max(work.width, work.height));
  [image.width, image.height] = [work.width * share, work.height * share];
  image.decoding = "async";
  return image;
}

function titleOf(work) {
  const all = document.createElement("span");
  all.append(line(work.title, "cite"), work.year ? `, ${work.year}` : "");
  return all;
}

function line(text, name = "p", kind = "") {
  const element = document.createElement(name);
  element.textContent = text;
  if (kind) element.className = kind;
  return element;
}

function link(address, text) {
  const element = document.createElement("a");
  element.href = address;
  element.textContent = text;
  return element;
}

function acts(...parts) {
  const element = document.createElement("p");
  element.className = "acts";
  element.append(...parts);
  return element;
}
