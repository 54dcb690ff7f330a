"""A visitor who reads Spanish finds no English on the way."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import rounds
from tests.browser.conftest import Site

pytestmark = [pytest.mark.browser, pytest.mark.slow]
ENGLISH = re.compile(
    r"\b(the|and|with|you|your|this|these|that|works?|browse|search|sign|likes?|hide|hidden|more"
    r"|because|from|show|again|save|for|collections?|nothing|artist|year|price|of)\b",
    re.IGNORECASE,
)
WORDS = """() => {
    // What curators wrote stays as they wrote it.
    const data = "cite, .who, .artist, .description, .label .facts, .label .small, .cite p,"
        + " .running, .choices .what, .wordmark, pre, code, kbd, script, template"
        // Styles and materials by which a taste is named.
        + ", .lean a, .taste-words span:first-child, [id^=group-]";
    const copy = document.body.cloneNode(true);
    copy.querySelectorAll(data).forEach((each) => each.remove());
    const said = [...copy.querySelectorAll("[placeholder]")].map((each) => each.placeholder);
    return copy.textContent.replace(/\\s+/g, " ") + " " + said.join(" ");
}"""
COMMAS = """() => [...document.querySelectorAll("main [style], main svg *")]
    .flatMap((each) => [...each.attributes])
    .filter(({name}) => !["href", "d", "points"].includes(name))
    .filter(({value}) => /(^|:)\\s*-?\\d+,\\d+/.test(value))
    .map(({name, value}) => `${name}=${value}`)"""
"""Numbers in styles and drawings that were written for people, and mean nothing there."""
PAGES: tuple[str, ...]
PAGES = ("home", "browse", "for-you", "artwork", "why", "artist", "quiz", "likes", "hidden")
PAGES += ("collections", "following", "history", "taste", "account", "picture-search")


@pytest.fixture
def spanish(chromium: Browser, site: Site) -> Iterator[Page]:
    context = chromium.new_context(base_url=site.url, locale="es-ES")
    yield context.new_page()
    rounds.leave(context)
    context.close()


def test_the_main_pages_are_in_spanish_throughout(spanish: Page) -> None:
    spanish.goto("/browse/?sort=popular")
    works = spanish.locator(".card").evaluate_all("cards => cards.map(card => card.dataset.work)")
    spanish.goto(f"/works/{works[0]}/")
    artist = spanish.locator(".label .artist a").get_attribute("href") or ""
    rounds.post(spanish.context, f"/works/{works[0]}/like/")
    found = rounds.addresses(rounds.Found(works, artist, "", ""))
    left = {}

    for name, path in {**{name: found[name] for name in PAGES}, **rounds.MORE}.items():
        spanish.goto(path)
        assert spanish.locator("html").get_attribute("lang") == "es", name
        assert not spanish.evaluate(COMMAS), name
        left[name] = sorted(set(ENGLISH.findall(spanish.evaluate(WORDS))))

    assert not {name: words for name, words in left.items() if words}


def test_a_visitor_changes_the_language_and_stays_on_the_page(
    context_without_scripts: Page,
) -> None:
    page = context_without_scripts
    page.goto("/browse/?sort=popular")

    page.get_by_role("button", name="Español").click()

    expect(page).to_have_url(re.compile(r"/browse/\?sort=popular$"))
    expect(page.locator("html")).to_have_attribute("lang", "es")
    expect(page.get_by_role("link", name="Para ti").first).to_be_visible()
    page.get_by_role("button", name="English").click()
    expect(page.get_by_role("link", name="For you").first).to_be_visible()


def test_what_scripts_say_is_in_spanish(spanish: Page) -> None:
    spanish.goto("/browse/")
    card = spanish.locator(".card").nth(1)
    card.hover()

    card.locator(".mark.hide").click()

    note = spanish.locator(".note")
    expect(note).to_contain_text("No volverás a ver esta obra.")
    note.get_by_role("button", name="Deshacer").click()
    expect(spanish.locator("#notes")).to_contain_text("Ha vuelto a su sitio.")
