"""An admin brings a folder in, loses the connection, and goes on another day."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import Browser, BrowserContext, Page, Request, Route, expect

from tests.browser.conftest import Site
from tests.webapp.intake.hostile import archive

pytestmark = [pytest.mark.browser, pytest.mark.slow]
FILES = "**/upload/files/**"


@pytest.fixture
def admin(
    chromium: Browser, site: Site, passwords: dict[str, tuple[str, str]]
) -> Iterator[BrowserContext]:
    """An admin's browser, signed in."""
    context = chromium.new_context(base_url=site.url, viewport={"width": 1440, "height": 900})
    page = context.new_page()
    name, password = passwords["admin"]
    page.goto("/sign-in/?next=/upload/")
    page.fill("input[name=username]", name)
    page.fill("input[name=password]", password)
    page.get_by_role("main").get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/upload/")
    page.close()
    yield context
    context.close()


def test_a_folder_with_an_archive_and_a_broken_file_ends_on_the_walls(
    admin: BrowserContext, tmp_path: Path
) -> None:
    folder = tmp_path / "Halde"
    for seed in (1, 2):
        _picture(folder / f"evening {seed}.png", seed=seed)
    zipped = _picture(tmp_path / "zipped.png", seed=3).read_bytes()
    (folder / "more.zip").write_bytes(archive({"more/evening 3.png": zipped}))
    (folder / "broken.jpg").write_bytes(b"this is no picture at all")
    (folder / ".DS_Store").write_bytes(b"x")
    page = admin.new_page()
    page.goto("/upload/")

    page.set_input_files("#upload-folder", folder)

    expect(page.locator("#sending-title")).to_have_text("Everything has arrived")
    expect(page.locator("#sending-files")).to_have_text("4 of 4 files")
    expect(page.locator("#sending-note")).to_contain_text("passed over: 1")
    expect(page.locator("#sending-became")).to_contain_text("3 in the gallery")
    expect(page.locator("#sending-problems li")).to_contain_text(["broken.jpg This is a text file"])
    page.get_by_role("link", name="What became of each").click()
    expect(page).to_have_url(re.compile(r"/upload/\d+/$"))
    expect(page.locator("main")).to_contain_text("more/evening 3")


def test_a_folder_that_is_dragged_onto_the_page_comes_in_with_what_can_be_read(
    admin: BrowserContext, tmp_path: Path
) -> None:
    folder = tmp_path / "Weir"
    for name, seed in (("low water.png", 21), ("upper hall/high water.png", 22)):
        _picture(folder / name, seed=seed)
    for number in range(120):  # a browser reads a hundred names at a time
        (folder / f"._{number}").touch()
    page = admin.new_page()
    page.add_init_script("""
        const get = DataTransferItem.prototype.webkitGetAsEntry;
        DataTransferItem.prototype.webkitGetAsEntry = function () {
          const entry = get.call(this);
          if (entry.name === "locked.png") entry.file = (_resolve, reject) => reject(new Error());
          return entry;
        };
    """)
    page.goto("/upload/")

    beside = (_picture(tmp_path / f"{name}.png", seed=23) for name in ("beside", "locked"))
    _drag(page, folder, *beside)

    expect(page.locator("#sending-title")).to_have_text("Everything has arrived")
    expect(page.locator("#sending-files")).to_have_text("3 of 3 files")
    expect(page.locator("#sending-note")).to_contain_text("passed over: 120")
    expect(page.locator("#sending-note")).to_contain_text("(1): locked.png.")
    expect(page.locator("#sending-became")).to_contain_text("3 in the gallery")
    page.get_by_role("link", name="What became of each").click()
    expect(page.locator("main")).to_contain_text("Weir/upper hall/high water")


