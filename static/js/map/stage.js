// One map on one canvas: draws a frame when something changed, never otherwise.
import { boxOf, camera as cameraOf } from "./camera.js";
import { NONE } from "./data.js";
import { grid as gridOf, within } from "./grid.js";
import { holds } from "./outline.js";
import { labels as labelsOf } from "./labels.js";
import { HERE, LIT, PICKED } from "./marks.js";
import { pixel, raster } from "./raster.js";
import { thumbs as thumbsOf } from "./thumbs.js";

const MOST_RATIO = 2;
const SLOW_MS = 22; // a frame that takes longer is drawn coarser while one moves
const REST_MS = 140;
const MORPH_MS = 1600;
const NEAR_PX = 12;
const still = matchMedia("(prefers-reduced-motion: reduce)");

export function stage(element, data, marks, pictures, on) {
  const canvas = element.querySelector("canvas");
  const context = canvas.getContext("2d", { alpha: false, willReadFrequently: true });
  const camera = cameraOf(() => touch(true));
  const namesOver = element.querySelector("[data-names]");
  let names = labelsOf(namesOver, data, on.cluster);
  const points = raster();
  const all = [0, data.n];
  let places = { x: data.x, y: data.y };
  let squares = gridOf(places.x, places.y);
  let thumbs = thumbsOf(data, squares, pictures);
  let mode = null;
  let look = null; // colours of the room, read from the style sheet
  let laid = null; // the pictures drawn last
  let hovered = -1;
  let kin = []; // works that lines lead to from the hovered one
  let line = null;
  let morph = null;
  let withPictures = true;
  let awaited = 0;
  let settled = false; // the names have their buttons
  let cost = 0;
  let resting = 0;

  function touch(moved = false) {
    if (moved) {
      if (settled) names.settle(false);
      settled = false;
      clearTimeout(resting);
      resting = setTimeout(() => {
        resting = 0;
        touch();
        on.rest();
      }, REST_MS);
    }
    awaited ||= requestAnimationFrame(frame);
  }

  function resize() {
    const { clientWidth, clientHeight } = element;
    if (!clientWidth || !clientHeight) return;
    camera.here.inset = insetOf(element);
    const fitted = camera.here.width > 1 && Math.abs(camera.here.scale - fitScale()) < 1;
    Object.assign(camera.here, { width: clientWidth, height: clientHeight });
    camera.here.least = fitScale() * 0.6;
    camera.here.most = Math.max(thumbs.most, fitScale() * 8);
    if (fitted) camera.go(fit());
    touch();
  }

  const whole = () => boxOf(places.x, places.y, everything(), 0.998);
  const everything = () => Uint32Array.from(squares.works.filter((i) => marks[i] & HERE));
  let wholeBox = whole();
  const fit = () => around(wholeBox);
  const fitScale = () => {
    const [left, top, right, bottom] = wholeBox;
    const { room } = camera;
    return Math.min(room().width / Math.max(right - left, 0.1), room().height / Math.max(bottom - top, 0.1));
  };

  function around(box, most) {
    camera.here.inset = insetOf(element);
    return camera.around(box, most);
  }

  // How large a point is, in pixels of the page: by the room that works have where all are seen.
  function radius() {
    const [left, top, right, bottom] = wholeBox;
    const whole = fitScale();
    const room = whole * Math.sqrt(((right - left) * (bottom - top)) / Math.max(data.n, 1));
    const base = Math.min(Math.max(0.3 * room, 1), 3.6);
    return Math.min(base * (camera.here.scale / whole) ** 0.45, 6.5);
  }

  function frame(now) {
    awaited = 0;
    if (!look || !mode || camera.here.width < 2) return;
    const start = performance.now();
    const moving = resting !== 0 || morph !== null;
    const fine = Math.min(devicePixelRatio, MOST_RATIO);
    const ratio = moving && fine > 1 && cost > SLOW_MS ? 1 : fine;
    const [width, height] = [Math.round(camera.here.width * ratio), Math.round(camera.here.height * ratio)];
    if (canvas.width !== width || canvas.height !== height) [canvas.width, canvas.height] = [width, height];
    if (morph) morph(now);
    drawPoints(width, height, ratio);
    drawPictures(ratio, moving);
    const fading = !morph && names.draw(context, camera.here, ratio, look, laid && thumbs.wall(laid.level), now);
    drawMarks(ratio);
    if (!moving && !settled) {
      settled = true;
      names.settle(true);
    }
    if (fading) touch();
    if (moving) cost = 0.7 * cost + 0.3 * (performance.now() - start);
    on.frame(camera.here);
  }

  function drawPoints(width, height, ratio) {
    const { here } = camera;
    if (!withPictures || !thumbs.shown(here)) laid = null;
    else laid = morph && laid ? thumbs.float(laid, places, here) : thumbs.lay(places, here);
    const size = radius() * ratio;
    const reachX = here.width / 2 / here.scale + 0.01;
    const reachY = here.height / 2 / here.scale + 0.01;
    const runs = morph ? all : within(squares, here.x - reachX, here.y - reachY, here.x + reachX, here.y + reachY);
    const view = { x: here.x, y: here.y, scale: here.scale * ratio };
    const common = { ...places, works: squares.works, runs, colours: mode.colours, marks, view };
    points.size(width, height);
    points.clear(look.ground);
    points.points({ ...common, colours: look.dim, mask: HERE | LIT, wanted: HERE, radius: Math.min(size * 0.7, 2 * ratio), strength: 0.5 });
    points.points({ ...common, mask: LIT | PICKED, wanted: LIT, radius: laid ? Math.min(size * 0.5, 1.5 * ratio) : size, strength: laid ? 0.4 : 0.88 });
    if (!laid) {
      points.points({ ...common, colours: look.bright, mask: PICKED, wanted: PICKED, radius: size + 1.4 * ratio, strength: 1 });
      points.points({ ...common, mask: PICKED, wanted: PICKED, radius: size, strength: 1 });
    }
    points.show(context);
  }

  function drawPictures(ratio, moving) {
    if (!laid) return;
    context.imageSmoothingQuality = "low";
    const close = thumbs.draw(context, laid, ratio, (i) => cssOf(mode.name === "colour" ? mode.colours[i] : look.fields[i]));
    const bar = Math.max(Math.round(3 * ratio), 2);
    for (let at = 0; at < laid.items.length; at += 5) {
      const i = laid.items[at];
      const [left, top, across, down] = [1, 2, 3, 4].map((part) => Math.round(laid.items[at + part] * ratio));
      if (mode.name !== "colour") {
        context.fillStyle = cssOf(mode.colours[i]);
        context.fillRect(left, top + down, across, bar);
      }
      if (marks[i] & PICKED) {
        context.strokeStyle = look.accent;
        context.lineWidth = bar;
        context.strokeRect(left - bar / 2, top - bar / 2, across + bar, down + bar);
      }
    }
    if (close && !moving) pictures.approach(laid.items.filter((_, at) => at % 5 === 0));
  }

  function drawMarks(ratio) {
    context.save();
    context.scale(ratio, ratio);
    context.lineWidth = 1.5;
    if (hovered >= 0) {
      drawKin();
      const box = boxAt(hovered);
      context.strokeStyle = look.ink;
      if (box) context.strokeRect(box[0] - 1.5, box[1] - 1.5, box[2] + 3, box[3] + 3);
      else {
        context.beginPath();
        context.arc(...camera.toScreen(places.x[hovered], places.y[hovered]), radius() + 4, 0, 7);
        context.stroke();
      }
    }
    if (line) {
      context.strokeStyle = look.ink;
      context.setLineDash([5, 4]);
      context.beginPath();
      line.forEach(([left, top], at) => (at ? context.lineTo(left, top) : context.moveTo(left, top)));
      context.closePath();
      context.stroke();
      context.globalAlpha = 0.08;
      context.fillStyle = look.ink;
      context.fill();
    }
    context.restore();
  }

  // From the hovered work to its own: each line on the ground's colour, to be seen over pictures.
  function drawKin() {
    const from = camera.toScreen(places.x[hovered], places.y[hovered]);
    for (const [colour, width] of [[look.groundCss, 4], [look.ink, 1.5]]) {
      [context.strokeStyle, context.fillStyle, context.lineWidth] = [colour, colour, width];
      for (const i of kin) {
        const to = camera.toScreen(places.x[i], places.y[i]);
        context.beginPath();
        context.moveTo(...from);
        context.lineTo(...to);
        context.stroke();
        context.beginPath();
        context.arc(...to, 2 + width / 2, 0, 7);
        context.fill();
      }
    }
    context.lineWidth = 1.5;
  }

  function boxAt(i) {
    const at = laid ? laid.items.findIndex((each, place) => place % 5 === 0 && each === i) : -1;
    return at < 0 ? null : laid.items.slice(at + 1, at + 5);
  }

  // The work under a place on the screen, or -1.
  function under([left, top]) {
    if (laid) {
      for (let at = laid.items.length - 5; at >= 0; at -= 5) {
        const [, across, down, width, height] = laid.items.slice(at, at + 5);
        if (left >= across && top >= down && left <= across + width && top <= down + height) return laid.items[at];
      }
    }
    const [x, y] = camera.toMap(left, top);
    const reach = (radius() + NEAR_PX) / camera.here.scale;
    let best = -1;
    let nearest = reach ** 2;
    const runs = within(squares, x - reach, y - reach, x + reach, y + reach);
    for (let run = 0; run < runs.length; run += 2) {
      for (let at = runs[run]; at < runs[run + 1]; at += 1) {
        const i = squares.works[at];
        const away = (places.x[i] - x) ** 2 + (places.y[i] - y) ** 2;
        if (away < nearest && marks[i] & LIT) [best, nearest] = [i, away];
      }
    }
    return best;
  }

  // Lit works within a line on the screen.
  function inside(drawn) {
    const outline = drawn.map(([left, top]) => camera.toMap(left, top));
    const across = outline.map(([x]) => x);
    const down = outline.map(([, y]) => y);
    const [left, top, right, bottom] = [Math.min(...across), Math.min(...down), Math.max(...across), Math.max(...down)];
    const found = [];
    const runs = within(squares, left, top, right, bottom);
    for (let run = 0; run < runs.length; run += 2) {
      for (let at = runs[run]; at < runs[run + 1]; at += 1) {
        const i = squares.works[at];
        if (!(marks[i] & LIT) || places.x[i] < left || places.x[i] > right || places.y[i] < top || places.y[i] > bottom) continue;
        if (holds(outline, places.x[i], places.y[i])) found.push(i);
      }
    }
    return found;
  }

  function stand(x, y) {
    places = { x, y };
    squares = gridOf(x, y);
    thumbs = thumbsOf(data, squares, pictures);
    wholeBox = whole();
    choose();
    resize();
  }

  // Every work walks to where it stands on another map, whose names are shown there.
  function walkTo(x, y, named, onName) {
    names.settle(false);
    names = labelsOf(namesOver, named, onName);
    settled = false;
    if (still.matches) return stand(x, y);
    const from = places;
    const now = { x: from.x.slice(), y: from.y.slice() };
    const start = performance.now();
    places = now;
    morph = (time) => {
      const t = Math.min(Math.max((time - start) / MORPH_MS, 0), 1);
      const share = t * t * (3 - 2 * t);
      for (let i = 0; i < data.n; i += 1) {
        now.x[i] = from.x[i] + (x[i] - from.x[i]) * share;
        now.y[i] = from.y[i] + (y[i] - from.y[i]) * share;
      }
      if (t === 1) {
        morph = null;
        stand(x, y);
      }
      touch();
    };
    return touch();
  }

  function choose() {
    thumbs.choose(places, marks, LIT);
    touch();
  }

  // What stands in the middle, for those who hear it: the neighbourhood that most in view are in.
  function inView() {
    const { here } = camera;
    const [reachX, reachY] = [here.width / 2 / here.scale, here.height / 2 / here.scale];
    const runs = within(squares, here.x - reachX, here.y - reachY, here.x + reachX, here.y + reachY);
    const { of, clusters } = data.layers.at(-1);
    const counts = new Map();
    let count = 0;
    for (let run = 0; run < runs.length; run += 2) {
      for (let at = runs[run]; at < runs[run + 1]; at += 1) {
        const i = squares.works[at];
        if (!(marks[i] & LIT) || Math.abs(places.x[i] - here.x) > reachX || Math.abs(places.y[i] - here.y) > reachY) continue;
        count += 1;
        if (of[i] !== NONE) counts.set(of[i], (counts.get(of[i]) ?? 0) + 1);
      }
    }
    const most = [...counts].sort((a, b) => b[1] - a[1]).slice(0, 3);
    return { count, names: most.map(([index]) => clusters[index].name) };
  }

  function dress(style) {
    const [ground, dim, bright] = [style.ground, style.dim, style.ink].map(pixelOf);
    const flat = (value) => new Uint32Array(data.n).fill(value);
    look = { ...style, groundCss: style.ground, ground, dim: flat(dim), bright: flat(bright), fields: style.fields };
    touch();
  }

  new ResizeObserver(resize).observe(element);
  resize();
  camera.go(fit());
  choose();

  return {
    camera, fit, choose, dress, under, inside, stand, walkTo, inView, touch,
    renamed(cluster) { names.renamed(cluster); touch(true); },
    places: () => places,
    kin(works) { kin = works; touch(); },
    setMode(next) { mode = next; touch(); },
    setPictures(next) { withPictures = next; touch(); },
    hover(i) { if (i !== hovered) { hovered = i; touch(); } },
    draw(drawn) { line = drawn; touch(); },
    around: (works, most) => around(boxOf(places.x, places.y, works, most), thumbs.most / 3),
  };
}

// What stands over the edges, so that all of the map can be seen beside it; the panel where it is open.
function insetOf(element) {
  const style = getComputedStyle(element);
  const inset = ["top", "right", "bottom", "left"].map((edge) => parseFloat(style.getPropertyValue(`--inset-${edge}`)) || 0);
  const [box, panel] = [element, element.closest(".map-room").querySelector("[data-panel]")].map((each) => each.getBoundingClientRect());
  if (panel.width >= box.width) inset[2] = Math.max(inset[2], Math.min(box.bottom - panel.top, box.height / 2));
  else if (panel.width) inset[1] = Math.max(inset[1], Math.min(box.right - panel.left, box.width / 2));
  return inset;
}

const pixelOf = (rgb) => pixel(...rgb.match(/[\d.]+/g).slice(0, 3).map((part) => Math.round(Number(part))));
const cssOf = (colour) => `rgb(${colour & 255} ${(colour >> 8) & 255} ${(colour >> 16) & 255})`;
