"""The lenses under a work: switched in place, back again, by keyboard, and without scripts."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SHIFT = "() => document.querySelector('.lenses').getBoundingClientRect().height"


def open_a_work(page: Page) -> None:
    page.goto("/browse/?sort=popular")
    page.locator(".card-picture").nth(3).click()
    page.locator(".lens-switch").scroll_into_view_if_needed()


def test_lenses_change_in_place_and_lead_on(page: Page) -> None:
    open_a_work(page)
    here = page.url
    current = page.locator(".lens-switch [aria-current]")
    expect(current).to_have_text("Most agree")
    page.evaluate("() => { window.stayed = true; }")
    colour = page.get_by_role("link", name="Colour", exact=True)
    colour.scroll_into_view_if_needed()  # else the click would
    height, top = page.evaluate(SHIFT), page.evaluate("scrollY")

    colour.click()
    expect(current).to_have_text("Colour")
    expect(current).to_be_focused()
    assert page.url.endswith("lens=colour")
    expect(page.locator(".lens-why").first).to_have_text(re.compile("^(Both in|Near in its)"))
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    expect(current).to_have_text("Style")
    expect(page.locator(".lens-why").first).to_have_text(re.compile("^(Also|Near)"))

    assert page.evaluate(SHIFT) == height
    assert page.evaluate("scrollY") == top
    page.go_back()
    expect(current).to_have_text("Colour")
    page.go_back()
    expect(current).to_have_text("Most agree")
    assert page.url == here
    assert page.evaluate("() => window.stayed")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")

    page.locator(".lens-all").click()
    expect(page.locator(".find-total")).to_have_text(re.compile(r"^\d+ works$"))
    expect(page.locator(".like-chip img")).to_be_visible()
    page.locator(".like-this").get_by_role("link", name="Artist", exact=True).click()
    expect(page.locator(".like-this [aria-current]")).to_have_text("Artist")
    page.locator(".like-chip").click()
    expect(page.locator(".like-chip")).to_have_count(0)
    assert page.url.endswith("/browse/?")


def test_without_scripts_the_switch_is_links(context_without_scripts: Page) -> None:
    page = context_without_scripts
    page.goto("/browse/?sort=popular")
    page.locator(".card-picture").nth(3).click()

    page.get_by_role("link", name="Look", exact=True).click()

    expect(page.locator(".lens-switch [aria-current]")).to_have_text("Look")
    assert re.search(r"\?lens=look#similar$", page.url)
    expect(page.locator(".lens-why").first).to_have_text(re.compile("^(Looks|The nearest)"))
