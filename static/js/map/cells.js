// Which works show their picture: the map is divided into squares, twice as fine on each level, and
// each square shows one of its works. The first of a square stays the first of the part it lies in, so
// that no picture goes when one comes nearer, and nothing changes while one only moves.
const ACROSS = 2 ** 21;
const STRIDES = [64, 8, 1];
const KEPT = 4;

export const side = (level) => 2 / 2 ** level;

// `strideAt(level)`: only every so many-th work may show, so that its sheet is shared with others.
export function cells({ x, y }, marks, mask, strideAt) {
  const levels = new Map();

  function choose(level) {
    const found = new Map();
    const least = strideAt(level);
    const size = side(level);
    for (const stride of STRIDES) {
      if (stride < least) break;
      for (let i = 0; i < x.length; i += stride) {
        if (!(marks[i] & mask)) continue;
        const key = Math.floor((y[i] + 2) / size) * ACROSS + Math.floor((x[i] + 2) / size);
        if (!found.has(key)) found.set(key, i);
      }
    }
    return found;
  }

  // The work of each square within a box of the map, with the square's corner: [work, x, y, …].
  function within(level, left, top, right, bottom) {
    if (!levels.has(level)) {
      if (levels.size === KEPT) levels.delete(levels.keys().next().value);
      levels.set(level, choose(level));
    }
    const chosen = levels.get(level);
    const size = side(level);
    const out = [];
    const first = Math.floor((Math.max(left, -1.5) + 2) / size);
    const last = Math.floor((Math.min(right, 1.5) + 2) / size);
    const end = Math.floor((Math.min(bottom, 1.5) + 2) / size);
    for (let row = Math.floor((Math.max(top, -1.5) + 2) / size); row <= end; row += 1) {
      for (let column = first; column <= last; column += 1) {
        const i = chosen.get(row * ACROSS + column);
        if (i !== undefined) out.push(i, column * size - 2, row * size - 2);
      }
    }
    return out;
  }

  return { within };
}
