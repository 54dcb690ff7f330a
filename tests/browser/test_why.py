"""Why this, as a visitor meets it: a panel over the page, a reason set aside, two pictures lit."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Site

pytestmark = [pytest.mark.browser, pytest.mark.slow]
FORGET = "from webapp.feed.models import Correspondence; Correspondence.objects.all().delete()"
"""What other stories asked to have compared may be the same two works."""


def test_a_visitor_sees_why_compares_and_sets_a_reason_aside(page: Page) -> None:
    page.goto("/browse/?sort=popular")
    for place in (2, 5):
        page.locator(".card-picture").nth(place).click()
        like = page.locator(".stage .mark.like")
        like.click()
        expect(like).to_have_attribute("aria-pressed", "true")
        page.goto("/browse/?sort=popular")
    page.goto("/for-you/")
    link = page.locator("a.why").first
    link.scroll_into_view_if_needed()
    link.focus()
    page.keyboard.press("Enter")

    panel = page.locator("dialog .why-panel")
    expect(panel).to_contain_text("most of all like")
    expect(panel.locator("h1")).to_be_focused()
    panel.get_by_role("link", name="Where they are alike").first.click()
    expect(page.locator("dialog .why-lit")).to_have_count(2)
    expect(page.locator("dialog .why-lines li").first).to_contain_text(re.compile("alike$"))
    lit = page.locator("dialog .why-lit img").first
    assert lit.evaluate("image => image.complete && image.naturalWidth > 0")
    assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")

    page.locator("dialog .why-head a").click()
    before = panel.locator(".lead").inner_text()
    page.get_by_role("button", name=re.compile("^Don’t use")).first.click()
    expect(panel).to_contain_text("no longer shapes")
    expect(panel.locator(".lead")).not_to_have_text(before)
    panel.get_by_role("button", name="Undo").click()
    expect(panel.locator(".lead")).to_have_text(before)
    page.get_by_role("button", name=re.compile("^Don’t use")).first.click()
    expect(panel).to_contain_text("no longer shapes")
    with page.expect_navigation():
        page.keyboard.press("Escape")

    page.goto("/yours/taste/")
    aside = page.locator("section", has=page.locator("#set-aside"))
    aside.get_by_role("button", name=re.compile("^Use")).click()
    expect(aside.locator("li")).to_have_count(0)
    page.reload()
    expect(page.locator("#set-aside")).to_have_count(0)


def test_reasons_and_comparisons_work_without_javascript(
    context_without_scripts: Page, site: Site
) -> None:
    site.manage("shell", "-v0", "-c", FORGET)
    page = context_without_scripts
    page.goto("/browse/?sort=popular")
    page.locator(".card-picture").nth(1).click()
    page.locator(".stage .mark.like").click()
    page.goto("/for-you/")
    path = page.locator("a.why").first.get_attribute("href")
    assert path
    page.goto(path)

    page.get_by_role("link", name="Where they are alike").click()
    page.get_by_role("button", name="Show where they are alike").click()
    # The page asks again by itself.
    expect(page.locator(".why-lit")).to_have_count(2)
    page.locator(".why-head a").click()
    page.get_by_role("button", name=re.compile("^Don’t use")).click()
    expect(page.get_by_role("status")).to_contain_text("no longer shapes")
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("button", name=re.compile("^Don’t use"))).to_have_count(1)
