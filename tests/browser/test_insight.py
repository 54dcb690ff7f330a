"""A curator looks through a model's eyes: somebody imagined, one work in every space, triplets."""

from __future__ import annotations

import re
from collections.abc import Iterator
from time import time_ns

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Site

pytestmark = [pytest.mark.browser, pytest.mark.slow]

DRAWN = 300_000
"""Milliseconds a worker may take on a busy machine, and its queue before that."""


@pytest.fixture
def curator(chromium: Browser, site: Site, passwords: dict[str, tuple[str, str]]) -> Iterator[Page]:
    """A curator's tab, signed in."""
    context = chromium.new_context(base_url=site.url, viewport={"width": 1440, "height": 900})
    page = context.new_page()
    name, password = passwords["curator"]
    page.goto("/sign-in/?next=/studio/insight/")
    page.fill("input[name=username]", name)
    page.fill("input[name=password]", password)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("sees for visitor")
    yield page
    context.close()


def test_a_curator_looks_through_the_eyes_of_a_model(curator: Page) -> None:
    curator.get_by_role("link", name="Imagine a visitor").click()
    for liked in ("1 work", "2 works"):
        curator.locator(".pick-works a").first.click()
        expect(curator.locator("#imagine")).to_have_text(f"Likes {liked}")
    expect(curator.get_by_role("heading", name="Ranked highest")).to_be_visible()

    curator.get_by_role("link", name="One work", exact=True).click()
    curator.locator(".pick-works a").first.click()
    expect(curator.get_by_role("heading", level=1)).to_contain_text("What is near")
    expect(curator.locator(".near-rows li").first).to_be_visible()

    curator.goto(f"/studio/insight/triplets/?mode=random&seed={time_ns() % 10**8}")
    curator.get_by_role("button", name="Draw triplets").click()
    # The page waits by itself.
    expect(curator.get_by_role("button", name="Draw others")).to_be_visible(timeout=DRAWN)
    expect(curator.locator(".triplets")).to_contain_text("ranks above")
    expect(curator.locator(".guideline header")).to_contain_text(re.compile(r"it can serve \d+ %"))
