"""A curator finds a neighbourhood on the map, renames it, draws a line round works, shows them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pytest
from playwright.sync_api import Browser, CDPSession, Page, expect

from tests.browser.conftest import Site
from tests.waiting import wait_until

pytestmark = [pytest.mark.browser, pytest.mark.slow]

DRAWN = 240_000
"""Milliseconds a map may take on a busy machine."""


TITLE = "Held by a lasso"
LINE = ((0.78, 0.15), (0.78, 0.98), (0.02, 0.98), (0.02, 0.3))
"""A lasso, in shares of the window."""
SELECTED = re.compile(r"^[\d,]+ selected$")
SCALE = "Number(new URLSearchParams(location.hash.slice(1)).get('z'))"


@contextmanager
def _signed_in(
    chromium: Browser, site: Site, passwords: dict[str, tuple[str, str]], **window: Any
) -> Iterator[Page]:
    """A curator's tab, signed in, on the maps' page."""
    context = chromium.new_context(base_url=site.url, reduced_motion="reduce", **window)
    page = context.new_page()
    name, password = passwords["curator"]
    page.goto("/sign-in/?next=/studio/maps/")
    page.fill("input[name=username]", name)
    page.fill("input[name=password]", password)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Maps")).to_be_visible()
    yield page
    context.close()


@pytest.fixture
def curator(chromium: Browser, site: Site, passwords: dict[str, tuple[str, str]]) -> Iterator[Page]:
    window = {"width": 1440, "height": 900}
    with _signed_in(chromium, site, passwords, viewport=window) as page:
        yield page


def _drawn_map(page: Page) -> None:
    """Ask for a map unless there is one, wait for it, open it."""
    if not page.locator(
        '[data-state="ready"], [data-state="queued"], [data-state="running"]'
    ).count():
        page.get_by_role("button", name="Draw a map").click()
    # That very map, whatever is drawn meanwhile as the gallery grows.
    page.locator('[data-state="ready"] h3 a').first.click(timeout=DRAWN)
    expect(page.locator("#map[data-ready]")).to_be_attached()


def test_a_curator_names_a_neighbourhood_and_opens_an_exhibition_of_what_a_lasso_holds(
    curator: Page, chromium: Browser, site: Site
) -> None:
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
    expect(panel.get_by_role("heading")).to_have_text("Where the lasso was tried")

    panel.get_by_label("Name").fill("")
    panel.get_by_role("button", name="Rename").click()
    expect(panel.get_by_role("heading")).to_have_text(proposed)
    panel.get_by_role("button", name="Close").click()
    curator.get_by_role("button", name="Show all").click()
    curator.get_by_role("button", name="Select with a lasso").click()
    box = curator.locator("[data-stage]").bounding_box()
    assert box
    places = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in LINE]
    curator.mouse.move(*places[0])
    curator.mouse.down()
    for place in places[1:]:
        curator.mouse.move(*place, steps=3)
    curator.mouse.up()

    bar = curator.get_by_role("region", name="Selection")
    expect(bar.get_by_text(SELECTED)).to_be_visible()
    bar.get_by_label("Title of the selection").fill(TITLE)
    bar.get_by_role("button", name="Save selection").click()
    bar.get_by_role("link", name="Open it").click()
    expect(curator.get_by_role("heading", name=TITLE)).to_be_visible()
    selection = curator.url
    curator.get_by_text("an exhibition", exact=True).click()
    curator.get_by_role("button", name="Hang them").click()
    curator.get_by_role("button", name="Open now").click()
    expect(curator.get_by_role("link", name="Visit", exact=True)).to_be_visible()

    visitor = chromium.new_page(base_url=site.url)
    visitor.goto("/exhibitions/")
    visitor.get_by_role("link", name=TITLE).click()
    expect(visitor.get_by_role("heading", name=TITLE)).to_be_visible()
    expect(visitor.locator("[data-hung]").first).to_be_visible()
    visitor.close()

    curator.get_by_role("button", name="Delete this exhibition").click()
    expect(curator.get_by_text("is deleted")).to_be_visible()
    curator.goto(selection)
    curator.get_by_role("button", name="Delete", exact=True).click()
    expect(curator).not_to_have_url(selection)


def test_fingers_zoom_the_map_and_draw_a_line_round_works(
    chromium: Browser, site: Site, passwords: dict[str, tuple[str, str]]
) -> None:
    phone = {"width": 390, "height": 844}
    with _signed_in(chromium, site, passwords, viewport=phone, has_touch=True) as page:
        _drawn_map(page)
        hand = page.context.new_cdp_session(page)
        wait_until(lambda: _scale(page) > 0, what="the address says where one is")
        far = _scale(page)

        _touch(hand, [[(150 - 20 * step, 400), (240 + 20 * step, 400)] for step in range(5)])

        wait_until(lambda: _scale(page) > 1.5 * far, what="two fingers bring the map near")
        page.get_by_role("button", name="Show all").tap()
        wait_until(lambda: _scale(page) < 1.1 * far, what="all is shown again")
        page.get_by_role("button", name="Select with a lasso").tap()
        _touch(hand, [[place] for place in [(30, 200), (360, 200), (360, 640), (30, 640)]])
        expect(page.get_by_text(SELECTED)).to_be_visible()


def _scale(page: Page) -> float:
    """How near the map is by the address, 0 before it says so."""
    return float(page.evaluate(SCALE))


def _touch(hand: CDPSession, steps: Sequence[Sequence[tuple[float, float]]]) -> None:
    """Put fingers down at the first places, draw them over the others, and lift them."""
    for at, fingers in enumerate(steps):
        points = [{"x": x, "y": y, "id": number} for number, (x, y) in enumerate(fingers)]
        kind = "touchMove" if at else "touchStart"
        hand.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
    hand.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
