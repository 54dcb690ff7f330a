// The map's page: brings the data in and ties the parts together. Each part has a file of its own.
import { cards } from "./cards.js";
import { clusterOf, inCluster, load, reach } from "./data.js";
import { filters } from "./filters.js";
import { gestures } from "./gestures.js";
import { legend } from "./legend.js";
import { marksOf, pick, picked } from "./marks.js";
import { minimap } from "./minimap.js";
import { modeOf } from "./colours.js";
import { twin } from "./twin.js";
import { search } from "./search.js";
import { selection } from "./selection.js";
import { sheets } from "./sheets.js";
import { stage } from "./stage.js";
import { hashOf, stateIn } from "./address.js";
import { wordsOf } from "./words.js";

const room = document.getElementById("map");
const words = wordsOf(room);

start().catch((error) => {
  room.querySelector("[data-said]").textContent = words.failed;
  throw error;
});

async function start() {
  const elements = [...room.querySelectorAll("[data-stage]")];
  const addresses = [[room.dataset.manifest, room.dataset.works], [room.dataset.besideManifest, room.dataset.besideWorks]];
  const scores = new URLSearchParams(location.search).get("scores");
  const asked = stateIn(location.hash);
  // Names are drawn once and kept: not before their type is there.
  const serif = getComputedStyle(room).getPropertyValue("--serif");
  const typeset = document.fonts.load(`19px ${serif}`).catch(() => []);
  const datas = await Promise.all(elements.map((_, at) => load(addresses[at][0])));
  await typeset;
  if (scores) await addScores(datas[0], scores);
  const views = elements.map((element, at) => open(element, datas[at], addresses[at][1]));
  const [main] = views;
  const pair = views.length > 1 ? twin(views) : null;

  let mode = asked.by ?? (scores ? "score" : "colour");
  if (mode !== "colour" && mode !== "cluster" && !main.data.columns.has(mode)) mode = "colour";
  const sifted = filters(room, views, () => changed());
  const shown = legend(room, main.data, words, {
    choose: (name) => setMode(name),
    toggle: (name, group) => sifted.toggle(name, group, modeFor(main, name)),
  });
  const small = minimap(room.querySelector("[data-mini]"), main.stage, main.data);
  const opened = cards(room, words);
  const held = selection(room, main, words, {
    only: (works, label) => sifted.only(works, label),
    list: (works) => opened.list(main, works),
    change: () => { pair?.pickAs(main); redraw(); },
  });
  search(room, main, words, {
    found: (works, label) => {
      sifted.only(works, label);
      main.stage.camera.fly(main.stage.around(works, 0.96));
    },
    cluster: (cluster) => choose(main, cluster),
  });
  let tool = "hand";
  let pictures = true;

  function open(element, data, worksAddress) {
    const view = { element, data, marks: marksOf(data) };
    view.pictures = sheets(data, worksAddress, () => view.stage?.touch());
    view.stage = stage(element, data, view.marks, view.pictures, {
      cluster: (cluster, event) => choose(view, cluster, event),
      rest: () => rest(view),
      frame: (here) => view === main && small?.update(here),
    });
    gestures(element, view.stage.camera, {
      drawing: (event) => (event.pointerType === "touch" ? tool !== "hand" : tool !== "hand" || event.shiftKey || event.altKey),
      draw: (line) => view.stage.draw(line && shape(line)),
      drawn: (line, event) => take(view, view.stage.inside(shape(line)), how(event), tool === "box" ? "box" : "lasso"),
      hover: (place) => hover(view, place),
      click: (place, event) => click(view, place, event),
      fit: () => view.stage.camera.fly(view.stage.fit()),
      escape,
    });
    return view;
  }

  const modeFor = (view, name) => modeOf(view.data, name, theme(), words);
  const shape = (line) => (tool !== "box" ? line : corners(line[0], line.at(-1)));
  const how = (event) => (event.altKey ? "take" : event.shiftKey ? "add" : "set");

  function setMode(name) {
    mode = name;
    for (const view of views) view.stage.setMode(modeFor(view, view.data.columns.has(name) || name === "cluster" ? name : "colour"));
    shown.show(modeFor(main, name), sifted.chosen(name));
    remember();
  }

  function changed() {
    for (const view of views) view.stage.choose();
    held.update();
    shown.show(modeFor(main, mode), sifted.chosen(mode));
    rest(main);
  }

  function take(view, works, manner, kind) {
    pick(view.marks, works, manner);
    if (view !== main) pair.pickAs(view);
    held.from(kind);
    held.update();
    pair?.pickAs(main);
    redraw();
  }

  function choose(view, cluster, event) {
    if (event?.shiftKey || event?.altKey) return take(view, inCluster(view.data, cluster), how(event), "cluster");
    opened.cluster(view, cluster, () => take(view, inCluster(view.data, cluster), "set", "cluster"));
    view.stage.camera.fly(view.stage.around(inCluster(view.data, cluster), 0.94));
    return undefined;
  }

  function hover(view, place) {
    const i = place ? view.stage.under(place) : -1;
    view.stage.hover(i);
    pair?.hover(view, i);
    opened.hover(view, i, place);
  }

  function click(view, place, event) {
    const i = view.stage.under(place);
    if (i < 0) return opened.close();
    if (event.shiftKey || event.altKey) return take(view, [i], event.altKey ? "take" : "add", "hand");
    return opened.work(view, i);
  }

  function escape() {
    if (opened.close()) return;
    if (tool !== "hand") setTool("hand");
    else if (picked(main.marks).length) take(main, [], "set", "hand");
  }

  function setTool(name) {
    tool = name;
    room.dataset.tool = name;
    for (const button of room.querySelectorAll("[data-tool]")) if (button !== room) button.setAttribute("aria-pressed", button.dataset.tool === name);
  }

  function redraw() {
    for (const view of views) view.stage.touch();
  }

  // What is in view, said once one has come to rest; and the address, so that it can be shared.
  function rest(view) {
    if (view !== main || !held) return;
    const { count, names } = main.stage.inView();
    room.querySelector("[data-said]").textContent = words.inView(count, names);
    remember();
  }

  function remember() {
    history.replaceState(history.state, "", `${location.pathname}${location.search}#${hashOf(main.stage.camera.here, mode, sifted.state())}`);
  }

  // Go where the address says.
  function follow({ place, cluster: id }) {
    if (place) main.stage.camera.go(place);
    const cluster = id && clusterOf(main.data, id);
    if (cluster) choose(main, cluster);
  }

  const acts = {
    in: () => zoom(1.6),
    out: () => zoom(1 / 1.6),
    fit: () => views.forEach((view) => view.stage.camera.fly(view.stage.fit())),
    pictures: () => {
      pictures = !pictures;
      room.querySelector('[data-do="pictures"]').setAttribute("aria-pressed", pictures);
      for (const view of views) view.stage.setPictures(pictures);
    },
    morph: () => pair?.morph(),
    close: () => opened.close(),
  };

  function zoom(factor) {
    for (const { stage: each } of views) each.camera.fly({ scale: Math.min(Math.max(each.camera.here.scale * factor, each.camera.here.least), each.camera.here.most) }, 220);
  }

  room.addEventListener("click", (event) => {
    const button = event.target.closest("[data-do], [data-tool]");
    if (!button || button === room) return;
    if (button.dataset.tool) setTool(button.dataset.tool);
    else acts[button.dataset.do]?.();
  });
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, textarea, select")) return;
    const name = { v: "hand", l: "lasso", b: "box" }[event.key];
    if (name) setTool(name);
    else if (event.key === "p") acts.pictures();
    else if (event.key === "m") acts.morph();
    else if (event.key === "Escape") escape();
    else return;
    event.preventDefault();
  });

  // The room's colours, again whenever light turns to dark.
  function dress() {
    const ink = getComputedStyle(room);
    const of = (name) => {
      const probe = document.createElement("i");
      probe.style.color = `var(${name})`;
      room.append(probe);
      const { color } = getComputedStyle(probe);
      probe.remove();
      return color;
    };
    const style = { ground: of("--ground"), ink: ink.color, accent: of("--accent"), dim: of("--line") };
    for (const view of views) view.stage.dress({ ...style, fields: modeFor(view, "colour").colours });
    small?.dress(style);
    setMode(mode);
  }
  new MutationObserver(dress).observe(document.documentElement, { attributeFilter: ["data-theme"] });

  dress();
  sifted.restore(asked.filters, (name) => modeFor(main, name));
  follow(asked);
  addEventListener("hashchange", () => follow(stateIn(location.hash)));
  rest(main);
  room.dataset.ready = "";
}

const theme = () => (getComputedStyle(document.documentElement).colorScheme === "dark" || document.documentElement.dataset.theme === "dark" ? "dark" : "light");
const corners = ([left, top], [right, bottom]) => [[left, top], [right, top], [right, bottom], [left, bottom]];

// A model's score per work, in the order of the map: bytes from low to high, or plain numbers.
async function addScores(data, address) {
  const url = new URL(address, location.href);
  if (url.origin !== location.origin) return;
  const buffer = await (await reach(url)).arrayBuffer();
  const bytes = buffer.byteLength < 4 * data.n;
  data.columns.set("score", {
    name: "score", dtype: bytes ? "uint8" : "float32", values: bytes ? new Uint8Array(buffer) : new Float32Array(buffer),
    labels: null, low: bytes ? 0 : null, high: bytes ? 1 : null, scale: "linear", missing: bytes ? 255 : null,
  });
}
