// A view as the end of an address, so that it can be shared: #x=…&y=…&z=…&by=style&f=style:1.3, and
// what is open: &cluster=12 or &work=345
const list = (text, between) => (text ? text.split(between) : []);

export function hashOf(here, by, filters, open) {
  const hash = new URLSearchParams();
  hash.set("x", here.x.toFixed(4));
  hash.set("y", here.y.toFixed(4));
  hash.set("z", here.scale.toPrecision(4));
  if (by) hash.set("by", by);
  if (filters.length) hash.set("f", filters.map(([name, groups]) => `${name}:${groups.join(".")}`).join(","));
  for (const [kind, id] of Object.entries(open)) hash.set(kind, id);
  return hash.toString();
}

export function stateIn(text) {
  const hash = new URLSearchParams(text.slice(1));
  const [x, y, scale] = ["x", "y", "z"].map((name) => parseFloat(hash.get(name)));
  const filters = list(hash.get("f"), ",").map((part) => {
    const [name, groups] = part.split(":");
    return [name, list(groups, ".").map(Number).filter((group) => group >= 0 && group < 255)];
  });
  return {
    place: [x, y, scale].every(Number.isFinite) ? { x, y, scale } : null,
    by: hash.get("by"),
    cluster: Number(hash.get("cluster")) || null,
    work: Number(hash.get("work")) || null,
    filters,
  };
}
