// Pictures on the map: how large they are at a zoom, which are in, and drawing them.
import { ABSENT, spacing, spread } from "./spread.js";
import { within } from "./grid.js";

const SMALL = 44; // pixels of the page
const LARGE = 210;
const IN_VIEW = 670; // pictures of the small size on a large screen
const SHOWN_FROM = 26_000; // works in view, about; more than these are points
const FILL = 0.93;
const SHARP = 1.35; // a sheet's cell may be drawn so much larger than it is

export function thumbs(data, grid, pictures) {
  const density = Math.max(data.n / Math.max(grid.ground, 1e-3), 1);
  const first = SMALL * Math.sqrt(density); // pixels per unit at which works stand so far apart
  let rank = null;

  const inView = (level) => density * IN_VIEW * spacing(level) ** 2;

  function strideAt(level) {
    const count = Math.min(inView(level), data.n);
    return count > 30_000 ? 64 : count > 7_000 ? 8 : 1;
  }

  // Choose again: other works are let through, or they stand elsewhere.
  function choose(places, marks, mask, wanted) {
    rank = spread({ x: places.x, y: places.y, marks, mask, wanted }, strideAt);
  }

  const sizeAt = (scale) => Math.min(SMALL * Math.sqrt(Math.max(1, scale / first)), LARGE);

  function levelAt(scale) {
    return Math.floor(2 * Math.log2((2 * scale) / sizeAt(scale)));
  }

  function shown(scale, view) {
    const [width, height] = [view.width, view.height];
    const works = Math.min((density * width * height) / scale ** 2, data.n);
    return data.sheets.length > 0 && works <= SHOWN_FROM;
  }

  // What to draw: [work, left, top, width, height, …] in pixels of the page, in the order of works.
  function lay(places, view) {
    const level = levelAt(view.scale);
    const ranks = rank.at(level);
    const box = Math.min(spacing(level) * view.scale * FILL, LARGE * 1.3);
    const half = box / 2 / view.scale;
    const [reachX, reachY] = [view.width / 2 / view.scale + half, view.height / 2 / view.scale + half];
    const runs = within(grid, view.x - reachX, view.y - reachY, view.x + reachX, view.y + reachY);
    const out = [];
    for (let run = 0; run < runs.length; run += 2) {
      for (let at = runs[run]; at < runs[run + 1]; at += 1) {
        const i = grid.works[at];
        if (ranks[i] === ABSENT || ranks[i] > level) continue;
        const across = places.x[i] - view.x;
        const down = places.y[i] - view.y;
        if (Math.abs(across) > reachX || Math.abs(down) > reachY) continue;
        const ratio = data.aspect[i];
        const width = ratio >= 1 ? box : box * ratio;
        const height = ratio >= 1 ? box / ratio : box;
        out.push(i, across * view.scale + view.width / 2 - width / 2, down * view.scale + view.height / 2 - height / 2, width, height);
      }
    }
    return { items: out, box, level };
  }

  // Until its picture is there, a work is a field of its own colour.
  function draw(context, { items, box }, ratio, field) {
    const close = box * ratio > 64 * SHARP;
    for (let at = 0; at < items.length; at += 5) {
      const i = items[at];
      const left = Math.round(items[at + 1] * ratio);
      const top = Math.round(items[at + 2] * ratio);
      const width = Math.max(Math.round(items[at + 3] * ratio), 1);
      const height = Math.max(Math.round(items[at + 4] * ratio), 1);
      const own = close ? pictures.picture(i) : null;
      if (own) {
        context.drawImage(own, left, top, width, height);
        continue;
      }
      const cell = pictures.cell(i);
      if (cell) {
        context.drawImage(cell[0], cell[1], cell[2], cell[3], cell[3], left, top, width, height);
      } else {
        context.fillStyle = field(i);
        context.fillRect(left, top, width, height);
      }
    }
    return close;
  }

  // The scale beyond which nothing new would show: even the nearest pictures have come apart.
  const most = Math.max(first * (LARGE / SMALL) ** 2 * 2, 4000);

  return { choose, shown, lay, draw, most, levelAt };
}
