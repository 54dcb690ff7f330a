"""The page of a work, as a visitor meets it: looking closer, citing, sharing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.conftest import Site

pytestmark = [pytest.mark.browser, pytest.mark.slow]
SOURCE = "closer"


@pytest.fixture(scope="module")
def large(site: Site, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a work with more detail than its page shows; gone afterwards."""
    folder: Path = tmp_path_factory.mktemp("scans")
    drawn = sorted((site.var / "demo" / "images").glob("*.*"))[0]
    with Image.open(drawn) as image:
        image.convert("RGB").resize((3000, 2400)).save(folder / "scan.jpg", quality=70)
    (folder / "facts.csv").write_text(
        "file,title,artist,width_cm,height_cm,rights,accession_number\n"
        f"scan.jpg,The Scan,Studio Halde,120,96,CC0,{'9' * 100}\n"  # as long as one can be
    )
    facts = str(folder / "facts.csv")
    site.manage("import_folder", str(folder), "--metadata", facts, "--source", SOURCE)
    find = "from webapp.catalog.models import Artwork; w = Artwork.objects.get(title='The Scan');"
    yield site.manage("shell", "-v0", "-c", f"{find} print(w.get_absolute_url())").strip()
    erase = "from webapp.catalog.actions import delete_artworks; delete_artworks([w.pk])"
    site.manage("shell", "-v0", "-c", f"{find} {erase}")


def test_a_visitor_looks_closer_by_mouse_and_keys(page: Page, large: str) -> None:
    page.goto(large)
    loaded = page.evaluate("performance.getEntriesByType('resource').map(({ name }) => name)")
    assert not [name for name in loaded if "openseadragon" in name or "zoom-view" in name]

    with page.expect_response(re.compile(r"/iiif/\w+/[^/]+/[^/]+/0/default\.jpg$")):
        page.locator(".stage-picture img").click()
    viewer = page.get_by_role("dialog", name="The Scan")
    canvas = viewer.get_by_role("application", name=re.compile("The Scan by Studio Halde"))
    expect(canvas).to_be_focused()
    for _ in range(3):
        page.keyboard.press("+")
    expect(viewer.get_by_role("status")).to_have_text(re.compile("^3.4 times as large"))
    page.keyboard.press("ArrowRight")
    viewer.get_by_role("button", name="Smaller").click()
    expect(viewer.get_by_role("status")).to_have_text(re.compile("^2.3 times as large"))
    page.keyboard.press("0")
    expect(viewer.get_by_role("status")).to_have_text("The whole picture.")
    expect(viewer.get_by_role("button", name="Smaller")).to_be_disabled()

    page.keyboard.press("Escape")
    expect(viewer).to_be_hidden()
    expect(page.locator(".stage-zoom")).to_be_focused()
    page.keyboard.press("z")
    expect(viewer).to_be_visible()
    viewer.get_by_role("button", name="Close").click()
    expect(viewer).to_be_hidden()


def test_a_visitor_cites_shares_and_sees_the_size(
    page: Page, context: BrowserContext, large: str
) -> None:
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.emulate_media(reduced_motion="reduce")
    page.goto(f"{large}?list=from-somewhere")

    page.get_by_role("button", name="Cite").click()
    panel = page.get_by_role("dialog", name="Cite this work")
    panel.get_by_role("button", name="Copy").last.click()
    expect(panel.get_by_role("button", name="Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()").startswith("@misc{halde")
    page.keyboard.press("Escape")
    expect(panel).to_be_hidden()

    page.evaluate("navigator.share = undefined")
    page.get_by_role("button", name="Share").click()
    expect(page.locator("#notes")).to_contain_text("The link is copied.")
    assert page.evaluate("navigator.clipboard.readText()").endswith(large)

    drawing = page.locator(".scale-scene")
    drawing.scroll_into_view_if_needed()
    ratio = page.locator(".scale-picture").evaluate("box => box.clientWidth / box.clientHeight")
    assert ratio == pytest.approx(120 / 96, abs=0.03)
    expect(page.locator(".scale-words")).to_contain_text("About half the height of a person.")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_without_javascript_the_picture_opens_by_itself(
    context_without_scripts: Page, large: str
) -> None:
    page = context_without_scripts
    page.goto(large)

    page.get_by_role("button", name="Cite").click()
    expect(page.get_by_role("dialog", name="Cite this work")).to_contain_text("@misc{halde")
    page.keyboard.press("Escape")
    with page.expect_navigation():
        page.locator(".stage-picture img").click()

    assert re.search(r"/media/works/\w+/2048\.jpeg$", page.url)
