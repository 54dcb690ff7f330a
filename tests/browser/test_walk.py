"""The walk a stranger takes: browse, like, For you, hide, sign up."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def _cards(page: Page) -> list[str]:
    """Return the ids of the works on the page, in order."""
    found = page.locator(".card").evaluate_all("cards => cards.map(card => card.dataset.work)")
    return [str(pk) for pk in found]


def test_a_stranger_browses_likes_hides_and_signs_up(
    page: Page, request: pytest.FixtureRequest
) -> None:
    page.goto("/browse/")
    assert len(_cards(page)) >= 20
    page.goto("/for-you/")
    expect(page.get_by_text("Like a few works and this page becomes your own")).to_be_visible()
    before = _cards(page)

    page.goto("/browse/")
    page.locator(".card-picture").nth(3).click()
    expect(page.get_by_role("heading", name="More like this")).to_be_visible()
    title = page.locator("h1 cite").inner_text()
    assert page.locator(".stage-picture img").first.evaluate("image => image.naturalWidth") > 0
    like = page.locator(".stage .mark.like")
    like.click()
    expect(like).to_have_attribute("aria-pressed", "true")
    liked = page.locator(".stage").get_attribute("data-work")

    page.goto("/for-you/")
    after = _cards(page)
    assert after != before
    assert liked not in after
    expect(page.get_by_text(re.compile("Because you liked|Close to")).first).to_be_visible()
    assert title in page.locator("main").inner_text()

    card = page.locator(".card").first
    hidden = card.get_attribute("data-work")
    card.hover()
    card.locator(".mark.hide").click()
    expect(page.get_by_role("button", name="Undo")).to_be_visible()
    expect(page.locator(f".card[data-work='{hidden}']")).to_have_count(0)
    page.goto("/for-you/")
    assert hidden not in _cards(page)

    page.goto("/sign-up/")
    page.fill("input[name=username]", f"walker-{request.node.callspec.id}")
    page.fill("input[name=password1]", "a quiet evening ridge")
    page.fill("input[name=password2]", "a quiet evening ridge")
    page.get_by_role("main").get_by_role("button", name="Sign up").click()
    page.wait_for_url("**/for-you/")
    page.goto("/likes/")
    assert liked in _cards(page)


def test_likes_work_without_javascript(context_without_scripts: Page) -> None:
    page = context_without_scripts
    page.goto("/browse/")
    page.locator(".card-picture").first.click()

    page.locator(".stage .mark.like").click()

    expect(page.locator(".stage .mark.like")).to_have_attribute("aria-pressed", "true")


def test_the_wall_grows_as_one_scrolls_and_nothing_jumps(page: Page) -> None:
    page.goto("/browse/")
    first = _cards(page)
    page.evaluate(
        "() => { window.shift = 0; new PerformanceObserver(list => {"
        " for (const entry of list.getEntries()) if (!entry.hadRecentInput)"
        " window.shift += entry.value; }).observe({type: 'layout-shift', buffered: true}); }"
    )

    while len(_cards(page)) == len(first):  # as a person scrolls, not faster than works can come
        page.mouse.wheel(0, 250)
        page.wait_for_timeout(150)
    page.mouse.wheel(0, 1500)
    page.wait_for_timeout(500)

    assert len(set(_cards(page))) == len(_cards(page))
    assert page.evaluate("window.shift") < 0.05


def test_visitors_cannot_reach_the_upload_page(page: Page) -> None:
    page.goto("/upload/")

    expect(page).to_have_url(re.compile("/sign-in/"))
