"""A curator finds a neighbourhood on the map, renames it, draws a line round works, keeps them."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Site

pytestmark = [pytest.mark.browser, pytest.mark.slow]

DRAWN = 240_000
"""Milliseconds a map may take on a busy machine."""


@pytest.fixture
def curator(chromium: Browser, site: Site, passwords: dict[str, tuple[str, str]]) -> Iterator[Page]:
    """A curator's tab, signed in, on the maps' page."""
    context = chromium.new_context(
        base_url=site.url, viewport={"width": 1440, "height": 900}, reduced_motion="reduce"
    )
    page = context.new_page()
    name, password = passwords["curator"]
    page.goto("/sign-in/?next=/studio/maps/")
    page.fill("input[name=username]", name)
    page.fill("input[name=password]", password)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Maps")).to_be_visible()
    yield page
    context.close()


def _drawn_map(page: Page) -> None:
    """Ask for a map unless there is one, wait for it, open it."""
    if not page.locator(
        '[data-state="ready"], [data-state="queued"], [data-state="running"]'
    ).count():
        page.get_by_role("button", name="Draw a map").click()
    # That very map, whatever is drawn meanwhile as the gallery grows.
    page.locator('[data-state="ready"] h3 a').first.click(timeout=DRAWN)
    expect(page.locator("#map[data-ready]")).to_be_attached()


def test_a_curator_names_a_neighbourhood_and_keeps_what_a_lasso_holds(curator: Page) -> None:
    _drawn_map(curator)
    name = curator.locator(".map-name").first
    proposed = name.inner_text()

    name.click()
    panel = curator.locator("[data-panel]")
    expect(panel.get_by_role("heading")).to_have_text(proposed)
    panel.get_by_label("Name").fill("Where the lasso was tried")
    panel.get_by_role("button", name="Rename").click()

    expect(panel.get_by_role("heading")).to_have_text("Where the lasso was tried")
    curator.reload()
    expect(curator.locator("#map[data-ready]")).to_be_attached()
    curator.get_by_role("button", name="Show all").click()  # from near, finer names are shown
    renamed = curator.get_by_role("button", name="Where the lasso was tried")
    expect(renamed).to_be_attached()

    renamed.click()
    panel.get_by_label("Name").fill("")
    panel.get_by_role("button", name="Rename").click()
    expect(panel.get_by_role("heading")).to_have_text(proposed)
    panel.get_by_role("button", name="Close").click()
    curator.get_by_role("button", name="Show all").click()
    curator.get_by_role("button", name="Select with a lasso").click()
    box = curator.locator("[data-stage]").bounding_box()
    assert box
    corners = [(0.78, 0.15), (0.78, 0.98), (0.02, 0.98), (0.02, 0.3)]
    places = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in corners]
    curator.mouse.move(*places[0])
    curator.mouse.down()
    for place in places[1:]:
        curator.mouse.move(*place, steps=3)
    curator.mouse.up()

    bar = curator.get_by_role("region", name="Selection")
    expect(bar.get_by_text(re.compile(r"^[\d,]+ selected$"))).to_be_visible()
    bar.get_by_label("Title of the selection").fill("Held by a lasso")
    bar.get_by_role("button", name="Save selection").click()
    bar.get_by_role("link", name="Open it").click()
    expect(curator.get_by_role("heading", name="Held by a lasso")).to_be_visible()
