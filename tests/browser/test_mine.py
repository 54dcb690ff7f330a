"""What a stranger keeps, shares, takes along into an account, and deletes in the end."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Site

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def _save(page: Page, card: int, *, new: str = "") -> str:
    """Save a work of the wall through the dialog; return its title."""
    place = page.locator(".card").nth(card)
    place.scroll_into_view_if_needed()
    place.hover()
    place.locator("a.save").click()
    dialog = page.locator("dialog.save-dialog")
    expect(dialog).to_be_visible()
    if new:
        dialog.get_by_role("checkbox", name="Saved").uncheck()
        dialog.get_by_label("New collection").fill(new)
    title = dialog.locator("cite").inner_text()
    dialog.get_by_role("button", name="Save").click()
    expect(page.locator(".note")).to_contain_text("Saved in")
    expect(place.locator("a.save")).to_have_class(re.compile(r"\bon\b"))
    return title


def _titles(page: Page) -> list[str]:
    return page.locator(".arrange cite").all_inner_texts()


def test_a_stranger_collects_shares_takes_it_along_and_deletes_all(
    page: Page, chromium: Browser, site: Site, request: pytest.FixtureRequest
) -> None:
    page.goto("/browse/")
    page.locator(".card").nth(1).hover()
    page.locator(".card .mark.like").nth(1).click()
    first = _save(page, 2, new="Evening")
    page.goto("/yours/collections/")
    expect(page.get_by_text("in this browser only")).to_be_visible()
    page.get_by_role("link", name="Evening").click()
    address = page.url

    # A second work, by what would fit; then both in another order, with a note.
    page.locator("section .card").first.hover()
    page.locator("section .card a.save").first.click()
    dialog = page.locator("dialog.save-dialog")
    dialog.get_by_role("checkbox", name="Evening").check()
    second = dialog.locator("cite").inner_text()
    dialog.get_by_role("button", name="Save").click()
    expect(page.locator(".note")).to_contain_text("Saved in")
    page.goto(address)
    page.get_by_role("link", name="Arrange").click()
    assert _titles(page)[-1] == first
    page.get_by_role("button", name=f"{first} earlier").click()
    expect(page.locator("[data-status]")).to_have_text("Place 1 of 2")
    grip = page.locator("[data-grip]").nth(1).bounding_box()
    top = page.locator("[data-grip]").first.bounding_box()
    assert grip is not None
    assert top is not None
    page.mouse.move(grip["x"] + 20, grip["y"] + 20)
    page.mouse.down()
    page.mouse.move(top["x"] + 20, top["y"] + 5, steps=6)
    page.mouse.up()
    assert _titles(page) == [second, first]
    page.get_by_label(f"Note to {first}").fill("The last light.")
    page.get_by_role("button", name="Done").click()
    expect(page.locator(".wall-note")).to_have_text("The last light.")
    assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")

    # Others see it only once they may.
    other = chromium.new_context(base_url=site.url).new_page()
    answer = other.goto(address)
    assert answer is not None
    assert answer.status == 404
    page.get_by_role("link", name="Words and visibility").click()
    page.get_by_label("Whoever has the link").check()
    page.get_by_role("button", name="Keep").click()
    other.goto(address)
    expect(other.get_by_role("heading", name="Evening")).to_be_visible()
    expect(other.get_by_text("The last light.")).to_be_visible()

    page.goto("/sign-up/")
    page.fill("input[name=username]", f"keeper-{request.node.callspec.id}")
    page.fill("input[name=password1]", "a quiet evening ridge")
    page.fill("input[name=password2]", "a quiet evening ridge")
    page.get_by_role("main").get_by_role("button", name="Sign up").click()
    page.wait_for_url("**/for-you/")
    page.get_by_role("link", name="Yours").click()
    page.locator(".shelves").get_by_role("link", name="Likes").click()
    expect(page.locator(".card")).to_have_count(1)
    page.get_by_role("link", name="Taste").click()
    expect(page.get_by_role("heading", name="What shapes it most")).to_be_visible()
    page.get_by_role("button", name="Switch off").click()
    expect(page.get_by_role("button", name="Switch on")).to_be_visible()

    page.get_by_role("link", name="Account and data").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="Download all of it").click()
    assert download.value.suggested_filename.endswith(".zip")
    page.get_by_role("link", name="Delete account and data").click()
    page.get_by_label("Password").fill("a quiet evening ridge")
    page.get_by_label("I know that this cannot be undone").check()
    page.get_by_role("button", name="Delete for good").click()
    expect(page.locator(".note")).to_contain_text("is deleted")
    gone = other.goto(address)
    assert gone is not None
    assert gone.status == 404
    other.context.close()
