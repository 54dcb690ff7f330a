// What a map is coloured by: for each work a colour and a group, for each group a line of the legend.
import { NONE, decode } from "./data.js";
import { pixel } from "./raster.js";

export const UNGROUPED = 255;
const MOST_GROUPS = 8;
const STEPS = 7;
// After Okabe and Ito (2008), told apart by all kinds of colour vision; shifted for the two grounds.
const KINDS = {
  dark: ["#e69f00", "#56b4e9", "#2fb58a", "#f0e442", "#6f8ff0", "#e8683a", "#d88bb8", "#f2efe8"],
  light: ["#c98500", "#2f93d2", "#00805d", "#a89400", "#1f55a8", "#c44d00", "#b0548a", "#3a3835"],
};
// After cividis: from blue to yellow, even in lightness, lightest where the ground is dark.
const RAMP = {
  dark: ["#4669b3", "#7a90b6", "#a8a799", "#d3bf72", "#ffe14d"],
  light: ["#dcc965", "#b3a97e", "#808a92", "#4a6192", "#12305f"],
};
const REST = { dark: "#6b6862", light: "#b5b1a8" };
const OWN = { // where a picture's colour is too near the ground to be seen, it is moved away from it
  dark: (value) => 42 + value * 0.835,
  light: (value) => value * 0.84,
};
const FAMILIES = ["red", "orange", "yellow", "green", "blue", "purple", "pink", "brown", "black", "grey", "white"];

const parts = (hex) => [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));
const css = (red, green, blue) => `rgb(${red | 0} ${green | 0} ${blue | 0})`;

export function modeOf(data, name, theme, words) {
  if (name === "colour") return ownColours(data, theme, words);
  if (name === "cluster") return byCluster(data, theme, words);
  const column = data.columns.get(name);
  return column.labels ? byKind(data, column, theme, words) : byNumber(data, column, theme, words);
}

function finish(data, name, group, groups, rest, shade) {
  const colours = new Uint32Array(data.n);
  const counts = new Uint32Array(groups.length);
  for (let i = 0; i < data.n; i += 1) {
    colours[i] = shade(i);
    if (data.id[i] && group[i] !== UNGROUPED) counts[group[i]] += 1;
  }
  return { name, colours, group, rest, groups: groups.map((each, at) => ({ ...each, count: counts[at] })) };
}

function ownColours(data, theme, words) {
  const [red, green, blue] = ["red", "green", "blue"].map((name) => data.columns.get(name).values);
  const group = new Uint8Array(data.n);
  for (let i = 0; i < data.n; i += 1) group[i] = family(red[i], green[i], blue[i]);
  const swatches = { red: "#c0392b", orange: "#d9822b", yellow: "#e0c040", green: "#5a8f4e", blue: "#4a78b0", purple: "#7d5ba6", pink: "#d9899c", brown: "#7a5638", black: "#2a2a2a", grey: "#8c8c8c", white: "#efeee9" };
  const groups = FAMILIES.map((name) => ({ label: words.families[name], css: swatches[name] }));
  const lift = OWN[theme];
  return finish(data, "colour", group, groups, pixel(...parts(REST[theme])), (i) => pixel(lift(red[i]), lift(green[i]), lift(blue[i])));
}

function family(red, green, blue) {
  const most = Math.max(red, green, blue);
  const least = Math.min(red, green, blue);
  const light = (most + least) / 510;
  const strength = most ? (most - least) / most : 0;
  if (light < 0.14) return 8;
  if (strength < 0.14) return light > 0.8 ? 10 : light < 0.2 ? 8 : 9;
  const span = most - least;
  const turn = most === red ? ((green - blue) / span + 6) % 6 : most === green ? (blue - red) / span + 2 : (red - green) / span + 4;
  const hue = turn * 60;
  if (hue < 50 && hue >= 12 && (strength < 0.55 || light < 0.33)) return light > 0.75 ? 10 : 7;
  if (hue < 14 || hue >= 345) return light > 0.66 ? 6 : 0;
  if (hue < 42) return 1;
  if (hue < 68) return 2;
  if (hue < 165) return 3;
  if (hue < 258) return 4;
  return hue < 305 ? 5 : 6;
}

function byKind(data, column, theme, words) {
  const counts = new Map();
  for (let i = 0; i < data.n; i += 1) {
    const value = column.values[i];
    if (data.id[i] && value !== column.missing) counts.set(value, (counts.get(value) ?? 0) + 1);
  }
  const first = [...counts].sort((a, b) => b[1] - a[1]).slice(0, MOST_GROUPS).map(([value]) => value);
  const groups = first.map((value, at) => ({ label: column.labels[value] || words.unknown, css: KINDS[theme][at] }));
  groups.push({ label: words.other, css: REST[theme] });
  const place = new Map(first.map((value, at) => [value, at]));
  const group = new Uint8Array(data.n);
  for (let i = 0; i < data.n; i += 1) {
    const value = column.values[i];
    group[i] = value === column.missing ? UNGROUPED : (place.get(value) ?? first.length);
  }
  return shaded(data, column.name, group, groups, theme);
}

