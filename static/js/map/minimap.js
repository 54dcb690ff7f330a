// The whole map, small: where one is, and a way to go elsewhere.
import { pixel, raster } from "./raster.js";

export function minimap(canvas, stage, data) {
  const context = canvas.getContext("2d");
  const [width, height] = [canvas.width, canvas.height];
  const points = raster();
  let style = null;
  let base = null; // the points, drawn once
  const { x, y } = stage.places();
  const view = { x: 0, y: 0, scale: Math.min(width, height) / 2.1 };

  function dress(next) {
    style = next;
    const shade = pixel(...next.ink.match(/\d+/g).slice(0, 3).map(Number));
    const ground = pixel(...next.ground.match(/\d+/g).slice(0, 3).map(Number));
    const works = Uint32Array.from(data.id.keys()).filter((i) => data.id[i]);
    points.size(width, height);
    points.clear(ground);
    const strength = Math.min(Math.max(900 / data.n, 0.1), 0.6);
    points.points({ x, y, works, runs: [0, works.length], colours: new Uint32Array(data.n).fill(shade), marks: data.id, mask: 0, wanted: 0, view, radius: 0.8, strength });
    points.show(context);
    base = context.getImageData(0, 0, width, height);
    update(stage.camera.here);
  }

  function update(here) {
    if (!base || !canvas.offsetParent) return;
    context.putImageData(base, 0, 0);
    const [across, down] = [(here.width / here.scale) * view.scale, (here.height / here.scale) * view.scale];
    context.strokeStyle = style.ink;
    context.lineWidth = 2;
    context.strokeRect(here.x * view.scale + width / 2 - across / 2, here.y * view.scale + height / 2 - down / 2, across, down);
  }

  function go(event) {
    if (!event.buttons) return;
    const box = canvas.getBoundingClientRect();
    const left = ((event.clientX - box.left) / box.width) * width;
    const top = ((event.clientY - box.top) / box.height) * height;
    stage.camera.go({ x: (left - width / 2) / view.scale, y: (top - height / 2) / view.scale });
  }
  canvas.addEventListener("pointerdown", go);
  canvas.addEventListener("pointermove", go);

  return { dress, update };
}
