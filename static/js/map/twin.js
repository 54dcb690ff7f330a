// Two maps of the same works: what is selected or pointed at on one is so on the other, both have the
// colours of the first, lines lead from a work to those next to it on either, and the works of the
// first can walk to where they stand on the second, and back.
import { HERE, PICKED } from "./marks.js";
import { UNGROUPED } from "./colours.js";
import { kept, nearest } from "./near.js";

export const NEXT = 12; // works are next to one another if they are among so many nearest

export function twin([one, two]) {
  const there = new Map([match(one, two), match(two, one)]);
  let away = false;
  let pointed = { view: null, i: -1 };

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

  // The colours and groups of the first map, for the works of the second.
  function carried(mode) {
    const match = there.get(two);
    const of = (values, missing) => (_, i) => (match[i] < 0 ? missing : values[match[i]]);
    return { ...mode, colours: Uint32Array.from(two.data.id, of(mode.colours, mode.rest)), group: Uint8Array.from(two.data.id, of(mode.group, UNGROUPED)) };
  }

  function hover(view, i) {
    if (pointed.view === view && pointed.i === i) return;
    pointed = { view, i };
    const match = there.get(view);
    const next = i < 0 ? [] : [...nearest(view.stage.places(), view.data.id, i, NEXT)].filter((j) => j >= 0);
    view.stage.kin(next);
    other(view).stage.hover(i < 0 ? -1 : match[i]);
    other(view).stage.kin(i < 0 || match[i] < 0 ? [] : next.map((j) => match[j]).filter((j) => j >= 0));
  }

  // Walk there or back; `onName` opens a neighbourhood of the view whose names are shown.
  function morph(onName) {
    away = !away;
    const to = away ? two : one;
    const match = there.get(one);
    const [x, y] = [one.data.x.slice(), one.data.y.slice()];
    if (away) {
      for (let i = 0; i < one.data.n; i += 1) {
        if (match[i] >= 0) [x[i], y[i]] = [two.data.x[match[i]], two.data.y[match[i]]];
      }
    }
    one.stage.camera.fly(one.stage.fit());
    one.stage.walkTo(x, y, to.data, (cluster, event) => onName(to, cluster, event));
    return away;
  }

  return { pickAs, carried, hover, morph, kept: () => kept(one.data, two.data, there.get(one), NEXT) };
}
