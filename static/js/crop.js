// A frame on a picture: drawn, moved and pulled by mouse, finger or keys. Its place goes into the
// number fields of the form, in per cent.
import { drawn } from "./drawing.js";

const LEAST = 6; // per cent of a side
const STEP = 2;
const EDGE = 22; // pixels around a corner that pull it

const clamp = (value, low, high) => Math.min(high, Math.max(low, value));

export function start(panel) {
  const stage = panel.querySelector(".crop");
  const frame = stage.querySelector(".crop-frame");
  const fields = Object.fromEntries(
    ["left", "top", "width", "height"].map((name) => [name, panel.querySelector(`[name=${name}]`)]),
  );
  const now = panel.querySelector("#crop-now");
  let box = { left: 25, top: 25, width: 50, height: 50 };

  panel.querySelector("#crop-help").hidden = false;
  panel.querySelector(".crop-numbers").hidden = true;
  frame.hidden = false;
  set(box);

  function set(next) {
    const width = clamp(next.width, LEAST, 100);
    const height = clamp(next.height, LEAST, 100);
    box = { left: clamp(next.left, 0, 100 - width), top: clamp(next.top, 0, 100 - height), width, height };
    for (const [name, value] of Object.entries(box)) {
      frame.style[name] = `${value}%`;
      fields[name].value = value.toFixed(2);
    }
  }

  function tell() {
    now.textContent = now.dataset.words.replace(/%\((\w+)\)s/g, (_, name) => Math.round(box[name]));
  }

  function at(event) {
    const { left, top, width, height } = stage.getBoundingClientRect();
    return {
      x: clamp((100 * (event.clientX - left)) / width, 0, 100),
      y: clamp((100 * (event.clientY - top)) / height, 0, 100),
      // Two edges by half of the frame each, where it is small.
      nearX: Math.min((100 * EDGE) / width, box.width / 3),
      nearY: Math.min((100 * EDGE) / height, box.height / 3),
    };
  }

  const between = (a, b, c, d) => ({
    left: Math.min(a, b), top: Math.min(c, d), width: Math.abs(a - b), height: Math.abs(c - d),
  });

  // What a pull at this place does: a corner, the whole frame, or a new one.
  function grip({ x, y, nearX, nearY }) {
    const right = box.left + box.width;
    const bottom = box.top + box.height;
    const onLeft = Math.abs(x - box.left) <= nearX;
    const onRight = Math.abs(x - right) <= nearX;
    const onTop = Math.abs(y - box.top) <= nearY;
    const onBottom = Math.abs(y - bottom) <= nearY;
    if ((onLeft || onRight) && (onTop || onBottom)) {
      const [fixedX, fixedY] = [onLeft ? right : box.left, onTop ? bottom : box.top];
      return (to) => set(between(fixedX, to.x, fixedY, to.y));
    }
    if (x > box.left && x < right && y > box.top && y < bottom) {
      const from = { ...box };
      return (to) => set({ ...from, left: from.left + to.x - x, top: from.top + to.y - y });
    }
    return (to) => set(between(x, to.x, y, to.y));
  }

  stage.addEventListener("pointerdown", (event) => {
    if (event.button) return;
    event.preventDefault();
    frame.focus({ preventScroll: true });
    const pull = grip(at(event));
    stage.setPointerCapture(event.pointerId);
    const move = (next) => pull(at(next));
    const end = () => {
      stage.removeEventListener("pointermove", move);
      tell();
    };
    stage.addEventListener("pointermove", move);
    stage.addEventListener("pointerup", end, { once: true });
    stage.addEventListener("pointercancel", end, { once: true });
  });
  stage.addEventListener("dragstart", (event) => event.preventDefault());

  const keys = { ArrowLeft: [-STEP, 0], ArrowRight: [STEP, 0], ArrowUp: [0, -STEP], ArrowDown: [0, STEP] };
  frame.addEventListener("keydown", (event) => {
    if (event.key === "Enter") {
      event.preventDefault();
      panel.querySelector("form").requestSubmit();
      return;
    }
    const step = keys[event.key];
    if (!step || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    event.stopPropagation(); // arrows walk from work to work elsewhere
    const [x, y] = step;
    if (event.shiftKey) set({ ...box, width: box.width + x, height: box.height + y });
    else set({ ...box, left: box.left + x, top: box.top + y });
    tell();
  });

  return {
    // The part as a small picture, to be shown while it is looked at.
    picture() {
      const image = stage.querySelector("img");
      const [width, height] = [image.naturalWidth, image.naturalHeight];
      if (!image.complete || !width) return "";
      const part = [box.left * width, box.top * height, box.width * width, box.height * height];
      return drawn(image, 320, part.map((value) => value / 100)).toDataURL("image/webp", 0.8);
    },
  };
}
