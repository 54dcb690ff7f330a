// Two maps of the same works: what is selected or pointed at on one is so on the other, and the
// works of the first can walk to where they stand on the second, and back.
import { HERE, PICKED } from "./marks.js";

export function twin([one, two]) {
  const there = new Map([match(one, two), match(two, one)]);
  let away = false;

  function match(from, to) {
    const at = new Map();
    for (let i = 0; i < to.data.n; i += 1) if (to.data.id[i]) at.set(to.data.id[i], i);
    return [from, Int32Array.from(from.data.id, (id) => at.get(id) ?? -1)];
  }

  const other = (view) => (view === one ? two : one);

  function pickAs(view) {
    const [to, match] = [other(view), there.get(view)];
    for (let i = 0; i < to.data.n; i += 1) to.marks[i] &= ~PICKED;
    for (let i = 0; i < view.data.n; i += 1) {
      if (view.marks[i] & PICKED && match[i] >= 0 && to.marks[match[i]] & HERE) to.marks[match[i]] |= PICKED;
    }
    to.stage.touch();
  }

  function hover(view, i) {
    other(view).stage.hover(i < 0 ? -1 : there.get(view)[i]);
  }

  function morph() {
    away = !away;
    const match = there.get(one);
    const [x, y] = [one.data.x.slice(), one.data.y.slice()];
    if (away) {
      for (let i = 0; i < one.data.n; i += 1) {
        if (match[i] >= 0) [x[i], y[i]] = [two.data.x[match[i]], two.data.y[match[i]]];
      }
    }
    one.stage.camera.fly(one.stage.fit());
    one.stage.walkTo(x, y);
  }

  return { pickAs, hover, morph };
}
