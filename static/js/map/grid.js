// Works by the square of the map that holds them: what is in a box is found without asking all.
const SIDE = 128;

export function grid(x, y) {
  const n = x.length;
  const square = new Uint16Array(n);
  const starts = new Uint32Array(SIDE * SIDE + 1);
  for (let i = 0; i < n; i += 1) {
    square[i] = cell(y[i]) * SIDE + cell(x[i]);
    starts[square[i] + 1] += 1;
  }
  for (let at = 1; at < starts.length; at += 1) starts[at] += starts[at - 1];
  const next = starts.slice();
  const works = new Uint32Array(n);
  for (let i = 0; i < n; i += 1) works[next[square[i]]++] = i;
  return { starts, works, ground: groundOf(x, y) };
}

// The ground that works stand on, in units of the map, squared: in squares for some works each.
function groundOf(x, y) {
  const side = Math.min(Math.max(Math.round(Math.sqrt(x.length / 8)), 4), SIDE);
  const taken = new Set();
  for (let i = 0; i < x.length; i += 1) {
    taken.add(Math.floor(((y[i] + 1) / 2) * side) * (side + 1) + Math.floor(((x[i] + 1) / 2) * side));
  }
  return taken.size * (2 / side) ** 2;
}

const cell = (place) => Math.min(Math.max(Math.floor(((place + 1) / 2) * SIDE), 0), SIDE - 1);

// Runs of `works` that hold all within a box, and some around it: [from, to, from, to, …].
export function within({ starts }, left, top, right, bottom) {
  const runs = [];
  for (let row = cell(top); row <= cell(bottom); row += 1) {
    const from = starts[row * SIDE + cell(left)];
    const to = starts[row * SIDE + cell(right) + 1];
    if (to > from) runs.push(from, to);
  }
  return runs;
}
