// The viewer: OpenSeadragon in a dialog, with keys, words and buttons of our own. It starts with the
// picture that is on the page already and lays finer ones over it as they come.
const STEP = 1.5;
const PAN = 0.2;
const NEAR = 3;
const MARGINS = { top: 72, right: 16, bottom: 80, left: 16 }; // of the whole picture: the bars cover none of it
const SAY_MS = 500;
const POLL_MS = 1500;
const POLLS = 80;
const still = matchMedia("(prefers-reduced-motion: reduce)");
let library = null;
let turn = 0; // of showing: only the last one goes on once the library has come
let now = null; // what is open: { viewer, dialog, … }

export async function show(dialog, link) {
  turn += 1;
  const mine = turn;
  await load(dialog.dataset.library);
  if (mine !== turn || !dialog.open) return;
  forgoStyles();
  const viewer = globalThis.OpenSeadragon({
    element: dialog.querySelector(".zoom-canvas"),
    prefixUrl: dialog.dataset.images,
    tileSources: { type: "image", url: link.querySelector("img").currentSrc || link.href },
    drawer: "canvas",
    showNavigationControl: false,
    keyboardNavEnabled: false,
    tabIndex: -1,
    animationTime: still.matches ? 0 : 0.6,
    immediateRender: still.matches,
    blendTime: still.matches ? 0 : 0.1,
    visibilityRatio: 0.7,
    constrainDuringPan: true,
    viewportMargins: MARGINS,
    minZoomImageRatio: 1,
    maxZoomPixelRatio: 2.5,
    gestureSettingsMouse: { clickToZoom: false, dblClickToZoom: true },
    gestureSettingsTouch: { pinchToZoom: true, dblClickToZoom: true, flickEnabled: !still.matches },
    gestureSettingsPen: { clickToZoom: false, dblClickToZoom: true },
  });
  now = { viewer, dialog, timer: 0 };
  viewer.addHandler("zoom", level);
  viewer.addHandler("open", reach);
  viewer.addHandler("open-failed", () => tell(dialog.dataset.failed));
  dialog.addEventListener("close", end, { once: true });
  prepare(dialog);
  refine(link).catch(() => {}); // what is on the page already can be looked into all the same
}

function load(address) {
  library ??= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = address;
    script.addEventListener("load", resolve);
    script.addEventListener("error", () => {
      library = null;
      reject(new Error("The viewer did not load."));
    });
    document.head.append(script);
  });
  return library;
}

// The library would add a style element, which our security policy refuses, unless it finds its
// own. One of another namespace styles nothing; what is needed stands in our style sheet.
function forgoStyles() {
  const name = "data-openseadragon-mobile-css";
  if (document.querySelector(`style[${name}]`)) return;
  const none = document.createElementNS("urn:artrec:none", "style");
  none.setAttribute(name, "");
  document.head.append(none);
}

// Buttons and keys, once per page.
function prepare(dialog) {
  if (dialog.dataset.ready) return;
  dialog.dataset.ready = "1";
  dialog.addEventListener("click", (event) => act(event.target.closest("[data-act]")?.dataset.act));
  dialog.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || !now) return;
    const move = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    const name = { "+": "in", "=": "in", "-": "out", _: "out", 0: "home", Home: "home", f: "full" }[event.key];
    if (!move && !name) return;
    event.preventDefault();
    if (move) pan(...move);
    else act(name);
  });
  const full = dialog.querySelector('[data-act="full"]');
  full.hidden = !document.fullscreenEnabled;
  document.addEventListener("fullscreenchange", () => full.setAttribute("aria-pressed", Boolean(document.fullscreenElement)));
}

function act(name) {
  if (!name || !now) return;
  const { viewport } = now.viewer;
  if (name === "close") now.dialog.close();
  else if (name === "home") viewport.goHome(still.matches);
  else if (name === "full") turnFull();
  else {
    viewport.zoomBy(name === "in" ? STEP : 1 / STEP, null, still.matches);
    viewport.applyConstraints(still.matches);
  }
}

function pan(x, y) {
  const { viewport } = now.viewer;
  const seen = viewport.getBounds();
  viewport.panBy(new globalThis.OpenSeadragon.Point(x * PAN * seen.width, y * PAN * seen.height), still.matches);
  viewport.applyConstraints(still.matches);
}

function turnFull() {
  if (document.fullscreenElement) document.exitFullscreen();
  else now.dialog.querySelector(".zoom-room").requestFullscreen().catch(() => {});
}

// As near as the finest picture allows, and some way into any.
function reach() {
  if (!now) return;
  const { viewport } = now.viewer;
  viewport.maxZoomLevel = null;
  viewport.maxZoomLevel = Math.max(viewport.getMaxZoom(), NEAR * viewport.getHomeZoom());
  level();
}

// How large, for the eye at once and for the ear once it has come to rest.
function level() {
  const { viewer, dialog } = now;
  const times = viewer.viewport.getZoom() / viewer.viewport.getHomeZoom();
  const shown = new Intl.NumberFormat(document.documentElement.lang, { maximumFractionDigits: times < 10 ? 1 : 0 }).format(times);
  dialog.querySelector(".zoom-level").textContent = `${shown}×`;
  dialog.querySelector('[data-act="in"]').disabled = viewer.viewport.getZoom() >= viewer.viewport.getMaxZoom() * 0.999;
  dialog.querySelector('[data-act="out"]').disabled = times <= 1.001;
  clearTimeout(now.timer);
  now.timer = setTimeout(() => say(times < 1.05 ? dialog.dataset.whole : dialog.dataset.times.replace("%s", shown)), SAY_MS);
}

function say(words) {
  if (now) now.dialog.querySelector("[data-said]").textContent = words;
}

function tell(words) {
  const line = now.dialog.querySelector(".zoom-state");
  line.textContent = words;
  line.hidden = !words;
  if (words) say(words);
}

// Finer pictures lie over the first, in the same place.
async function refine(link) {
  const { viewer, dialog } = now;
  const here = () => now?.viewer === viewer;
  const add = (tileSource) => here() && viewer.addTiledImage({ tileSource, x: 0, y: 0, width: 1, success: reach });
  if (!("detail" in link.dataset)) return add({ type: "image", url: link.href });
  let found = await ask(link, { method: "POST", body: new FormData(document.getElementById("marks")) });
  if (found.state === "done") return add(found.info);
  add({ type: "image", url: link.href });
  if (found.state !== "waiting" || !here()) return undefined;
  tell(dialog.dataset.waiting);
  for (let polls = 0; polls < POLLS && here() && found.state === "waiting"; polls += 1) {
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    found = await ask(link, {});
  }
  if (!here()) return undefined;
  tell("");
  if (found.state === "done") {
    add(found.info);
    say(dialog.dataset.came);
  }
  return undefined;
}

async function ask(link, options) {
  const answer = await fetch(link.dataset.zoom, { ...options, headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(`${answer.status}`);
  return answer.json();
}

function end() {
  if (!now) return;
  clearTimeout(now.timer);
  tell("");
  if (document.fullscreenElement) document.exitFullscreen();
  now.viewer.destroy();
  now = null;
}
