// Hands on the map: one finger or button moves it or draws a line round works, two pinch, the wheel
// zooms, and the keys do all of it. A finger that rests a moment draws a line from there.
const SLIP = { touch: 10, mouse: 5, pen: 5 }; // pixels that a click may move
const HOLD_MS = 450;
const STEP = 90;
const ZOOM = 1.4;
const GLIDE = 0.93;
const still = matchMedia("(prefers-reduced-motion: reduce)");

export function gestures(element, camera, acts) {
  const down = new Map();
  let last = null;
  let drawn = null; // the line being drawn, as places on the screen
  let moved = false;
  let holding = 0; // until a finger has rested long enough
  let held = false;
  let speed = [0, 0];
  let glide = 0;

  const at = (event) => {
    const box = element.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  };

  element.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || event.target.closest("[data-over]")) return;
    cancelAnimationFrame(glide);
    clearTimeout(holding);
    down.set(event.pointerId, at(event));
    moved = held = false;
    speed = [0, 0];
    if (down.size === 1 && acts.drawing(event)) drawn = [at(event)];
    else if (down.size === 1 && event.pointerType === "touch") holding = setTimeout(hold, HOLD_MS, event.pointerId);
    if (down.size === 2) {
      drawn = null;
      acts.draw(null);
    }
    last = spanOf(down);
  });

  function hold(pointer) {
    held = true;
    drawn = [down.get(pointer)];
    navigator.vibrate?.(15);
    acts.held(drawn[0]);
  }

  element.addEventListener("pointermove", (event) => {
    const before = down.get(event.pointerId);
    const here = at(event);
    if (!before) {
      if (event.pointerType !== "touch" && !event.target.closest("[data-over]")) acts.hover(here);
      return;
    }
    const start = last.from;
    if (!moved && down.size === 1 && Math.hypot(here[0] - start[0], here[1] - start[1]) < SLIP[event.pointerType]) return;
    if (!moved) {
      moved = true;
      clearTimeout(holding);
      element.setPointerCapture(event.pointerId);
      acts.hover(null);
    }
    down.set(event.pointerId, here);
    if (drawn) {
      drawn.push(here);
      acts.draw(drawn);
      return;
    }
    const now = spanOf(down);
    if (down.size === 2) camera.zoomAt(...now.middle, now.length / last.length);
    speed = [now.middle[0] - last.middle[0], now.middle[1] - last.middle[1]];
    camera.panBy(...speed);
    last = { ...now, from: last.from };
  });

  const up = (event) => {
    if (!down.delete(event.pointerId)) return;
    clearTimeout(holding);
    if (drawn && !down.size) {
      const line = drawn;
      drawn = null;
      acts.draw(null);
      if (moved) acts.drawn(line, event, held);
      else if (event.type === "pointerup" && !held) acts.click(line[0], event);
    } else if (!moved && event.type === "pointerup" && !event.target.closest(".map-name")) {
      acts.click(at(event), event);
    } else if (moved && !down.size && !still.matches && Math.hypot(...speed) > 6) {
      slide();
    }
    if (down.size) last = spanOf(down);
  };
  element.addEventListener("pointerup", up);
  element.addEventListener("pointercancel", up);
  element.addEventListener("pointerleave", () => acts.hover(null));
  // A name on which a movement began, or a finger rested, is not clicked by its end.
  element.addEventListener("click", (event) => (moved || held) && event.detail && event.target.closest(".map-name") && event.stopPropagation(), true);
  element.addEventListener("contextmenu", (event) => event.pointerType === "touch" && event.preventDefault());
  element.addEventListener("dblclick", (event) => {
    if (!event.target.closest("[data-over], .map-name")) camera.zoomAt(...at(event), event.shiftKey ? 0.5 : 2);
  });

  function slide() {
    camera.panBy(...speed);
    speed = speed.map((part) => part * GLIDE);
    if (Math.hypot(...speed) > 0.5) glide = requestAnimationFrame(slide);
  }

  element.addEventListener("wheel", (event) => {
    if (event.target.closest("[data-over]")) return;
    event.preventDefault();
    const lines = event.deltaMode === 1 ? 18 : 1;
    const turn = Math.max(Math.min(event.deltaY * lines, 240), -240);
    camera.zoomAt(...at(event), Math.exp(-turn * (event.ctrlKey ? 0.01 : 0.0022)));
  }, { passive: false });

  element.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("[data-over]")) return;
    const { width, height } = camera.here;
    const move = { ArrowLeft: [STEP, 0], ArrowRight: [-STEP, 0], ArrowUp: [0, STEP], ArrowDown: [0, -STEP] }[event.key];
    const zoom = { "+": ZOOM, "=": ZOOM, "-": 1 / ZOOM, _: 1 / ZOOM }[event.key];
    if (move) camera.panBy(...move);
    else if (zoom) camera.zoomAt(width / 2, height / 2, zoom);
    else if (event.key === "0" || event.key === "Home") acts.fit();
    else if (event.key === "Enter" && event.target === element) acts.click([width / 2, height / 2], event);
    else if (event.key === "Escape") acts.escape();
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
}

function spanOf(down) {
  const [one, two = one] = [...down.values()];
  return {
    from: one,
    middle: [(one[0] + two[0]) / 2, (one[1] + two[1]) / 2],
    length: Math.max(Math.hypot(two[0] - one[0], two[1] - one[1]), 1),
  };
}
