// Where one stands: the place in the middle, and pixels per unit of the map, whose square is 2 wide.
const FLIGHT_MS = 550;
const MARGIN = 0.02;
const PAD = 30; // pixels: a picture is larger than the point that it stands for
const still = matchMedia("(prefers-reduced-motion: reduce)");

export function camera(onMove) {
  const here = { x: 0, y: 0, scale: 300, width: 1, height: 1, least: 100, most: 1e5, inset: [0, 0, 0, 0] };
  let flight = 0;

  function toScreen(x, y) {
    return [(x - here.x) * here.scale + here.width / 2, (y - here.y) * here.scale + here.height / 2];
  }

  function toMap(left, top) {
    return [(left - here.width / 2) / here.scale + here.x, (top - here.height / 2) / here.scale + here.y];
  }

  function stay() {
    here.scale = Math.min(Math.max(here.scale, here.least), here.most);
    here.x = Math.min(Math.max(here.x, -1.1), 1.1);
    here.y = Math.min(Math.max(here.y, -1.1), 1.1);
    onMove();
  }

  function stop() {
    cancelAnimationFrame(flight);
    flight = 0;
  }

  function panBy(left, top) {
    stop();
    here.x -= left / here.scale;
    here.y -= top / here.scale;
    stay();
  }

  // What is under the pointer stays under it.
  function zoomAt(left, top, factor) {
    stop();
    const [x, y] = toMap(left, top);
    here.scale = Math.min(Math.max(here.scale * factor, here.least), here.most);
    here.x = x - (left - here.width / 2) / here.scale;
    here.y = y - (top - here.height / 2) / here.scale;
    stay();
  }

  function go(to) {
    stop();
    Object.assign(here, to);
    stay();
  }

  function fly(to, milliseconds = FLIGHT_MS) {
    if (still.matches) return go(to);
    stop();
    const from = { x: here.x, y: here.y, scale: here.scale };
    const end = { ...from, ...to };
    const start = performance.now();
    const step = (now) => {
      const t = Math.min(Math.max((now - start) / milliseconds, 0), 1);
      const eased = t < 0.5 ? 4 * t ** 3 : 1 - (2 - 2 * t) ** 3 / 2;
      const scale = from.scale * (end.scale / from.scale) ** eased;
      // The place moves with the zoom, so that one does not rush over the map when near it.
      const same = Math.abs(end.scale - from.scale) < 1e-6 * from.scale;
      const share = same ? eased : (1 / from.scale - 1 / scale) / (1 / from.scale - 1 / end.scale);
      Object.assign(here, { x: from.x + (end.x - from.x) * share, y: from.y + (end.y - from.y) * share, scale });
      stay();
      flight = t < 1 ? requestAnimationFrame(step) : 0;
    };
    flight = requestAnimationFrame(step);
    return undefined;
  }

  // The part of the screen that nothing stands over, less a margin.
  function room() {
    const [top, right, bottom, left] = here.inset;
    const free = (length) => Math.max(length * (1 - 2 * MARGIN) - 2 * PAD, 50);
    return { width: free(here.width - left - right), height: free(here.height - top - bottom) };
  }

  // A view that holds a box of the map in that part.
  function around([left, top, right, bottom], most = here.most) {
    const { width, height } = room();
    const fitting = Math.min(width / Math.max(right - left, 1e-4), height / Math.max(bottom - top, 1e-4));
    const scale = Math.min(Math.max(fitting, here.least), most);
    const [above, after, below, before] = here.inset;
    return { x: (left + right) / 2 + (after - before) / 2 / scale, y: (top + bottom) / 2 + (below - above) / 2 / scale, scale };
  }

  return { here, toScreen, toMap, panBy, zoomAt, go, fly, around, room };
}

// The box round some works; without the few farthest off, if `most` of them shall do.
export function boxOf(x, y, works, most = 1) {
  if (!works.length) return [-1, -1, 1, 1];
  const cut = Math.floor((works.length * (1 - most)) / 2);
  const sorted = (values) => Float32Array.from(works, (i) => values[i]).sort();
  const [across, down] = [sorted(x), sorted(y)];
  const last = works.length - 1 - cut;
  return [across[cut], down[cut], across[last], down[last]];
}
