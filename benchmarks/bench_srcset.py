"""Which size of each picture a browser takes, over what it shows of it.

    python -m benchmarks.bench_srcset [--data FOLDER] [--works 60] [--url ADDRESS] [--worst 3]

serves a site of its own as `bench_browser` does, or looks at one that runs already. Chromium at
three widths, with one and two device pixels for a CSS pixel, scrolled from top to bottom. For each
page, as Markdown: the median and the largest of width taken over width shown, how many are more
than 1.5 (but for pictures of the smallest size there is), and how many are less than 0.7 though
there is a larger one. `--worst` names so many of those, by the class of what they hang in.
"""

from __future__ import annotations

import argparse
from contextlib import nullcontext
from pathlib import Path
from statistics import median
from typing import Any, Final

from playwright.sync_api import Browser, BrowserContext, sync_playwright

from benchmarks.bench_browser import FLAGS
from benchmarks.site import running

SCREENS: Final = ((390, 844), (1024, 768), (1440, 900))
DENSITIES: Final = (1, 2)
TOO_LARGE, TOO_SMALL = 1.5, 0.7
LIKES: Final = 3
LOOK: Final = """
() => [...document.querySelectorAll("picture img")].flatMap((image) => {
    const box = image.getBoundingClientRect();
    const taken = /\\/(\\d+)\\.[a-z]+$/.exec(image.currentSrc);
    if (!box.width || !taken) return [];
    const ratio = image.getAttribute("width") / image.getAttribute("height");
    const shown = Math.min(box.width, box.height * ratio) * devicePixelRatio;
    const widths = image.srcset.match(/\\d+(?=w)/g).map(Number);
    return [{
        taken: Number(taken[1]), shown, widths, file: image.currentSrc,
        where: image.closest("[class]").className, sizes: image.sizes,
    }];
})
"""
SCROLL: Final = """
async () => {
    for (let top = 0; top < Math.min(document.body.scrollHeight, 12000); top += innerHeight / 2) {
        scrollTo(0, top);
        await new Promise((done) => setTimeout(done, 60));
    }
    await new Promise((done) => setTimeout(done, 400));
}
"""


def look(context: BrowserContext, path: str) -> list[dict[str, Any]]:
    """Every picture that a page has loaded once it was scrolled through."""
    page = context.new_page()
    page.goto(path, wait_until="load")
    page.evaluate(SCROLL)
    found: list[dict[str, Any]] = page.evaluate(LOOK)
    page.close()
    # A file that is shown twice was sent once, for the larger.
    return list({each["file"]: each for each in sorted(found, key=lambda p: p["shown"])}.values())


def report(name: str, found: list[dict[str, Any]], worst: int) -> None:
    """Print the row of a page and the worst of its pictures."""
    for each in found:
        each["over"] = each["taken"] / each["shown"]
    large = [p for p in found if p["over"] > TOO_LARGE and p["taken"] > min(p["widths"])]
    small = [p for p in found if p["over"] < TOO_SMALL and p["taken"] < max(p["widths"])]
    cells = (
        f"{len(found)}",
        f"{median(each['over'] for each in found):.2f}",
        f"{max(each['over'] for each in found):.2f}",
        f"{len(large)}",
        f"{len(small)}",
    )
    print(f"| {name} | " + " | ".join(cells) + " |", flush=True)
    for each in sorted(large, key=lambda p: -p["over"])[:worst] + small[:worst]:
        print(f"  {each['taken']} for {each['shown']:.0f} in {each['where']}: {each['sizes']}")


def visit(browser: Browser, url: str, worst: int) -> None:
    """Look at all pages on all screens, as a visitor who has liked a few works."""
    for width, height in SCREENS:
        for density in DENSITIES:
            context = browser.new_context(
                base_url=url,
                viewport={"width": width, "height": height},
                device_scale_factor=density,
            )
            screen = f"{width} px at {density}×"
            report(f"home of a stranger, {screen}", look(context, "/"), worst)
            report(f"quiz, {screen}", look(context, "/quiz/"), worst)
            page = context.new_page()
            page.goto("/browse/")
            likes = page.locator(".mark.like")
            for number in range(LIKES):
                likes.nth(number).dispatch_event("click")
                page.locator(".mark.like[aria-pressed=true]").nth(number).wait_for()
            work = page.locator(".card-picture").nth(5).get_attribute("href") or ""
            page.close()
            pages = {"home": "/", "browse": "/browse/", "For you": "/for-you/", "artwork": work}
            for name, path in pages.items():
                report(f"{name}, {screen}", look(context, path), worst)
            context.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path, help="folder with images/ and artworks.csv")
    parser.add_argument("--works", type=int, default=60)
    parser.add_argument("--url", help="a site that runs already")
    parser.add_argument("--worst", type=int, default=0, help="pictures to name for each page")
    options = parser.parse_args()
    site = nullcontext(options.url) if options.url else running(options.data, options.works)
    with site as url, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        print("| page | pictures | median | largest | too large | too small |")
        print("|---" + "|---:" * 5 + "|")
        visit(browser, url, options.worst)
        browser.close()


if __name__ == "__main__":
    main()