function byNumber(data, column, theme, words) {
  const known = [];
  for (let i = 0; i < data.n; i += 1) {
    if (data.id[i] && !Number.isNaN(decode(column, column.values[i]))) known.push(column.values[i]);
  }
  const sorted = Float32Array.from(known).sort();
  const ends = [];
  for (let step = 1; step <= STEPS; step += 1) {
    const end = sorted[Math.ceil((sorted.length * step) / STEPS) - 1];
    if (sorted.length && end !== ends.at(-1)) ends.push(end);
  }
  const group = new Uint8Array(data.n);
  for (let i = 0; i < data.n; i += 1) {
    const value = column.values[i];
    const at = Number.isNaN(decode(column, value)) ? -1 : ends.findIndex((end) => value <= end);
    group[i] = at < 0 ? UNGROUPED : at;
  }
  const show = (value) => words.number(column.name, decode(column, value));
  const groups = ends.map((end, at) => {
    const start = at ? (sorted.find((value) => value > ends[at - 1]) ?? end) : sorted[0];
    const label = show(start) === show(end) ? show(end) : `${show(start)} – ${show(end)}`;
    return { label, css: css(...mix(RAMP[theme], ends.length > 1 ? at / (ends.length - 1) : 1)) };
  });
  return shaded(data, column.name, group, groups, theme);
}

function mix(stops, share) {
  const at = Math.min(Math.floor(share * (stops.length - 1)), stops.length - 2);
  const [low, high] = [parts(stops[at]), parts(stops[at + 1])];
  const between = share * (stops.length - 1) - at;
  return low.map((value, each) => value + (high[each] - value) * between);
}

// Neighbourhoods of the coarse layer by hue, those within one by how light they are. There are more
// than colours can tell apart: what says which is which are the names on the map.
function byCluster(data, theme, words) {
  const coarse = data.layers[0];
  const leaf = data.layers.at(-1);
  const order = coarse.clusters.toSorted((a, b) => Math.atan2(a.y, a.x) - Math.atan2(b.y, b.x));
  const hue = new Map(order.map((cluster, at) => [cluster.index, (at * 137.5) % 360]));
  const shades = new Uint32Array(leaf.clusters.length);
  const base = theme === "dark" ? 0.7 : 0.55;
  const parent = new Uint16Array(leaf.clusters.length).fill(NONE);
  for (let i = 0; i < data.n; i += 1) if (leaf.of[i] !== NONE) parent[leaf.of[i]] = coarse.of[i];
  leaf.clusters.forEach((_, at) => {
    shades[at] = pixel(...oklch(base + ((at % 5) - 2) * 0.045, 0.12, hue.get(parent[at]) ?? 0));
  });
  const largest = coarse.clusters.toSorted((a, b) => b.size - a.size).slice(0, 14);
  const place = new Map(largest.map((cluster, at) => [cluster.index, at]));
  const groups = largest.map((cluster) => ({ label: cluster.name, css: css(...oklch(base, 0.12, hue.get(cluster.index))) }));
  if (coarse.clusters.length > largest.length) groups.push({ label: words.other, css: REST[theme] });
  const group = new Uint8Array(data.n);
  for (let i = 0; i < data.n; i += 1) group[i] = coarse.of[i] === NONE ? UNGROUPED : (place.get(coarse.of[i]) ?? largest.length);
  const rest = pixel(...parts(REST[theme]));
  return finish(data, "cluster", group, groups, rest, (i) => (leaf.of[i] === NONE ? rest : shades[leaf.of[i]]));
}

function shaded(data, name, group, groups, theme) {
  const shades = groups.map((each) => pixel(...(each.css.startsWith("#") ? parts(each.css) : each.css.match(/\d+/g).map(Number))));
  const rest = pixel(...parts(REST[theme]));
  return finish(data, name, group, groups, rest, (i) => (group[i] === UNGROUPED ? rest : shades[group[i]]));
}

// Björn Ottosson's OKLCH, in which equal steps look equal, into sRGB.
function oklch(light, chroma, degrees) {
  const a = chroma * Math.cos((degrees * Math.PI) / 180);
  const b = chroma * Math.sin((degrees * Math.PI) / 180);
  const long = (light + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const medium = (light - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const short = (light - 0.0894841775 * a - 1.291485548 * b) ** 3;
  const linear = [
    4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short,
    -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short,
    -0.0041960863 * long - 0.7034186147 * medium + 1.707614701 * short,
  ];
  return linear.map((value) => {
    const held = Math.min(Math.max(value, 0), 1);
    return 255 * (held <= 0.0031308 ? 12.92 * held : 1.055 * held ** (1 / 2.4) - 0.055);
  });
}
