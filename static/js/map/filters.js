// Filters: groups of the legend and works found or selected. All must hold; a click takes one away.
import { light } from "./marks.js";

export function filters(room, views, onChange) {
  const element = room.querySelector("[data-chips]");
  const [main, beside] = views;
  const chosen = new Map(); // by what is coloured by: { groups, group, labels }
  let only = null; // { label, ids }

  function apply() {
    const tests = [...chosen.values()].map(({ groups, group }) => (i) => groups.has(group[i]));
    if (only) tests.push((i) => only.ids.has(main.data.id[i]));
    light(main.marks, tests);
    if (beside) {
      const lit = new Set();
      for (let i = 0; i < main.data.n; i += 1) if (tests.every((test) => test(i))) lit.add(main.data.id[i]);
      light(beside.marks, tests.length ? [(i) => lit.has(beside.data.id[i])] : []);
    }
    chips();
    onChange();
  }

  function chips() {
    element.replaceChildren();
    if (only) chip(only.label, () => { only = null; });
    for (const [name, { groups, labels }] of chosen) {
      for (const group of groups) chip(labels[group], () => drop(name, group));
    }
  }

  function chip(label, take) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = label;
    button.addEventListener("click", () => {
      take();
      apply();
    });
    element.append(button);
  }

  function drop(name, group) {
    const found = chosen.get(name);
    found?.groups.delete(group);
    if (found && !found.groups.size) chosen.delete(name);
  }

  function toggle(name, group, mode) {
    const found = chosen.get(name);
    if (found?.groups.has(group)) drop(name, group);
    else if (found) found.groups.add(group);
    else chosen.set(name, { groups: new Set([group]), group: mode.group, labels: mode.groups.map((each) => each.label) });
    apply();
  }

  return {
    toggle,
    only(works, label) {
      only = { label, ids: new Set(works.map((i) => main.data.id[i])) };
      apply();
    },
    chosen: (name) => chosen.get(name)?.groups ?? new Set(),
    state: () => [...chosen].map(([name, { groups }]) => [name, [...groups]]),
    restore(asked, modeFor) {
      for (const [name, groups] of asked) {
        if (name !== "colour" && !main.data.columns.has(name)) continue;
        const mode = modeFor(name);
        for (const group of groups) if (mode.groups[group]) toggle(name, group, mode);
      }
    },
  };
}
