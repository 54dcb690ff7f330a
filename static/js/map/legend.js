// What the colours mean, how many works have each, and a click for only those.
export function legend(room, data, words, on) {
  const element = room.querySelector("[data-legend]");
  const select = element.querySelector("[data-by]");
  const lines = element.querySelector("[data-groups]");
  for (const option of [...select.options]) {
    const there = option.value === "colour" ? data.columns.has("red") : data.columns.has(option.value);
    if (!there) option.remove();
  }
  select.addEventListener("change", () => on.choose(select.value));
  if (matchMedia("(max-width: 48rem)").matches) element.open = false;

  function show(mode, chosen) {
    select.value = mode.name;
    element.querySelector("[data-by-name]").textContent = select.selectedOptions[0]?.textContent ?? "";
    element.classList.toggle("filtered", chosen.size > 0);
    const most = Math.max(...mode.groups.map((group) => group.count), 1);
    const focused = [...lines.children].findIndex((line) => line.contains(document.activeElement));
    lines.replaceChildren(...mode.groups.flatMap((group, at) => (group.count ? [line(mode, group, at, most, chosen.has(at))] : [])));
    if (focused >= 0) lines.children[focused]?.querySelector("button").focus();
  }

  function line(mode, group, at, most, pressed) {
    const item = document.createElement("li");
    const button = document.createElement("button");
    button.type = "button";
    button.setAttribute("aria-pressed", pressed);
    button.style.setProperty("--swatch", group.css);
    const [swatch, label, count, bar] = ["i", "span", "b", "u"].map((name) => document.createElement(name));
    label.textContent = label.title = group.label;
    count.textContent = words.count(group.count);
    bar.style.width = `${(68 * group.count) / most}%`;
    button.append(swatch, label, count, bar);
    button.addEventListener("click", () => on.toggle(mode.name, at));
    item.append(button);
    return item;
  }

  return { show };
}
