// Some of the pictures that are going, in a fixed number of places: nothing moves.

const PLACES = 16;
const HEIGHT = 192;
const LARGEST = 30 * 2 ** 20;
const PAUSE_MS = 250;

export function makeStrip(strip) {
  const places = Array.from({ length: PLACES }, () => strip.appendChild(document.createElement("span")));
  let next = 0;
  let free = true;

  // One at a time, and not too often: decoding must not slow down the sending.
  return async function show(file) {
    if (!free || !file.type.startsWith("image/") || file.size > LARGEST) return;
    free = false;
    try {
      const picture = await createImageBitmap(file, { resizeHeight: HEIGHT, resizeQuality: "medium" });
      const canvas = document.createElement("canvas");
      canvas.width = picture.width;
      canvas.height = picture.height;
      canvas.getContext("2d").drawImage(picture, 0, 0);
      picture.close();
      places[next].replaceChildren(canvas);
      next = (next + 1) % PLACES;
    } catch {
      // Not one that browsers can show; the server will tell.
    }
    setTimeout(() => { free = true; }, PAUSE_MS);
  };
}
