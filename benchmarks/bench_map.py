"""The curators' map in a browser, beside regl-scatterplot: first picture, frames a second, memory.

    python -m benchmarks.bench_map [--works 100000] [--seconds 4] [--url ADDRESS --cookie SESSION]

A made-up map (`benchmarks.map_world`) on the site's own page, in Chromium, beside the same points
in plain regl-scatterplot (WebGL) in the same run, turn by turn; or the map of a site that runs
already, alone. Every frame moves or zooms, by the events that a hand makes; a frame counts when it
was drawn. Medians of the rounds, as Markdown.

Chromium runs as on a machine without a graphics card: it composes pages on the processor, and WebGL
is SwiftShader. Processor time is that of all processes of the browser; on a
machine that does other things it says more than frames a second. Memory is that of all of the
browser's processes: what is theirs alone, and their share of what they have in common (PSS).
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any, Final

import numpy as np
import psutil
from playwright.sync_api import Browser, BrowserType, Page, sync_playwright

from benchmarks.map_world import World, page, serving, world

FLAGS: Final = [
    *("--no-sandbox", "--disable-quic", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync"),
    *("--disable-gpu", "--enable-unsafe-swiftshader"),
]
SIZE: Final = {"width": 1440, "height": 900}
ROUNDS: Final = 3
WATCH: Final = """
window.drawn = 0;
window.pictures = 0;
const proto = CanvasRenderingContext2D.prototype;
const {putImageData, drawImage} = proto;
proto.putImageData = function (...given) {
    if (this.canvas.closest("[data-stage]")) {
        window.first ??= performance.now();
        window.drawn += 1;
        window.pictures = 0;
    }
    return putImageData.apply(this, given);
};
proto.drawImage = function (...given) {
    window.pictures += 1;
    return drawImage.apply(this, given);
};
"""
"""Counts the frames of the map, and the pictures in the last one."""

REGL: Final = """<!doctype html><meta charset="utf-8">
<style>body{margin:0;background:#0e0e0d}canvas{width:1440px;height:900px;display:block}</style>
<script type="importmap">{"imports":
{"regl":"/regl.js","pub-sub-es":"/npm/pub-sub-es/dist/index.js"}}</script><canvas id="c"></canvas>
<script type="module">
import createScatterplot from "/npm/regl-scatterplot/dist/regl-scatterplot.esm.js";
const buffer = await (await fetch("/points.bin")).arrayBuffer();
const flat = new Float32Array(buffer);
const n = flat.length / 3;
const points = {x: flat.subarray(0, n), y: flat.subarray(n, 2 * n), valueA: flat.subarray(2 * n)};
const plot = createScatterplot({canvas: document.getElementById("c"), width: 1440, height: 900,
    pointSize: 3, backgroundColor: [0.055, 0.055, 0.05, 1], colorBy: "valueA",
    pointColor: ["#e69f00", "#56b4e9", "#2fb58a", "#f0e442", "#6f8ff0", "#e8683a"]});
plot.subscribe("drawing", () => { window.drawn += 1; });
await plot.draw(points);
window.first = performance.now();
</script>"""

MOVE: Final = """
async ([selector, seconds, kind]) => {
    const target = document.querySelector(selector);
    const box = target.getBoundingClientRect();
    const at = (x, y, more) => ({bubbles: true, cancelable: true, composed: true, view: window,
        clientX: box.left + x, clientY: box.top + y, ...more});
    const frame = () => new Promise((go) => requestAnimationFrame(go));
    const [middleX, middleY] = [box.width / 2, box.height / 2];
    const pointer = (type, x, y, buttons) => {
        const more = {pointerId: 1, isPrimary: true, pointerType: "mouse", button: 0, buttons};
        target.dispatchEvent(new PointerEvent("pointer" + type, at(x, y, more)));
        const mouse = new MouseEvent("mouse" + type, at(x, y, {button: 0, buttons}));
        (type === "down" ? target : window).dispatchEvent(mouse);
    };
    target.setPointerCapture = () => {};  // there is no such pointer
    pointer("move", middleX, middleY, 0);
    if (kind === "pan") pointer("down", middleX, middleY, 1);
    await frame();
    const before = window.drawn;
    const start = performance.now();
    let step = 0;
    while (performance.now() - start < seconds * 1000) {
        step += 1;
        if (kind === "pan") {
            const turn = step / 9;
            const [left, top] = [160 * Math.sin(turn), 110 * Math.sin(turn * 1.3)];
            pointer("move", middleX + left, middleY + top, 1);
        } else {
            const deltaY = Math.floor(step / 24) % 2 ? 40 : -40;
            const more = {deltaY, deltaMode: 0};
            target.dispatchEvent(new WheelEvent("wheel", at(middleX, middleY, more)));
        }
        await frame();
    }
    const rate = (window.drawn - before) / ((performance.now() - start) / 1000);
    if (kind === "pan") pointer("up", middleX, middleY, 0);
    return rate;
}
"""

GO: Final = """
async (inView) => {
    const map = await (await fetch(document.getElementById("map").dataset.manifest)).json();
    const larger = (best, each) => (each.size > best.size ? each : best);
    const most = map.layers.at(-1).clusters.reduce(larger);
    const z = Math.sqrt((map.count / 2) * innerWidth * innerHeight / inView);
    location.hash = `#x=${most.x}&y=${most.y}&z=${z}`;
}
"""
"""Go to the largest neighbourhood, so near that about so many works are in view."""


def _move(tab: Page, target: str, seconds: float, name: str) -> dict[str, float]:
    """Pan, then zoom: frames a second, and what a frame costs all processes together."""
    found = {}
    for kind in ("pan", "zoom"):
        before = _cpu()
        rate = float(tab.evaluate(MOVE, [target, seconds, kind]))
        found[f"{name}, {kind}: frames a second"] = rate
        found[f"{name}, {kind}: CPU ms a frame"] = 1000 * (_cpu() - before) / (rate * seconds)
    return found


def _cpu() -> float:
    """Return the processor time of the browsers started here, in seconds."""
    total = 0.0
    for process in psutil.Process().children(recursive=True):
        try:
            spent = process.cpu_times()
        except psutil.Error:
            continue
        total += spent.user + spent.system
    return total


def _memory() -> float:
    """Return what the browsers started here hold, in MB."""
    found = psutil.Process().children(recursive=True)
    total = 0
    for process in found:
        try:
            total += process.memory_full_info().pss
        except psutil.Error:
            continue
    return total / 1e6


def _rest(tab: Page) -> None:
    """Wait until pictures have come."""
    tab.wait_for_timeout(400)
    tab.wait_for_load_state("networkidle", timeout=60_000)
    tab.wait_for_timeout(400)


def measure_ours(tab: Page, url: str, seconds: float) -> dict[str, float]:
    """Open the map, move and zoom among points, then among pictures, then from a close look."""
    tab.goto(url)
    found = _first(tab)
    _rest(tab)
    found |= _move(tab, "[data-stage]", seconds, "points")
    for name, in_view in (("pictures", 8_000), ("close", 700)):
        tab.evaluate(GO, in_view)
        _rest(tab)
        found[f"{name}, how many"] = float(tab.evaluate("window.pictures"))
        found |= _move(tab, "[data-stage]", seconds, name)
        _rest(tab)
    found["browser MB"] = _memory()
    return found


def measure_regl(tab: Page, url: str, seconds: float) -> dict[str, float]:
    """Open the same points in regl-scatterplot, move and zoom."""
    tab.goto(f"{url}/regl")
    found = _first(tab)
    _rest(tab)
    found |= _move(tab, "canvas", seconds, "points")
    found["browser MB"] = _memory()
    return found


def _first(tab: Page) -> dict[str, float]:
    tab.wait_for_function("() => window.first !== undefined", timeout=60_000)
    return {"first picture ms": float(tab.evaluate("window.first"))}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--works", type=int, default=100_000)
    parser.add_argument("--seconds", type=float, default=4)
    parser.add_argument("--url", help="of a map that runs already: …/studio/")
    parser.add_argument("--cookie", default="", help="the sessionid of a curator there")
    given = parser.parse_args()
    with sync_playwright() as playwright:
        if given.url:
            rows = _rounds(
                playwright.chromium,
                {"the map": lambda tab: measure_ours(tab, given.url, given.seconds)},
                given,
            )
            _print(rows)
            return
        made = world(given.works)
        with serving(made, _pages(made)) as (url, sent):
            rows = _rounds(
                playwright.chromium,
                {
                    "the map": lambda tab: measure_ours(tab, url, given.seconds),
                    "regl-scatterplot": lambda tab: measure_regl(tab, url, given.seconds),
                },
                given,
            )
        _print(rows)
        payload = len(made.columns) + sent["/manifest.json"] / sent_times(sent, made)
        print(f"\n{given.works:,} works: columns and manifest {payload / 1e6:.2f} MB as sent.")


def sent_times(sent: dict[str, int], made: World) -> float:
    """How often the page was opened."""
    return sent["/columns.bin"] / len(made.columns)


def _pages(made: World) -> dict[str, bytes]:
    columns = [made.points[:, 0], made.points[:, 1], (made.clusters % 6).astype(np.float32)]
    points = np.concatenate(columns).astype("<f4").tobytes()
    regl = (Path(__file__).parent.parent / "node_modules/regl/dist/regl.js").read_text()
    module = f"const module={{exports:{{}}}};const exports=module.exports;{regl};"
    module += "export default module.exports;"
    return {
        "/": page(),
        "/regl": REGL.encode(),
        "/regl.js": module.encode(),
        "/points.bin": points,
    }


def _rounds(
    kind: BrowserType, ways: dict[str, Callable[[Page], dict[str, float]]], given: Any
) -> dict[str, list[dict[str, float]]]:
    """Measure each way in turn, each time in a new browser."""
    rows: dict[str, list[dict[str, float]]] = {name: [] for name in ways}
    for _ in range(ROUNDS):
        for name, way in ways.items():
            browser: Browser = kind.launch(executable_path="/usr/bin/chromium", args=FLAGS)
            context = browser.new_context(viewport=SIZE)  # type: ignore[arg-type]
            if given.cookie:
                context.add_cookies(
                    [{"name": "sessionid", "value": given.cookie, "url": given.url}]
                )
            tab = context.new_page()
            tab.add_init_script(WATCH)
            rows[name].append(way(tab))
            browser.close()
    return rows


def _print(rows: dict[str, list[dict[str, float]]]) -> None:
    names = list(rows)
    print(f"| | {' | '.join(names)} |")
    print(f"|---|{'---|' * len(names)}")
    for figure in next(iter(rows.values()))[0]:
        values = [
            f"{median(each[figure] for each in rows[name]):.1f}" if figure in rows[name][0] else ""
            for name in names
        ]
        print(f"| {figure} | {' | '.join(values)} |")


if __name__ == "__main__":
    main()
