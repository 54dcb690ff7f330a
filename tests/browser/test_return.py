"""From the wall to a work and back: fetched ahead, carried over, and the place found again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import FLAGS, Site

pytestmark = [pytest.mark.browser, pytest.mark.slow]
PLACE = """() => {
    const card = [...document.querySelectorAll(".wall .card")]
        .find((each) => each.getBoundingClientRect().bottom > 0);
    return [card.dataset.work, Math.round(card.getBoundingClientRect().top)];
}"""


def test_the_back_button_finds_the_place_when_the_browser_kept_nothing(page: Page) -> None:
    # Playwright's browser runs without the cache that keeps whole pages: the worst case.
    page.goto("/browse/")
    further = page.locator(".pager a[rel=next]")
    while further.count():  # until all works have come, so that none comes while the place is taken
        page.mouse.wheel(0, 400)
        page.wait_for_timeout(100)
    many, place = page.locator(".card").count(), _at_rest(page)

    page.goto("/likes/")
    page.go_back()

    expect(page.locator(".card")).to_have_count(many)
    page.wait_for_function(f"String(({PLACE})()[0]) === '{place[0]}'")
    assert abs(_at_rest(page)[1] - place[1]) < 3


def _at_rest(page: Page) -> list[Any]:
    """The place once the wall stands still: a turn of the wheel glides."""
    before, place = None, page.evaluate(PLACE)
    while place != before:
        page.wait_for_timeout(300)
        before, place = place, page.evaluate(PLACE)
    return list(place)


def test_a_work_is_fetched_when_it_is_pointed_at_and_opens_without_being_asked_for_again(
    page: Page,
) -> None:
    asked: list[tuple[str, str | None]] = []
    page.on(
        "request",
        lambda request: (
            asked.append((request.url, request.headers.get("sec-purpose")))
            if "/works/" in request.url and "media" not in request.url
            else None
        ),
    )
    page.goto("/browse/")
    link = page.locator(".card-picture").nth(2)

    with page.expect_event("requestfinished", lambda request: "sec-purpose" in request.headers):
        link.hover()
    link.click()
    page.wait_for_url("**/works/**")

    documents = [url for url, purpose in asked if purpose is None and not url.endswith("/viewed/")]
    assert page.evaluate("performance.getEntriesByType('navigation')[0].deliveryType") == (
        "navigational-prefetch"
    )
    assert len(documents) <= 1


def test_the_whole_page_is_kept_for_the_way_back(chromium: Browser, site: Site) -> None:
    with _keeping(chromium, site) as page:
        page.goto("/browse/")
        page.evaluate("window.here = true")
        page.goto("/likes/")

        page.evaluate("history.back()")

        page.wait_for_function("window.here && location.pathname === '/browse/'")


@contextmanager
def _keeping(chromium: Browser, site: Site) -> Iterator[Page]:
    """Open another browser, with the cache that keeps whole pages."""
    browser = chromium.browser_type.launch(
        executable_path="/usr/bin/chromium",
        args=FLAGS,
        ignore_default_args=["--disable-back-forward-cache"],
    )
    yield browser.new_page(base_url=site.url)
    browser.close()
