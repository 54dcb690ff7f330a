// A picture, or a part of one, on a canvas of its own whose sides have at most `longest` pixels.
export function drawn(source, longest, [left, top, width, height] = [0, 0, source.width, source.height]) {
  const scale = Math.min(1, longest / Math.max(width, height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(width * scale));
  canvas.height = Math.max(1, Math.round(height * scale));
  const context = canvas.getContext("2d");
  // As the gallery lays transparent pictures on its wall.
  context.fillStyle = "#f7f6f3";
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(source, left, top, width, height, 0, 0, canvas.width, canvas.height);
  return canvas;
}
