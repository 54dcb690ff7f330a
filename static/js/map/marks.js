// Marks of works, as bits of a byte each: what filters let through, what is selected.
export const HERE = 1; // not withdrawn
export const LIT = 2; // let through by all filters
export const PICKED = 4; // selected

export function marksOf(data) {
  const marks = new Uint8Array(data.n);
  for (let i = 0; i < data.n; i += 1) marks[i] = data.id[i] ? HERE | LIT : 0;
  return marks;
}

// Each filter is a test of works; a work is lit if all let it through. Returns how many are.
export function light(marks, tests) {
  let count = 0;
  for (let i = 0; i < marks.length; i += 1) {
    const lit = (marks[i] & HERE) !== 0 && tests.every((test) => test(i));
    marks[i] = lit ? marks[i] | LIT : marks[i] & ~LIT;
    if (lit) count += 1;
  }
  return count;
}

export function picked(marks) {
  const found = [];
  for (let i = 0; i < marks.length; i += 1) if (marks[i] & PICKED) found.push(i);
  return found;
}

// How: "set" takes these alone, "add" these as well, "take" leaves these out.
export function pick(marks, works, how) {
  if (how === "set") for (let i = 0; i < marks.length; i += 1) marks[i] &= ~PICKED;
  for (const i of works) {
    if (how === "take") marks[i] &= ~PICKED;
    else if (marks[i] & LIT) marks[i] |= PICKED;
  }
}
