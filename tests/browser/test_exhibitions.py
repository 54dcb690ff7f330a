"""An exhibition from its first room to a visitor on a phone."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Site

pytestmark = [pytest.mark.browser, pytest.mark.slow]

TITLE = "What the hand remembers"


def _signed_in(page: Page, person: tuple[str, str]) -> None:
    page.goto("/sign-in/")
    page.fill("input[name=username]", person[0])
    page.fill("input[name=password]", person[1])
    page.locator("main form button").last.click()
    page.wait_for_url("**/for-you/")


def _hang(page: Page, room: int, works: list[int]) -> None:
    """Add works to a room by the pictures offered there."""
    page.locator("[data-room]").nth(room).get_by_role("link", name="Add works").click()
    for place in works:
        page.locator(".offered input").nth(place).check()
    page.get_by_role("button", name="Hang the chosen works").click()
    expect(page.locator("[data-editor]")).to_be_visible()


def test_a_curator_hangs_two_rooms_and_a_visitor_walks_through_them_on_a_phone(
    chromium: Browser, site: Site, passwords: dict[str, tuple[str, str]]
) -> None:
    curator = chromium.new_context(base_url=site.url, viewport={"width": 1440, "height": 900})
    visitor = chromium.new_context(
        base_url=site.url, viewport={"width": 390, "height": 844}, reduced_motion="reduce"
    )
    page = curator.new_page()
    _signed_in(page, passwords["curator"])
    page.goto("/studio/exhibitions/")
    page.get_by_label("Title of a new exhibition").fill(TITLE)
    page.get_by_role("button", name="Begin").click()
    page.wait_for_url("**/studio/exhibitions/*/")
    studio = page.url
    _hang(page, 0, [0, 1, 2])
    page.get_by_role("button", name="Add a room").click()
    second = page.locator("[data-room]").nth(1)
    expect(second).to_be_visible()
    expect(second.locator("[data-no-script]")).to_be_hidden()  # the script is at work

    second.get_by_label("Title of the room").fill("After dark")
    second.get_by_label("Title of the room").blur()
    expect(page.locator("[data-status]")).to_have_text("Kept")
    second.get_by_label("Text on the wall").fill("The lamps are lit.")
    second.get_by_title("Midnight").click()
    expect(second).to_have_class(re.compile("wall-midnight"))
    first = page.locator("[data-room]").first
    last = first.locator("[data-piece]").last
    moved = last.get_attribute("data-piece")
    last.locator("[data-handle]").drag_to(second.locator(".making-works"))
    expect(second.locator(f'[data-piece="{moved}"]')).to_be_visible()
    expect(page.locator("[data-status]")).to_have_text("Kept")
    earlier = first.locator("[data-piece]").last
    name = earlier.get_attribute("data-piece")
    earlier.get_by_title("Earlier").click()
    expect(page.locator("[data-status]")).to_have_text("Kept")
    page.get_by_role("button", name="Open now").click()
    expect(page.get_by_role("link", name="Visit", exact=True)).to_be_visible()

    shown = visitor.new_page()
    shown.goto("/exhibitions/")
    shown.get_by_role("link", name=TITLE).click()
    expect(shown.get_by_role("heading", name=TITLE)).to_be_visible()
    rooms = shown.locator("[data-room]")
    expect(rooms).to_have_count(2)
    at_entrance = shown.locator(".entrance [data-hung]")  # the first work of all
    assert at_entrance.get_attribute("data-work") == name
    expect(rooms.first.locator("[data-hung]")).to_have_count(1)
    assert rooms.last.locator("[data-hung]").first.get_attribute("data-work") == moved
    shown.get_by_role("navigation", name="Rooms").get_by_text("After dark").click()
    expect(shown.get_by_text("The lamps are lit.")).to_be_in_viewport()
    expect(shown.locator('.floor [aria-current="location"]')).to_contain_text("After dark")
    assert shown.evaluate("document.documentElement.scrollWidth") == 390

    _hang(page, 1, [5])
    shown.reload()
    expect(rooms.last.locator("[data-hung]")).to_have_count(2)
    shown.keyboard.press("j")
    expect(shown.locator(".hung-picture:focus")).to_have_count(1)

    page.goto(studio)
    page.get_by_role("button", name="Delete this exhibition").click()
    expect(page.get_by_role("status").get_by_text("is deleted")).to_be_visible()
    for context in (curator, visitor):
        context.close()
