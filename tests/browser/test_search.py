"""Searching in a real browser: by keyboard, by colour, on a phone's sheet, and without scripts."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_a_search_is_typed_narrowed_and_widened(page: Page) -> None:
    page.goto("/browse/")
    style = page.locator("details:has(summary:text('Style')) .what").first.text_content() or ""
    page.keyboard.press("/")
    expect(page.locator("#search")).to_be_focused()

    page.keyboard.type(style)
    page.keyboard.press("Enter")
    expect(page.locator(".find-total")).to_have_text(re.compile(r"^\d+ works?$"))
    total = page.locator(".find-total").inner_text()
    if page.locator(".find-open").is_visible():
        page.locator(".find-open a").click()
    page.locator("summary", has_text="Orientation").click()
    choice = page.locator("details[open] .choices a").first
    promised = choice.locator(".count").inner_text()
    choice.click()

    assert page.locator(".find-total").inner_text().split()[0] == promised
    assert page.locator(".card").count() == min(40, int(promised))
    page.locator(".chips a").nth(1).click()
    expect(page.locator(".find-total")).to_have_text(total)


def test_colours_are_picked_by_keyboard(page: Page) -> None:
    page.goto("/browse/#filters")
    page.locator("summary", has_text="Palette").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")

    expect(page.get_by_role("button", name="Add pale red")).to_be_focused()
    page.get_by_role("button", name="Add deep blue").focus()
    page.keyboard.press("Enter")

    expect(page).to_have_url(re.compile(r"\?palette=1c3263$"))
    expect(page.get_by_role("link", name="Remove Deep blue")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_without_scripts_words_and_filters_work(context_without_scripts: Page) -> None:
    page = context_without_scripts
    page.goto("/browse/")
    page.locator("summary", has_text="Colour").click()
    page.locator("details[open] .choices a").first.click()
    page.fill("#search", "zzzzzz")
    page.locator(".site-search button").click()

    expect(page.get_by_text("No work fits all of that.")).to_be_visible()
    page.get_by_role("link", name="Without “zzzzzz”").click()
    expect(page.locator(".card").first).to_be_visible()
