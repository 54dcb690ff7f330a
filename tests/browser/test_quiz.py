"""The taste quiz, as a visitor meets it: by keys at a desk, by touch on a phone."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Site

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture
def desk(chromium: Browser, site: Site) -> Iterator[Page]:
    made = chromium.new_context(base_url=site.url, viewport={"width": 1440, "height": 900})
    yield made.new_page()
    made.close()


@pytest.fixture
def phone(chromium: Browser, site: Site) -> Iterator[Page]:
    made = chromium.new_context(
        base_url=site.url, viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True
    )
    yield made.new_page()
    made.close()


def test_a_taste_is_shown_by_keys_and_for_you_follows(desk: Page) -> None:
    desk.goto("/for-you/")
    desk.get_by_role("link", name=re.compile("ten choices")).click()
    expect_question(desk, 1)
    sizes = desk.locator(".quiz-works img").evaluate_all(
        "all => all.map((each) => each.clientWidth * each.clientHeight)"
    )
    assert len(sizes) == 4
    assert max(sizes) < 1.05 * min(sizes)  # none is larger than another
    first = desk.locator(".quiz-works button").nth(1).get_attribute("value")

    desk.keyboard.press("2")
    expect_question(desk, 2)
    expect(desk.locator("#quiz h1")).to_be_focused()
    desk.keyboard.press("Backspace")
    expect_question(desk, 1)
    expect(desk.locator(".quiz-works button").nth(1)).to_have_attribute("value", str(first))
    desk.keyboard.press("ArrowRight")
    desk.keyboard.press("ArrowRight")
    expect(desk.locator(".quiz-works button").nth(1)).to_be_focused()
    desk.keyboard.press("Enter")
    expect_question(desk, 2)
    desk.keyboard.press("s")
    expect_question(desk, 3)
    expect(desk.locator(".quiz-chosen li")).to_have_count(1)

    desk.reload()
    expect_question(desk, 3)
    desk.keyboard.press("1")
    expect_question(desk, 4)
    desk.get_by_role("button", name=re.compile("enough")).click()
    expect(desk.locator(".quiz-kept li")).to_have_count(2)
    desk.get_by_role("button", name=re.compile("^Take back")).first.click()
    expect(desk.locator(".quiz-kept li")).to_have_count(1)
    desk.get_by_role("link", name="See what is for you").click()
    expect(desk.locator("main")).to_contain_text("Because you chose")


def test_a_taste_is_shown_by_touch(phone: Page) -> None:
    phone.goto("/quiz/")
    expect_question(phone, 1)
    assert phone.evaluate("() => document.documentElement.scrollWidth <= innerWidth")

    settle(phone)
    phone.locator(".quiz-works button").nth(2).tap()
    expect_question(phone, 2)
    swipe(phone, -150)
    expect_question(phone, 3)
    swipe(phone, 150)
    expect_question(phone, 2)
    expect(phone.locator(".quiz-chosen li")).to_have_count(1)
    settle(phone)
    phone.locator(".quiz-works button").first.tap()
    expect_question(phone, 3)
    phone.get_by_role("button", name=re.compile("enough")).tap()

    expect(phone.locator(".quiz-kept li")).to_have_count(2)
    assert phone.evaluate("() => document.documentElement.scrollWidth <= innerWidth")


def expect_question(page: Page, number: int) -> None:
    expect(page.locator(".quiz-steps p")).to_have_text(f"{number} of at most 10")
    # What a script answers before the next question stands would be lost.
    expect(page.locator(".quiz.answered")).to_have_count(0)


def settle(page: Page) -> None:
    """Wait until a question hangs still: an earlier finger is not for its pictures."""
    page.wait_for_timeout(250)  # until the question has begun to come in
    page.wait_for_function(
        "() => !document.activeViewTransition && !document.getAnimations().length"
    )


SWIPE = """
(works, by) => {
    const box = works.getBoundingClientRect();
    const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
    const target = document.elementFromPoint(x, y);
    for (const [kind, at] of [["start", 0], ["move", by / 2], ["move", by], ["end", by]]) {
        const touch = new Touch({ identifier: 1, target, clientX: x + at, clientY: y });
        const touches = kind === "end" ? [] : [touch];
        const options = { bubbles: true, cancelable: true, touches, changedTouches: [touch] };
        target.dispatchEvent(new TouchEvent(`touch${kind}`, options));
    }
}
"""


def swipe(page: Page, by: int) -> None:
    """Draw a finger over the pictures, as far as `by` to the right.

    All in one go: a finger that a busy machine lets rest for half a second is no swipe.
    """
    settle(page)
    page.locator(".quiz-works").evaluate(SWIPE, by)
