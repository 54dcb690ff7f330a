// Pictures on the map: how large they are at a zoom, which are in, and drawing them.
import { cells, side } from "./cells.js";

const SMALL = 36; // pixels of the page: a square is at least so large, and less than twice
const LARGE = 150;
const GROWING = 2; // pictures grow once one is so much nearer than works have room at: some stand closer
const IN_VIEW = 1000; // squares of the small size on a large screen
const SHOWN_FROM = 26_000; // works in view, about; more than these are points
const FILL = 0.94;
const SHARP = 1.35; // a sheet's cell may be drawn so much larger than it is,
const CLOSE = 200; // or more, while more pictures than these are in view

export function thumbs(data, grid, pictures) {
  const density = Math.max(data.n / Math.max(grid.ground, 1e-3), 1);
  const first = SMALL * Math.sqrt(density); // pixels per unit at which works stand so far apart
  let chosen = null;
  let hung = null;

  function strideAt(level) {
    const count = Math.min(density * IN_VIEW * side(level) ** 2, data.n);
    return count > 30_000 ? 64 : count > 7_000 ? 8 : 1;
  }

  // Choose again: other works are let through, or they stand elsewhere.
  function choose(places, marks, mask) {
    chosen = cells(places, marks, mask, strideAt);
    hung = null;
  }

  function levelAt(scale) {
    const least = Math.min(SMALL * Math.sqrt(Math.max(1, scale / (GROWING * first))), LARGE);
    return Math.max(Math.floor(Math.log2((2 * scale) / least)), 0);
  }

  function shown(view) {
    const works = Math.min((density * view.width * view.height) / view.scale ** 2, data.n);
    return data.sheets.length > 0 && works <= SHOWN_FROM;
  }

  // What to draw: [work, left, top, width, height, …] in pixels of the page. A picture hangs where its
  // work stands, as far as its square lets it.
  function lay(places, view) {
    const level = levelAt(view.scale);
    const size = side(level) * view.scale;
    const box = size * FILL;
    const gap = (size - box) / 2;
    const [reachX, reachY] = [view.width / 2 / view.scale, view.height / 2 / view.scale];
    const found = chosen.within(level, view.x - reachX, view.y - reachY, view.x + reachX, view.y + reachY);
    const items = [];
    for (let at = 0; at < found.length; at += 3) {
      const i = found[at];
      const ratio = data.aspect[i];
      const width = ratio >= 1 ? box : box * ratio;
      const height = ratio >= 1 ? box / ratio : box;
      const across = (found[at + 1] - view.x) * view.scale + view.width / 2;
      const down = (found[at + 2] - view.y) * view.scale + view.height / 2;
      const left = (places.x[i] - view.x) * view.scale + view.width / 2 - width / 2;
      const top = (places.y[i] - view.y) * view.scale + view.height / 2 - height / 2;
      items.push(
        i,
        Math.min(Math.max(left, across + gap), across + size - gap - width),
        Math.min(Math.max(top, down + gap), down + size - gap - height),
        width,
        height,
      );
    }
    return { items, box, level };
  }

  // The same pictures while their works walk: each round its work, held by no square.
  function float({ items, box, level }, places, view) {
    const moved = items.slice();
    for (let at = 0; at < moved.length; at += 5) {
      const i = moved[at];
      moved[at + 1] = (places.x[i] - view.x) * view.scale + (view.width - moved[at + 3]) / 2;
      moved[at + 2] = (places.y[i] - view.y) * view.scale + (view.height - moved[at + 4]) / 2;
    }
    return { items: moved, box, level };
  }

  // The wall that pictures of a level hang on: its squares, and how many of those within a box are full.
  function wall(level) {
    if (hung?.level !== level) {
      const count = (...box) => chosen.within(level, ...box).length / 3;
      hung = { level, side: side(level), count };
    }
    return hung;
  }

  // Until its picture is there, a work is a field of its own colour. Returns whether one is so near
  // that the works' own pictures are wanted.
  function draw(context, { items, box }, ratio, field) {
    const close = box * ratio > 64 * SHARP && items.length <= 5 * CLOSE;
    for (let at = 0; at < items.length; at += 5) {
      const i = items[at];
      const left = Math.round(items[at + 1] * ratio);
      const top = Math.round(items[at + 2] * ratio);
      const width = Math.max(Math.round(items[at + 3] * ratio), 1);
      const height = Math.max(Math.round(items[at + 4] * ratio), 1);
      const own = close ? pictures.picture(i) : null;
      const cell = own ? null : pictures.cell(i);
      if (own) context.drawImage(own, left, top, width, height);
      else if (cell) context.drawImage(cell[0], cell[1], cell[2], cell[3], cell[3], left, top, width, height);
      else {
        context.fillStyle = field(i);
        context.fillRect(left, top, width, height);
      }
    }
    return close;
  }

  // The scale beyond which nothing new would show: even near ones have come apart.
  const most = Math.max(GROWING * first * (LARGE / SMALL) ** 2 * 4, 4000);

  return { choose, shown, lay, float, wall, draw, most };
}