def test_what_had_arrived_before_the_browser_was_closed_is_not_sent_again(
    admin: BrowserContext, tmp_path: Path
) -> None:
    folder = tmp_path / "Another day"
    for seed in range(12):
        _picture(folder / f"ridge {seed:02}.png", seed=100 + seed)
    page = admin.new_page()
    page.goto("/upload/")
    _break_after(admin, 5)
    page.set_input_files("#upload-folder", folder)
    expect(page.locator("#sending-note")).to_contain_text("The connection is lost")
    expect(page.locator("#sending-files")).to_have_text("5 of 12 files")
    page.close(run_before_unload=False)

    admin.unroute(FILES)
    page = admin.new_page()
    sent: list[str] = []
    page.on("request", lambda request: _note(sent, request))
    page.goto("/upload/")
    expect(page.locator("#unfinished")).to_contain_text("5 of 12 files arrived")
    page.set_input_files("#upload-folder", folder)

    expect(page.locator("#sending-title")).to_have_text("Everything has arrived")
    expect(page.locator("#sending-note")).to_contain_text("5 files had arrived")
    expect(page.locator("#sending-files")).to_have_text("12 of 12 files")
    assert len(sent) == 7
    expect(page.locator("#sending-became")).to_contain_text("12 in the gallery")


def test_a_pause_lasts_until_one_goes_on_and_cancelling_keeps_what_arrived(
    admin: BrowserContext, tmp_path: Path
) -> None:
    folder = tmp_path / "Paused"
    for seed in range(8):
        _picture(folder / f"quay {seed}.png", seed=200 + seed)
    page = admin.new_page()
    page.goto("/upload/")
    _break_after(admin, 3)
    page.set_input_files("#upload-folder", folder)
    expect(page.locator("#sending-files")).to_have_text("3 of 8 files")

    page.get_by_role("button", name="Pause").click()
    expect(page.locator("#sending-title")).to_have_text("Paused")
    page.get_by_role("button", name="Go on").click()
    expect(page.locator("#sending-title")).to_have_text("Waiting for the connection")
    expect(page.locator("#sending-left")).to_be_empty()
    page.get_by_role("button", name="Cancel").click()

    expect(page.locator("#sending-title")).to_have_text("Ended")
    expect(page.locator("#sending-note")).to_contain_text("What has arrived stays")
    expect(page.locator("#sending-became")).to_contain_text("3 in the gallery")
    page.reload()
    expect(page.get_by_role("heading", name="Before")).to_be_visible()
    expect(page.get_by_text("of 8 files arrived")).to_have_count(0)


def _drag(page: Page, *paths: Path) -> None:
    """Drop files and folders onto the page, as a file manager does."""
    box = page.locator("#upload").bounding_box()
    assert box
    data = {"items": [], "files": [str(path) for path in paths], "dragOperationsMask": 1}
    place = {"x": box["x"] + box["width"] / 2, "y": box["y"] + 40}
    client = page.context.new_cdp_session(page)
    for kind in ("dragEnter", "dragOver", "drop"):
        client.send("Input.dispatchDragEvent", {"type": kind, **place, "data": data})


def _break_after(context: BrowserContext, count: int) -> None:
    """Let some files through, and then none: the connection is lost, also for a page that is just
    being closed."""
    left = [count]

    def through(route: Route) -> None:
        if route.request.method == "POST":
            left[0] -= 1
        if left[0] < 0:
            route.abort("internetdisconnected")
        else:
            route.continue_()

    context.route(FILES, through)


def _note(sent: list[str], request: Request) -> None:
    if request.method == "POST" and request.url.endswith("/upload/files/"):
        sent.append(request.url)


def _picture(path: Path, *, seed: int) -> Path:
    """Draw a picture unlike those of other tests."""
    rng = np.random.default_rng(seed)
    image = Image.new("RGB", (300, 220), tuple(int(value) for value in rng.integers(0, 255, 3)))
    draw = ImageDraw.Draw(image)
    for x, y in rng.integers(0, 280, size=(60, 2)):
        draw.ellipse((x, y, x + 14, y + 14), fill=tuple(int(v) for v in rng.integers(0, 255, 3)))
    path.parent.mkdir(parents=True, exist_ok=True)
    image.save(path)
    return path
