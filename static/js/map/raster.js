// Points into pixels, on the processor: faster here than WebGL where no graphics card helps, and one
// way of drawing for all machines. Each work is a small disc laid over what is there, so that where
// many stand the ground fills up.
const PAD = 16; // around the picture, so that discs at its edge need no clipping
const stamps = new Map();

// A disc as offsets into the rows and how much of each pixel it covers, of 256.
function stampOf(radius, strength, stride) {
  const key = `${Math.round(radius * 8)} ${strength} ${stride}`;
  if (stamps.has(key)) return stamps.get(key);
  if (stamps.size > 400) stamps.clear();
  const r = Math.round(radius * 8) / 8;
  const reach = Math.ceil(r);
  const offsets = [];
  const covers = [];
  for (let dy = -reach; dy <= reach; dy += 1) {
    for (let dx = -reach; dx <= reach; dx += 1) {
      const cover = Math.min(Math.max(r + 0.5 - Math.hypot(dx, dy), 0), 1);
      if (cover < 0.04) continue;
      offsets.push(dy * stride + dx);
      covers.push(Math.round(256 * cover * strength));
    }
  }
  const made = { offsets: Int32Array.from(offsets), covers: Int32Array.from(covers) };
  stamps.set(key, made);
  return made;
}

export function raster() {
  let width = 0;
  let height = 0;
  let stride = 0;
  let image = null;
  let pixels = null;

  function size(w, h) {
    if (w === width && h === height) return;
    [width, height, stride] = [w, h, w + 2 * PAD];
    image = new ImageData(stride, h + 2 * PAD);
    pixels = new Uint32Array(image.data.buffer);
  }

  function clear(ground) {
    pixels.fill(ground);
  }

  // Draw those of `works` in `runs` whose marks, masked, are `wanted`.
  function points({ x, y, works, runs, colours, marks, mask, wanted, view, radius, strength }) {
    const { offsets, covers } = stampOf(Math.min(radius, PAD - 2), strength, stride);
    const count = offsets.length;
    const { scale } = view;
    const left = width / 2 - view.x * scale;
    const top = height / 2 - view.y * scale;
    const edge = PAD - Math.ceil(radius) - 1;
    for (let run = 0; run < runs.length; run += 2) {
      for (let at = runs[run]; at < runs[run + 1]; at += 1) {
        const i = works[at];
        if ((marks[i] & mask) !== wanted) continue;
        const across = Math.round(x[i] * scale + left);
        const down = Math.round(y[i] * scale + top);
        if (across < -edge || down < -edge || across >= width + edge || down >= height + edge) continue;
        const base = (down + PAD) * stride + across + PAD;
        const colour = colours[i];
        const rb = colour & 0xff00ff;
        const g = colour & 0x00ff00;
        for (let k = 0; k < count; k += 1) {
          const cover = covers[k];
          const o = base + offsets[k];
          if (cover > 250) {
            pixels[o] = colour;
            continue;
          }
          const under = pixels[o];
          const rest = 256 - cover;
          pixels[o] =
            0xff000000 |
            (((Math.imul(under & 0xff00ff, rest) + Math.imul(rb, cover)) >>> 8) & 0xff00ff) |
            (((Math.imul(under & 0x00ff00, rest) + Math.imul(g, cover)) >>> 8) & 0x00ff00);
        }
      }
    }
  }

  function show(context) {
    context.putImageData(image, -PAD, -PAD, PAD, PAD, width, height);
  }

  return { size, clear, points, show };
}

// A colour as a pixel: bytes in the order red, green, blue, alpha.
export const pixel = (red, green, blue) => ((255 << 24) | (blue << 16) | (green << 8) | red) >>> 0;
