"""An admin holds an upload back, fills it in from a table and by hand, and publishes it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Site

pytestmark = [pytest.mark.browser, pytest.mark.slow]

TABLE = "Archivo;Título;Künstler;Precio\nwharf 1;Muelle uno;Ana Ruiz;€ 1.200\nwharf 2;;Ana Ruiz;\n"


@pytest.fixture
def admin(chromium: Browser, site: Site, passwords: dict[str, tuple[str, str]]) -> Iterator[Page]:
    """An admin's page, signed in."""
    context = chromium.new_context(base_url=site.url, viewport={"width": 1440, "height": 900})
    page = context.new_page()
    name, password = passwords["admin"]
    page.goto("/sign-in/?next=/upload/")
    page.fill("input[name=username]", name)
    page.fill("input[name=password]", password)
    page.get_by_role("main").get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/upload/")
    yield page
    context.close()


def test_a_held_upload_is_filled_in_published_and_seen(
    admin: Page, context_without_scripts: Page, tmp_path: Path
) -> None:
    visitor = context_without_scripts
    files = [_picture(tmp_path / f"wharf {number}.png", seed=number) for number in (1, 2)]
    (tmp_path / "wharf.csv").write_text(TABLE, encoding="utf-8-sig")
    admin.get_by_label("Hold them back until I publish them").check()
    admin.set_input_files("#id_pictures", [*files, tmp_path / "wharf.csv"])
    expect(admin.locator("#sending-title")).to_have_text("Everything has arrived")

    admin.get_by_role("link", name="What became of each").click()
    drafts = admin.locator('.tile[data-state="draft"]')
    expect(drafts).to_have_count(2)
    visitor.goto("/browse/?q=wharf")
    expect(visitor.locator("main")).not_to_contain_text("wharf 1")

    admin.get_by_role("link", name="wharf.csv").first.click()
    expect(admin.get_by_label("Künstler")).to_have_value("artist")
    admin.get_by_role("button", name="Apply to 2 files").click()
    expect(admin.locator("#tiles")).to_contain_text("Muelle uno")

    admin.get_by_role("link", name="Edit in a grid").click()
    years = admin.get_by_label(re.compile("^Year of"))
    years.first.fill("1907")
    years.first.press("ArrowDown")
    expect(years.last).to_be_focused()
    admin.keyboard.press("Control+d")
    admin.get_by_label("Title of wharf 2").fill("Muelle dos")
    expect(admin.locator("#grid-sum")).to_have_text("3 cells changed and not saved")
    admin.get_by_role("button", name="Save").click()
    expect(admin.get_by_label("Year of Muelle dos")).to_have_value("1907")
    admin.get_by_role("link", name="Upload by").click()

    admin.get_by_role("button", name="Publish all 2 drafts").click()
    expect(admin.locator('.tile[data-state="visible"]')).to_have_count(2)
    visitor.goto("/browse/?q=muelle")
    expect(visitor.locator("main")).to_contain_text("Muelle dos")

    admin.get_by_role("button", name="Delete the batch").click()
    expect(admin.locator('.tile[data-state="deleted"]')).to_have_count(2)
    expect(admin.get_by_role("button", name="Undo").first).to_be_visible()
    visitor.goto("/browse/?q=muelle")
    expect(visitor.locator("main")).not_to_contain_text("Muelle dos")


def _picture(path: Path, *, seed: int) -> Path:
    """Draw coloured fields that no other test draws."""
    fields = np.random.default_rng(7000 + seed).integers(0, 255, (5, 7, 3), dtype=np.uint8)
    Image.fromarray(fields).resize((640, 480), Image.Resampling.NEAREST).save(path)
    return path
