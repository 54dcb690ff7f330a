// A map as the server sends it: a manifest in JSON and one file of columns, sent once and kept by
// the browser. Everything below works on typed arrays; a work is its number on the map.
const VIEWS = { uint8: Uint8Array, uint16: Uint16Array, uint32: Uint32Array };
export const NONE = 65535;

export async function load(address) {
  const { manifest, buffer } = await fresh(address);
  const columns = new Map();
  for (const column of manifest.columns) {
    columns.set(column.name, { ...column, values: new VIEWS[column.dtype](buffer, column.offset, column.length) });
  }
  const id = columns.get("id").values;
  const data = { manifest, columns, n: id.length, id, sheets: manifest.sheets ?? [] };
  data.x = places(columns.get("x"));
  data.y = places(columns.get("y"));
  data.layers = counted(layersOf(manifest.layers, columns.get("cluster").values), id);
  data.aspect = aspects(columns.get("aspect"), data.n);
  return data;
}

// The columns are of the manifest's version. Where the catalogue changed in between, that is gone.
async function fresh(address, again = 2) {
  const manifest = await (await reach(address)).json();
  const answer = await fetch(manifest.binary);
  if (answer.status === 410 && again) return fresh(address, again - 1);
  if (!answer.ok) throw new Error(`${answer.status}`);
  return { manifest, buffer: await answer.arrayBuffer() };
}

export async function reach(address, options) {
  const answer = await fetch(address, options);
  if (!answer.ok) throw new Error(`${answer.status}`);
  return answer;
}

// What a value of a column stands for; NaN where it is not known.
export function decode(column, value) {
  if (value === column.missing) return NaN;
  if (column.low == null) return value;
  const share = value / ((column.dtype === "uint8" ? 255 : 65535) - 1);
  if (column.scale === "log") return column.low * (column.high / column.low) ** share;
  return column.low + (column.high - column.low) * share;
}

function places(column) {
  const out = new Float32Array(column.values.length);
  for (let i = 0; i < out.length; i += 1) out[i] = decode(column, column.values[i]) || 0;
  return out;
}

function aspects(column, n) {
  const out = new Float32Array(n).fill(1);
  if (!column) return out;
  for (let i = 0; i < n; i += 1) out[i] = decode(column, column.values[i]) || 1;
  return out;
}

// Layers from coarse to fine; each knows, by work, which of its neighbourhoods holds it.
function layersOf(layers, leaf) {
  const made = [];
  let of = leaf;
  for (let depth = layers.length - 1; depth >= 0; depth -= 1) {
    const clusters = layers[depth].clusters.map((cluster, index) => ({ ...cluster, index, depth }));
    if (depth < layers.length - 1) {
      const index = new Map(clusters.map((cluster) => [cluster.id, cluster.index]));
      const up = made[0].clusters.map((cluster) => index.get(cluster.parent) ?? NONE);
      const finer = of;
      of = new Uint16Array(leaf.length);
      for (let i = 0; i < of.length; i += 1) of[i] = finer[i] === NONE ? NONE : up[finer[i]];
    }
    made.unshift({ depth, clusters, of });
  }
  return made;
}

// Works that were withdrawn since count no more.
function counted(layers, id) {
  for (const { clusters, of } of layers) {
    for (const cluster of clusters) cluster.size = 0;
    for (let i = 0; i < of.length; i += 1) if (id[i] && of[i] !== NONE) clusters[of[i]].size += 1;
  }
  return layers;
}

export function clusterOf(data, id) {
  for (const layer of data.layers) {
    const found = layer.clusters.find((cluster) => cluster.id === id);
    if (found) return found;
  }
  return null;
}

export function inCluster(data, cluster) {
  const { of } = data.layers[cluster.depth];
  const found = [];
  for (let i = 0; i < data.n; i += 1) if (of[i] === cluster.index && data.id[i]) found.push(i);
  return found;
}
