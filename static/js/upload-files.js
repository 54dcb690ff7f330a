// The files in what was dropped or chosen, folders within folders included. What systems leave
// behind is passed over and counted; what they do not let us read is named.

const LITTER = new Set(["thumbs.db", "ehthumbs.db", "desktop.ini", "__macosx", "$recycle.bin"]);

const ORDER = new Intl.Collator("en", { numeric: true });

function isLitter(path) {
  return path.toLowerCase().split("/").some((part) => LITTER.has(part) || part.startsWith("."));
}

function sorted(found, unread = []) {
  const kept = found.filter(({ path }) => !isLitter(path));
  // The same folder comes in the same order another day, so what has arrived is at the beginning;
  // and as people count, for so the works will hang: "2.jpg" before "10.jpg".
  kept.sort((a, b) => ORDER.compare(a.path, b.path));
  return { files: kept, litter: found.length - kept.length, unread: unread.sort(ORDER.compare) };
}

export function chosen(list) {
  return sorted([...list].map((file) => ({ file, path: file.webkitRelativePath || file.name })));
}

export async function dropped(transfer) {
  // What was dropped is only there until the first wait.
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
  if (!entries.length) return chosen(transfer.files);
  const found = [];
  const unread = [];
  while (entries.length) {
    const entry = entries.pop();
    const path = entry.fullPath.replace(/^\//, "");
    try {
      if (entry.isDirectory) entries.push(...(await children(entry)));
      else found.push({ file: await fileOf(entry), path });
    } catch {
      unread.push(path); // not ours to open, or gone meanwhile: all else comes in
    }
  }
  return sorted(found, unread);
}

async function children(folder) {
  const reader = folder.createReader();
  const all = [];
  for (;;) {
    // A browser gives a hundred or so at a time, and none at the end.
    const some = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
    if (!some.length) return all;
    all.push(...some);
  }
}

function fileOf(entry) {
  return new Promise((resolve, reject) => entry.file(resolve, reject));
}
