// Which works stand next to one.
const SAMPLE = 240;
const MOST_PAIRS = 4e6; // that are measured for a figure: larger maps are judged by fewer works

// The `count` works next to work `i`, nearest first; -1 where there are not so many.
export function nearest({ x, y }, ids, i, count) {
  const best = new Int32Array(count).fill(-1);
  const away = new Float32Array(count).fill(Infinity);
  for (let j = 0; j < x.length; j += 1) {
    const far = (x[j] - x[i]) ** 2 + (y[j] - y[i]) ** 2;
    if (far >= away[count - 1] || j === i || !ids[j]) continue;
    let at = count - 1;
    for (; at > 0 && away[at - 1] > far; at -= 1) [away[at], best[at]] = [away[at - 1], best[at - 1]];
    [away[at], best[at]] = [far, j];
  }
  return best;
}

// Of the `count` works next to one on a map, how many are next to it on another as well, on average;
// `match` leads from the works of the first to those of the second, -1 where they are not there.
export function kept(one, two, match, count) {
  const both = Array.from(match.keys()).filter((i) => one.id[i] && match[i] >= 0);
  const works = Math.min(SAMPLE, Math.ceil(MOST_PAIRS / Math.max(one.n, 1)), both.length);
  let same = 0;
  for (let turn = 0; turn < works; turn += 1) {
    const i = both[Math.floor(((turn + 0.5) * both.length) / works)];
    const there = new Set(nearest(two, two.id, match[i], count));
    for (const j of nearest(one, one.id, i, count)) if (j >= 0 && there.has(match[j])) same += 1;
  }
  return { works: both.length, kept: works ? same / works : 0 };
}
