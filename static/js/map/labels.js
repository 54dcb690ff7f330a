// The names of neighbourhoods: coarse ones from afar, finer ones as one comes near, never one over
// another or under what stands at the edges. They are drawn with the map, each once and then as a
// picture, for that is quick; they come and go softly. Where one rests, buttons of the same size lie
// over them, for the keyboard, for the ear and for a click.
const MOST = 36;
const GAP = 10;
const WIDEST = 300; // longer names are cut
const EDGE = 4;
const NEAR = 950; // pixels between neighbourhoods of a layer beyond which its names go
const FAR = 120; // and below which they are not shown
const SIZES = [27, 19, 16, 14.5];
const HALO = 6;
const FADE_MS = 180;
const ROWS = [0, 1, -1, 2, -2]; // lines between pictures that a name may hang on, from its own place
const AWAY = 0.7; // a line farther off must spare so many pictures
const PLATE = 0.84; // how much of the pictures under a name its ground hides
const still = matchMedia("(prefers-reduced-motion: reduce)");

export function labels(element, data, onChoose) {
  const ruler = document.createElement("canvas").getContext("2d");
  const family = getComputedStyle(element).getPropertyValue("--serif");
  const edges = element.closest(".map-room").querySelectorAll("[data-edge]");
  const layers = data.layers.map((layer, depth) => layerOf(layer, SIZES[Math.min(depth + Math.max(0, 3 - data.layers.length), SIZES.length - 1)]));
  const drawn = new Map();
  const buttons = new Map();
  const shades = new Map(); // of names: how strongly each is drawn now
  let rows = { wall: null, of: new Map() }; // where names hang between pictures
  let placed = [];
  let before = 0;

  function layerOf(layer, size) {
    const names = layer.clusters
      .filter((cluster) => cluster.size > 0)
      .sort((a, b) => b.size - a.size)
      .map((cluster) => measured({ cluster, size, height: size * 1.3 }));
    return { names, apart: Math.sqrt(2.6 / Math.max(names.length, 1)) };
  }

  function measured(name) {
    ruler.font = `${name.size}px ${family}`;
    name.text = fitting(name.cluster.name, Math.min(WIDEST, 0.62 * element.clientWidth));
    name.width = ruler.measureText(name.text).width;
    return name;
  }

  // As many parts of a name, or else words, as there is room for; the first in any case.
  function fitting(text, most) {
    const fits = (shorter) => ruler.measureText(shorter).width <= most;
    if (fits(text)) return text;
    const parts = text.split(", ");
    while (parts.length > 1 && !fits(parts.join(", "))) parts.pop();
    const words = parts.join(", ").split(" ");
    if (fits(words.join(" "))) return words.join(" ");
    while (words.length > 1 && !fits(`${words.join(" ")} …`)) words.pop();
    return `${words.join(" ")} …`;
  }

  // A neighbourhood is called otherwise now, of this map or of another.
  function renamed(cluster) {
    const own = layers[cluster.depth]?.names.find((name) => name.cluster === cluster);
    if (!own) return;
    measured(own);
    drawn.clear();
    buttons.get(cluster)?.replaceChildren(cluster.name);
  }

  // Among pictures a name hangs on the line between two rows of them, so that it hides the middle of
  // none; of the lines near its place on that which the fewest touch. This does not depend on what is
  // in view, so that names move with the map.
  function rowOf(name, view, wall) {
    if (rows.wall !== wall) rows = { wall, of: new Map() };
    if (rows.of.has(name)) return rows.of.get(name);
    const { x, y } = name.cluster;
    const half = (name.width / 2 + HALO) / view.scale;
    const own = Math.round(y / wall.side) * wall.side;
    const cost = (by) => wall.count(x - half, own + (by - 0.5) * wall.side, x + half, own + (by + 0.5) * wall.side) + AWAY * Math.abs(by);
    const best = ROWS.map((by) => [cost(by), by]).reduce((least, each) => (each[0] < least[0] ? each : least))[1];
    rows.of.set(name, own + best * wall.side);
    return own + best * wall.side;
  }

  // While the middle of a name is in view, it is pushed in from the sides as far as it must be.
  function spot(name, view, wall) {
    const y = wall ? rowOf(name, view, wall) : name.cluster.y;
    const middle = (name.cluster.x - view.x) * view.scale + view.width / 2;
    const left = middle - name.width / 2;
    const top = (y - view.y) * view.scale + view.height / 2 - name.height / 2;
    const seen = middle > 0 && middle < view.width;
    return { name, left: seen ? Math.min(Math.max(left, EDGE), view.width - EDGE - name.width) : left, top };
  }

  // What stands over the map, as boxes on it.
  function taken() {
    const { left, top } = element.getBoundingClientRect();
    return Array.from(edges, (edge) => edge.getBoundingClientRect())
      .filter((box) => box.width)
      .map((box) => ({ left: box.left - left, top: box.top - top, name: box }));
  }

  // Which names there is room for, and where.
  function lay(view, wall) {
    placed = [];
    const over = taken();
    const first = Math.max(layers.findIndex((layer) => layer.apart * view.scale < NEAR), 0);
    layers.forEach((layer, depth) => {
      const apart = layer.apart * view.scale;
      const last = depth === layers.length - 1;
      if ((apart > NEAR && !last) || (apart < FAR && depth !== first)) return;
      for (const name of layer.names) {
        if (placed.length >= MOST) return;
        const here = spot(name, view, wall);
        const [right, bottom] = [here.left + name.width, here.top + name.height];
        if (here.left < EDGE || here.top < EDGE || right > view.width - EDGE || bottom > view.height - EDGE) continue;
        if (placed.some((other) => other.name.text === name.text || meet(other, here))) continue;
        if (over.some((other) => meet(other, here))) continue;
        placed.push(here);
      }
    });
  }

  const meet = (one, two) =>
    two.left - GAP < one.left + one.name.width && two.left + two.name.width + GAP > one.left &&
    two.top - 2 < one.top + one.name.height && two.top + two.name.height + 2 > one.top;

  // Draw the names over points, or over the pictures of a wall. Returns whether some are on their way.
  function draw(context, view, ratio, look, wall, now) {
    lay(view, wall);
    const step = still.matches ? 1 : Math.min((now - before) / FADE_MS, 0.3);
    before = now;
    const coming = new Map(placed.map((here) => [here.name, here]));
    for (const name of coming.keys()) if (!shades.has(name)) shades.set(name, 0);
    let moving = false;
    for (const [name, was] of shades) {
      const shade = Math.min(Math.max(was + (coming.has(name) ? step : -step), 0), 1);
      if (shade === 0) shades.delete(name);
      else shades.set(name, shade);
      moving ||= shade !== (coming.has(name) ? 1 : 0);
      const { left, top } = coming.get(name) ?? spot(name, view, wall);
      context.globalAlpha = shade;
      context.drawImage(pictureOf(name, ratio, look, wall), Math.round((left - HALO) * ratio), Math.round((top - HALO) * ratio));
    }
    context.globalAlpha = 1;
    return moving;
  }

  function pictureOf(name, ratio, look, wall) {
    const key = `${name.cluster.id} ${ratio} ${look.ink} ${wall ? "plate" : "halo"}`;
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
    if (wall) plate(context, name, look);
    else halo(context, name, look);
    context.fillStyle = look.ink;
    context.fillText(name.text, HALO, HALO + name.height / 2);
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

// The ground shows through round letters among points, and behind them among pictures.
function halo(context, name, look) {
  context.strokeStyle = look.groundCss;
  for (const [width, alpha] of [[9, 0.3], [6, 0.5], [3, 0.9]]) {
    context.globalAlpha = alpha;
    context.lineWidth = width;
    context.strokeText(name.text, HALO, HALO + name.height / 2);
  }
  context.globalAlpha = 1;
}

function plate(context, name, look) {
  const high = name.size * 1.22;
  context.fillStyle = look.groundCss;
  context.globalAlpha = PLATE;
  context.fillRect(0, HALO + (name.height - high) / 2, name.width + 2 * HALO, high);
  context.globalAlpha = 1;
}
