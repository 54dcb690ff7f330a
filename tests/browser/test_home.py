"""The front door: from a stranger's wall to one's own, and rails that move by buttons and keys."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.conftest import Site

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SHIFTS = (
    "() => { window.shift = 0; new PerformanceObserver(list => {"
    " for (const entry of list.getEntries()) if (!entry.hadRecentInput)"
    " window.shift += entry.value; }).observe({type: 'layout-shift', buffered: true}); }"
)


def _works(page: Page, within: str = "main") -> list[str]:
    found = page.locator(f"{within} .card")
    return [str(pk) for pk in found.evaluate_all("cards => cards.map(c => c.dataset.work)")]


def test_the_first_screen_shows_works_and_becomes_one_s_own(page: Page) -> None:
    height = page.viewport_size["height"] if page.viewport_size else 0
    page.goto("/")
    page.evaluate(SHIFTS)
    first = page.locator(".opening .card-picture").first
    box = first.bounding_box()
    assert box is not None
    assert box["y"] + box["height"] < height
    expect(page.get_by_role("heading", level=1)).to_contain_text("learns what you like")

    for place in (0, 1, 2):
        card = page.locator(".opening .card").nth(place)
        card.scroll_into_view_if_needed()
        card.hover()
        with page.expect_response(re.compile(r"/like/$")):
            card.locator(".mark.like").click()
    page.get_by_role("link", name="Artrec", exact=True).click()

    expect(page.get_by_role("heading", level=1)).to_have_text("For you")
    assert page.locator(".opening-reasons img").count() >= 1
    works = _works(page)
    assert len(works) == len(set(works))
    page.mouse.wheel(0, 4000)
    page.wait_for_timeout(300)
    assert page.evaluate("window.shift ?? 0") < 0.02
    assert not page.evaluate("document.documentElement.scrollWidth > innerWidth")


@pytest.fixture
def desk(chromium: Browser, site: Site) -> Iterator[Page]:
    """A stranger's tab with a mouse."""
    made = chromium.new_context(base_url=site.url, viewport={"width": 1440, "height": 900})
    yield made.new_page()
    made.close()


def test_a_rail_moves_by_its_buttons_and_by_the_arrow_keys(desk: Page) -> None:
    desk.goto("/")
    rail = desk.locator("[data-rail]").first
    strip = rail.locator("[data-strip]")
    back, further = (
        rail.get_by_role("button", name="Back"),
        rail.get_by_role("button", name="Further"),
    )
    expect(back).to_be_disabled()

    further.click()
    expect(back).to_be_enabled()
    expect_moved(strip)
    back.click()
    expect(back).to_be_disabled()

    desk.locator("[data-rail]").nth(1).locator(".card-picture").first.focus()
    desk.keyboard.press("ArrowUp")
    expect(rail.locator(".card-picture").first).to_be_focused()
    for _ in range(rail.locator(".card-picture").count() - 1):
        desk.keyboard.press("ArrowRight")
    focused = rail.locator(".card-picture:focus")
    expect(focused).to_be_in_viewport()
    expect_moved(strip)


def test_a_hidden_work_comes_back_to_the_rail_it_was_in(desk: Page) -> None:
    desk.goto("/")
    strip = desk.locator("[data-rail] [data-strip]").nth(1)
    last = strip.locator(".card").last
    work = last.get_attribute("data-work")
    last.scroll_into_view_if_needed()
    last.hover()
    last.locator(".mark.hide").click()
    expect(strip.locator(f"[data-work='{work}']")).to_have_count(0)

    desk.get_by_role("button", name="Undo").click()

    expect(strip.locator(".card").last).to_have_attribute("data-work", str(work))


def test_without_scripts_the_door_opens_and_leads_on(context_without_scripts: Page) -> None:
    page = context_without_scripts
    page.goto("/?q=evening")
    expect(page).to_have_url(re.compile(r"/browse/\?q=evening$"))

    page.goto("/")
    assert len(_works(page)) > 8
    expect(page.locator("[data-steps]").first).to_be_hidden()
    page.get_by_role("link", name=re.compile(r"See all \d+ works")).click()

    expect(page).to_have_url(re.compile("/browse/$"))


def expect_moved(strip: Locator) -> None:
    """Wait until a strip has been moved; it moves smoothly."""
    strip.page.wait_for_function("strip => strip.scrollLeft > 100", arg=strip.element_handle())
