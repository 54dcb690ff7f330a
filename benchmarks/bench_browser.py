"""What a visitor's browser sees of home, wall, work and exhibition: LCP, CLS, INP, bytes.

    python -m benchmarks.bench_browser [--data FOLDER] [--works 150] [--rounds 5] [--url ADDRESS]

serves a site of its own with works of a folder (`images/`, `artworks.csv` with a column "file"),
else with the demo's, or measures one that runs already. Chromium, each page in a new browser
context, so with nothing kept; the network slowed through the DevTools protocol, the processor as it
is. Medians as Markdown.

LCP is when the largest picture or text stood (web.dev/lcp), CLS the sum of what jumped, INP the
longest time from a click to the next frame. Bytes are those transferred, compressed as sent.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from contextlib import nullcontext
from pathlib import Path
from statistics import median
from typing import Any, Final

from playwright.sync_api import Browser, Page, sync_playwright

from benchmarks.site import running

MEGABITS, ROUND_TRIP_MS = 10, 40
FLAGS: Final = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]
SCREENS: Final = {
    "desktop": {"viewport": {"width": 1440, "height": 900}},
    "phone": {
        "viewport": {"width": 390, "height": 844},
        "device_scale_factor": 2,
        "has_touch": True,
    },
}
WATCH: Final = """
window.seen = {lcp: 0, cls: 0, inp: 0};
const watch = (type, act, more) => new PerformanceObserver((list) => list.getEntries().forEach(act))
    .observe({type, buffered: true, ...more});
watch("largest-contentful-paint", (entry) => { seen.lcp = entry.startTime; });
watch("layout-shift", (entry) => { if (!entry.hadRecentInput) seen.cls += entry.value; });
watch("event", (entry) => {
    if (entry.interactionId) seen.inp = Math.max(seen.inp, entry.duration);
}, {durationThreshold: 16});
"""
COLUMNS: Final = ("LCP ms", "CLS", "INP ms", "kB before pictures", "kB of pictures", "requests")


def measure(browser: Browser, url: str, path: str, screen: str) -> dict[str, float]:
    """Open a page as somebody does for the first time; like something, or choose something."""
    context = browser.new_context(base_url=url, **SCREENS[screen])  # type: ignore[arg-type]
    page = context.new_page()
    page.add_init_script(WATCH)
    wire = context.new_cdp_session(page)
    wire.send("Network.enable")
    speed = MEGABITS * 1e6 / 8
    wire.send(
        "Network.emulateNetworkConditions",
        {
            "offline": False,
            "latency": ROUND_TRIP_MS,
            "downloadThroughput": speed,
            "uploadThroughput": speed,
        },
    )
    kinds: dict[str, str] = {}
    sizes: defaultdict[str, float] = defaultdict(float)
    elsewhere: list[str] = []

    def responded(event: dict[str, Any]) -> None:
        kinds[event["requestId"]] = event["type"]
        address = event["response"]["url"]
        if not address.startswith((url, "data:", "blob:")):
            elsewhere.append(address)

    def finished(event: dict[str, Any]) -> None:
        kind = kinds.get(event["requestId"], "")
        sizes["pictures" if kind == "Image" else "before"] += event["encodedDataLength"]

    wire.on("Network.responseReceived", responded)
    wire.on("Network.loadingFinished", finished)
    page.goto(path, wait_until="load")
    page.wait_for_timeout(500)
    asked = len(kinds)
    before, pictures = sizes["before"] / 1000, sizes["pictures"] / 1000
    # LCP ends with the first input, so it is read before.
    first = page.evaluate("({...seen})")
    _touch(page)
    page.wait_for_timeout(700)
    inp = float(page.evaluate("seen.inp"))
    context.close()
    if elsewhere:
        raise SystemExit(f"{path} asks elsewhere: {elsewhere}")
    values = (first["lcp"], first["cls"], inp, before, pictures, asked)
    return dict(zip(COLUMNS, values, strict=True))


def _touch(page: Page) -> None:
    """Like what there is to like, and open a lens or a filter."""
    like = page.locator(".mark.like").first
    like.scroll_into_view_if_needed()
    like.hover()
    like.click()
    switch = page.locator("[data-lens], .choice summary").first
    if switch.count() and switch.is_visible():
        switch.click()


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path, help="folder with images/ and artworks.csv")
    parser.add_argument("--works", type=int, default=150)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--url", help="a site that runs already")
    options = parser.parse_args()
    site = nullcontext(options.url) if options.url else running(options.data, options.works)
    with site as url, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        page = browser.new_page()
        page.goto(f"{url}/browse/")
        work = page.locator(".card-picture").nth(3).get_attribute("href") or ""
        page.goto(f"{url}/exhibitions/")
        shows = page.locator(".exhibitions a")
        show = {"exhibition": shows.first.get_attribute("href") or ""} if shows.count() else {}
        page.close()
        pages = {"home": "/", "browse": "/browse/", "artwork": work, **show}
        print(f"{MEGABITS} Mbit/s, {ROUND_TRIP_MS} ms round trip, medians of {options.rounds}.\n")
        print("| page | " + " | ".join(COLUMNS) + " |\n|---" + "|---:" * len(COLUMNS) + "|")
        for screen in SCREENS:
            for name, path in pages.items():
                found = [measure(browser, url, path, screen) for _ in range(options.rounds)]
                values = [median(each[column] for each in found) for column in COLUMNS]
                shown = [f"{value:.3f}" if value < 1 else f"{value:.0f}" for value in values]
                print(f"| {name}, {screen} | " + " | ".join(shown) + " |", flush=True)
        browser.close()


if __name__ == "__main__":
    main()
