// Which works show their picture at which zoom. On each level, half an octave of zoom finer than the
// one before, those come in that are farther than the level's spacing from all that are in: pictures
// of that size never lie on one another, none leaves when one zooms in, and nothing changes while
// one only moves. (Greedy Poisson-disc sampling, with squares for discs.)
const TABLE = 1 << 17;
const LEVELS = 34;
export const ABSENT = 255;

export const spacing = (level) => 2 / 2 ** (level / 2);

// `strideAt(level)`: only every so many-th work may come in, so that its sheet is shared with others.
export function spread({ x, y, marks, mask, wanted }, strideAt) {
  const level = new Uint8Array(x.length).fill(ABSENT);
  const heads = new Int32Array(TABLE);
  const next = new Int32Array(x.length);
  let chosen = [];
  let done = -1;

  const slot = (across, down) => (Math.imul(across, 73856093) ^ Math.imul(down, 19349663)) & (TABLE - 1);

  function insert(i, across, down) {
    const at = slot(across, down);
    next[i] = heads[at];
    heads[at] = i;
  }

  function free(i, across, down, apart) {
    for (let row = down - 1; row <= down + 1; row += 1) {
      for (let column = across - 1; column <= across + 1; column += 1) {
        for (let other = heads[slot(column, row)]; other >= 0; other = next[other]) {
          if (Math.abs(x[other] - x[i]) < apart && Math.abs(y[other] - y[i]) < apart) return false;
        }
      }
    }
    return true;
  }

  // Coarse strides come first, so that a finer one only fills what they leave empty.
  function fill(current) {
    const apart = spacing(current);
    heads.fill(-1);
    for (const i of chosen) insert(i, Math.floor(x[i] / apart), Math.floor(y[i] / apart));
    const least = strideAt(current);
    for (let stride = 64; stride >= least; stride /= 8) {
      for (let i = 0; i < x.length; i += stride) {
        if (level[i] !== ABSENT || (marks[i] & mask) !== wanted) continue;
        const across = Math.floor(x[i] / apart);
        const down = Math.floor(y[i] / apart);
        if (current < LEVELS && !free(i, across, down, apart)) continue;
        level[i] = current;
        chosen.push(i);
        insert(i, across, down);
      }
    }
  }

  // Levels are worked out when somebody first zooms there; on the last, all are in.
  function at(wantedLevel) {
    const last = Math.min(Math.max(wantedLevel, 0), LEVELS);
    while (done < last) {
      done += 1;
      fill(done);
    }
    return level;
  }

  return { at };
}
