// The names of neighbourhoods: coarse ones from afar, finer ones as one comes near, never one over
// another. They are drawn with the map, each once and then as a picture, for that is quick; where one
// rests, buttons of the same size lie over them, for the keyboard, for the ear and for a click.
const MOST = 36;
const GAP = 10;
const NEAR = 950; // pixels between neighbourhoods of a layer beyond which its names go
const FAR = 120; // and below which they are not shown
const SIZES = [27, 19, 16, 14.5];
const HALO = 5;

export function labels(element, data, onChoose) {
  const ruler = document.createElement("canvas").getContext("2d");
  const family = getComputedStyle(element).getPropertyValue("--serif");
  const layers = data.layers.map((layer, depth) => layerOf(layer, SIZES[Math.min(depth + Math.max(0, 3 - data.layers.length), SIZES.length - 1)]));
  const drawn = new Map();
  const buttons = new Map();
  let placed = [];

  function layerOf(layer, size) {
    const names = layer.clusters
      .filter((cluster) => cluster.size > 0)
      .sort((a, b) => b.size - a.size)
      .map((cluster) => measured({ cluster, size, height: size * 1.3 }));
    return { names, apart: Math.sqrt(2.6 / Math.max(names.length, 1)) };
  }

  function measured(name) {
    ruler.font = `${name.size}px ${family}`;
    name.width = ruler.measureText(name.cluster.name).width;
    return name;
  }

  // A neighbourhood is called otherwise now.
  function renamed(cluster) {
    measured(layers[cluster.depth].names.find((name) => name.cluster === cluster));
    drawn.clear();
    buttons.get(cluster)?.replaceChildren(cluster.name);
  }

  // Which names there is room for, and where.
  function lay(view) {
    placed = [];
    const first = Math.max(layers.findIndex((layer) => layer.apart * view.scale < NEAR), 0);
    layers.forEach((layer, depth) => {
      const apart = layer.apart * view.scale;
      const last = depth === layers.length - 1;
      if ((apart > NEAR && !last) || (apart < FAR && depth !== first)) return;
      const strength = last ? 1 : Math.min((NEAR - apart) / 250, 1);
      if (strength < 0.2) return;
      for (const name of layer.names) {
        if (placed.length >= MOST) return;
        const left = (name.cluster.x - view.x) * view.scale + view.width / 2 - name.width / 2;
        const top = (name.cluster.y - view.y) * view.scale + view.height / 2 - name.height / 2;
        if (left < 4 || top < 4 || left + name.width > view.width - 4 - view.inset[1] || top + name.height > view.height - 4) continue;
        if (placed.some((other) => meet(other, left, top, name))) continue;
        placed.push({ name, left, top, strength });
      }
    });
  }

  const meet = (other, left, top, name) =>
    left - GAP < other.left + other.name.width && left + name.width + GAP > other.left &&
    top - 2 < other.top + other.name.height && top + name.height + 2 > other.top;

  function draw(context, view, ratio, look) {
    lay(view);
    for (const { name, left, top, strength } of placed) {
      context.globalAlpha = strength;
      context.drawImage(pictureOf(name, ratio, look), Math.round((left - HALO) * ratio), Math.round((top - HALO) * ratio));
    }
    context.globalAlpha = 1;
  }

  function pictureOf(name, ratio, look) {
    const key = `${name.cluster.id} ${ratio} ${look.ink}`;
    if (drawn.has(key)) return drawn.get(key);
    if (drawn.size > 300) drawn.clear();
    const canvas = document.createElement("canvas");
    canvas.width = Math.ceil((name.width + 2 * HALO) * ratio);
    canvas.height = Math.ceil((name.height + 2 * HALO) * ratio);
    const context = canvas.getContext("2d", { willReadFrequently: true });
    context.scale(ratio, ratio);
    context.font = `${name.size}px ${family}`;
    context.textBaseline = "middle";
    context.lineJoin = "round";
    context.strokeStyle = look.groundCss;
    for (const [width, alpha] of [[8, 0.25], [5.5, 0.45], [3, 0.9]]) {
      context.globalAlpha = alpha;
      context.lineWidth = width;
      context.strokeText(name.cluster.name, HALO, HALO + name.height / 2);
    }
    context.globalAlpha = 1;
    context.fillStyle = look.ink;
    context.fillText(name.cluster.name, HALO, HALO + name.height / 2);
    drawn.set(key, canvas);
    return canvas;
  }

  // Buttons where the names are. The one that somebody stands on stays until they leave it.
  function settle(shown) {
    const there = new Set(shown ? placed.map(({ name }) => name.cluster) : []);
    for (const [cluster, button] of buttons) {
      if (there.has(cluster) || button === document.activeElement) continue;
      button.remove();
      buttons.delete(cluster);
    }
    if (!shown) return;
    for (const { name, left, top } of placed) {
      const button = buttons.get(name.cluster) ?? make(name.cluster);
      button.style.cssText = `left:${left - 4}px;top:${top}px;width:${name.width + 8}px;height:${name.height}px;font-size:${name.size}px`;
    }
    if (element.children.length !== placed.length) return;
    placed.forEach(({ name }, at) => {
      const button = buttons.get(name.cluster);
      if (element.children[at] !== button && button !== document.activeElement) element.insertBefore(button, element.children[at]);
    });
  }

  function make(cluster) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "map-name";
    button.textContent = cluster.name;
    button.addEventListener("click", (event) => onChoose(cluster, event));
    buttons.set(cluster, button);
    element.append(button);
    return button;
  }

  return { draw, settle, renamed };
}
