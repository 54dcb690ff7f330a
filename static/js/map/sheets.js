// Pictures for the map: small ones together on sheets, each stretched into a square cell (it is drawn
// at its own ratio again, with all the pixels the cell has), and for a close look the work's own.
import { reach } from "./data.js";

const SHEETS_KEPT = 56; // of 4 MB each when decoded
const PICTURES_KEPT = 240;
const AT_ONCE = 4;
const BATCH = 100;
const PER_SHEET = 256;

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

  return { cell, picture, learn, approach, loading: () => kept.loading() + own.loading() };
}

// Pictures by address, decoded off the page's thread; those not used for longest go first.
function store(most, onCome) {
  const held = new Map();
  const queue = [];
  let busy = 0;

  function get(url) {
    const found = held.get(url);
    if (found) {
      held.delete(url);
      held.set(url, found);
      return found === true ? null : found;
    }
    held.set(url, true);
    queue.push(url);
    pull();
    return null;
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
      held.set(url, bitmap);
      drop();
      onCome();
    } catch {
      setTimeout(() => held.delete(url), 10_000);
    } finally {
      busy -= 1;
      pull();
    }
  }

  function drop() {
    for (const [url, bitmap] of held) {
      if (held.size <= most) return;
      if (bitmap === true) continue;
      held.delete(url);
      bitmap.close();
    }
  }

  return { get, loading: () => busy + queue.length };
}
