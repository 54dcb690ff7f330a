// The map's page: brings the data in and ties the parts together. Each part has a file of its own.
import { cards } from "./cards.js";
import { clusterOf, inCluster, load, reach } from "./data.js";
import { filters } from "./filters.js";
import { gestures } from "./gestures.js";
import { legend } from "./legend.js";
import { PICKED, marksOf, pick, picked } from "./marks.js";
import { minimap } from "./minimap.js";
import { modeOf } from "./colours.js";
import { NEXT, twin } from "./twin.js";
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
  const scores = room.querySelector("[data-scores]");
  const asked = stateIn(location.hash);
  // Names are drawn once and kept: not before their type is there.
  const serif = getComputedStyle(room).getPropertyValue("--serif");
  const typeset = document.fonts.load(`19px ${serif}`).catch(() => []);
  const datas = await Promise.all(elements.map((_, at) => load(addresses[at][0])));
  await typeset;
  if (scores) await addScores(datas[0], scores).catch(() => scores.replaceChildren(words.noScores));
  const views = elements.map((element, at) => open(element, datas[at], addresses[at][1]));
  const [main] = views;
  const pair = views.length > 1 ? twin(views) : null;

  // Of two maps one wants to see where the neighbourhoods of the first are on the second.
  const usual = main.data.columns.has("score") ? "score" : pair ? "cluster" : "colour";
  const can = (name) => name === "colour" || name === "cluster" || main.data.columns.has(name);
  let mode = can(asked.by) ? asked.by : usual;
  const sifted = filters(room, views, () => changed());
  const shown = legend(room, main.data, words, {
    choose: (name) => setMode(name),
    toggle: (name, group) => sifted.toggle(name, group, modeFor(name)),
  });
  const small = minimap(room.querySelector("[data-mini]"), main.stage, main.data);
  const opened = cards(room, words, {
    changed: () => remember(),
    pick: (view, i) => take(view, [i], "add", "hand"),
    renamed: (cluster) => { for (const view of views) view.stage.renamed(cluster); },
  });
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
  let manner = "set"; // what a line round works does, unless a key says otherwise
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
      drawing: (event) => tool !== "hand" || event.shiftKey || event.altKey,
      draw: (line) => view.stage.draw(line && shape(line)),
      drawn: (line, event, rested) => take(view, view.stage.inside(shape(line)), rested ? "add" : how(event), tool === "box" ? "box" : "lasso"),
      held: (place) => hold(view, place),
      hover: (place) => hover(view, place),
      click: (place, event) => click(view, place, event),
      fit: () => view.stage.camera.fly(view.stage.fit()),
      escape,
    });
    return view;
  }

  const modeFor = (name) => modeOf(main.data, name, theme(), words);
  const shape = (line) => (tool !== "box" ? line : corners(line[0], line.at(-1)));
  const how = (event) => (event.altKey ? "take" : event.shiftKey ? "add" : manner);

  function setMode(name) {
    mode = name;
    const found = modeFor(name);
    main.stage.setMode(found);
    if (pair) views[1].stage.setMode(pair.carried(found));
    shown.show(found, sifted.chosen(name));
    remember();
  }

  function changed() {
    for (const view of views) view.stage.choose();
    held.update();
    shown.show(modeFor(mode), sifted.chosen(mode));
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

  function choose(view, cluster, event, fly = true) {
    const works = inCluster(view.data, cluster);
    if (event?.shiftKey || event?.altKey) return take(view, works, how(event), "cluster");
    opened.cluster(view, cluster, () => take(view, works, "set", "cluster"));
    if (fly) view.stage.camera.fly(view.stage.around(works, 0.94));
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

  // A finger that rests on a work takes it in, or lets it go.
  function hold(view, place) {
    const i = view.stage.under(place);
    if (i >= 0) take(view, [i], view.marks[i] & PICKED ? "take" : "add", "hand");
  }

  function escape() {
    if (opened.close()) return;
    if (tool !== "hand") setTool("hand");
    else if (picked(main.marks).length) take(main, [], "set", "hand");
  }

  function setTool(name) {
    tool = name;
    room.dataset.tool = name;
    setManner("set");
    for (const button of room.querySelectorAll("[data-tool]")) if (button !== room) button.setAttribute("aria-pressed", button.dataset.tool === name);
  }

  function setManner(name) {
    manner = name;
    for (const button of room.querySelectorAll("[data-manner]")) button.setAttribute("aria-pressed", button.dataset.manner === name);
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
    history.replaceState(history.state, "", `${location.pathname}${location.search}#${hashOf(main.stage.camera.here, mode === usual ? null : mode, sifted.state(), opened.what())}`);
  }

  // Go where the address says, and open what was open there.
  function follow({ place, cluster: id, work }) {
    if (place) main.stage.camera.go(place);
    const cluster = id && clusterOf(main.data, id);
    if (cluster) choose(main, cluster, null, !place);
    const i = work ? main.data.id.indexOf(work) : -1;
    if (i < 0) return;
    if (!place) main.stage.camera.fly(main.stage.around([i]));
    opened.work(main, i);
  }

  function morph() {
    if (!pair) return;
    const away = pair.morph((view, cluster, event) => choose(view, cluster, event));
    room.querySelector('[data-do="morph"]').setAttribute("aria-pressed", away);
    const [here, there] = room.querySelectorAll("[data-which]");
    here.textContent = away ? there.dataset.which : here.dataset.which;
  }

  // How far the second map has the order of the first, in a line.
  function compare() {
    const line = room.querySelector("[data-kept]");
    const { works, kept } = pair.kept();
    if (works > 2 * NEXT) line.append(words.kept(NEXT, kept, (NEXT * NEXT) / (works - 1)));
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
    morph,
    close: () => opened.close(),
    help: () => document.getElementById("keys-help").showModal(),
  };

  function zoom(factor) {
    for (const { stage: each } of views) each.camera.fly({ scale: Math.min(Math.max(each.camera.here.scale * factor, each.camera.here.least), each.camera.here.most) }, 220);
  }

  room.addEventListener("click", (event) => {
    const button = event.target.closest("[data-do], [data-tool], [data-manner]");
    if (!button || button === room) return;
    if (button.dataset.tool) setTool(button.dataset.tool);
    else if (button.dataset.manner) setManner(button.dataset.manner);
    else acts[button.dataset.do]?.();
  });
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, textarea, select, dialog")) return;
    const name = { v: "hand", l: "lasso", b: "box" }[event.key];
    if (name) setTool(name);
    else if (event.key === "p") acts.pictures();
    else if (event.key === "m") acts.morph();
    else if (event.key === "Escape") escape();
    else return;
    event.preventDefault();
  });

  // Before the search of the whole gallery hears of it.
  document.addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.target.closest("input, textarea, select, dialog")) return;
    event.preventDefault();
    event.stopPropagation();
    room.querySelector("[data-search]").elements.q.focus();
  }, true);

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
    const fields = modeFor("colour");
    main.stage.dress({ ...style, fields: fields.colours });
    if (pair) views[1].stage.dress({ ...style, fields: pair.carried(fields).colours });
    small?.dress(style);
    setMode(mode);
  }
  new MutationObserver(dress).observe(document.documentElement, { attributeFilter: ["data-theme"] });

  dress();
  if (usual !== "colour") acts.pictures(); // fields of colour show a ranking, or another order, better
  sifted.restore(asked.filters, modeFor);
  follow(asked);
  addEventListener("hashchange", () => follow(stateIn(location.hash)));
  rest(main);
  room.dataset.ready = "";
  if (pair) compare();
}

const theme = () => (getComputedStyle(document.documentElement).colorScheme === "dark" || document.documentElement.dataset.theme === "dark" ? "dark" : "light");
const corners = ([left, top], [right, bottom]) => [[left, top], [right, top], [right, bottom], [left, bottom]];

// How a model ranks each work for somebody, in the order of the map: 0 to 254 from low to high.
async function addScores(data, told) {
  const url = new URL(told.dataset.scores, location.href);
  if (url.origin !== location.origin) throw new Error(`${url} is elsewhere`);
  const values = new Uint8Array(await (await reach(url)).arrayBuffer());
  data.columns.set("score", { name: "score", dtype: "uint8", values, labels: null, low: 0, high: 1, scale: "linear", missing: 255 });
}
