// Pictures for the map: small ones together on sheets, each stretched into a square cell (it is drawn
// at its own ratio again, with all the pixels the cell has), and for a close look the work's own.
import { reach } from "./data.js";

const SHEETS_KEPT = 56; // of 4 MB each when decoded
const PICTURES_KEPT = 240;
const AT_ONCE = 4;
const BATCH = 100;
const PER_SHEET = 256;
const RECENT_MS = 1000;
const AGAIN_MS = 10_000; // until what did not come is asked for again

export function sheets(data, worksAddress, onCome) {
  const strides = [...data.sheets].sort((a, b) => b.stride - a.stride);
  const kept = store(SHEETS_KEPT, onCome);
  const own = store(PICTURES_KEPT, onCome);
  const facts = new Map(); // of works asked for: title, artist, addresses
  let asking = false;

  // Where a work's small picture is: [bitmap, left, top, side], or null while it comes.
  function cell(i) {
    for (const sheet of strides) {
      if (i % sheet.stride) continue;
      const number = i / sheet.stride;
      const url = sheet.urls[Math.floor(number / PER_SHEET)];
      const bitmap = url && kept.get(url);
      if (!bitmap) return null;
      const at = number % PER_SHEET;
      return [bitmap, (at % sheet.columns) * sheet.cell, Math.floor(at / sheet.columns) * sheet.cell, sheet.cell];
    }
    return null;
  }

  function picture(i) {
    const known = facts.get(data.id[i]);
    return known?.picture ? own.get(known.picture) : null;
  }

  // Learn titles and addresses of works; those known already cost nothing.
  async function learn(works) {
    const ids = [...new Set(works.map((i) => data.id[i]))].filter((id) => id && !facts.has(id));
    for (let from = 0; from < ids.length; from += BATCH) {
      const some = ids.slice(from, from + BATCH);
      const { works: found } = await (await reach(`${worksAddress}?ids=${some.join(",")}`)).json();
      for (const id of some) facts.set(id, null);
      for (const work of found) facts.set(work.id, work);
    }
    return works.map((i) => facts.get(data.id[i]) ?? null);
  }

  // For a close look: asked for while one rests, not while one flies by.
  async function approach(works) {
    if (asking) return;
    asking = true;
    try {
      await learn(works);
      onCome();
    } catch {
      // The small pictures stay.
    } finally {
      asking = false;
    }
  }

  return { cell, picture, learn, approach };
}

// Pictures by address, decoded off the page's thread. Beyond `most`, those go that no frame of the last
// moments drew; should a view need twice as many, the last ones stay fields of colour.
function store(most, onCome) {
  const held = new Map(); // by address: { bitmap, used }, the least recently used first
  const queue = [];
  let busy = 0;

  function get(url) {
    const found = held.get(url);
    if (!found && held.size >= 2 * most) return null;
    held.delete(url);
    held.set(url, { bitmap: found?.bitmap ?? null, used: performance.now() });
    if (!found) {
      queue.push(url);
      pull();
    }
    return found?.bitmap ?? null;
  }

  function pull() {
    while (busy < AT_ONCE && queue.length) {
      busy += 1;
      fetchOne(queue.pop()); // what was asked for last is looked at now
    }
  }

  async function fetchOne(url) {
    try {
      const bitmap = await createImageBitmap(await (await reach(url)).blob());
      held.get(url).bitmap = bitmap;
      drop();
      onCome();
    } catch {
      setTimeout(() => held.delete(url), AGAIN_MS);
    } finally {
      busy -= 1;
      pull();
    }
  }

  function drop() {
    const recent = performance.now() - RECENT_MS;
    for (const [url, { bitmap, used }] of held) {
      if (held.size <= most || used > recent) return;
      if (!bitmap) continue;
      held.delete(url);
      bitmap.close();
    }
  }

  return { get };
}
