"""All pages of visitors against WCAG 2.2 AA, at three widths, light and dark."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from django.conf import settings
from playwright.sync_api import Browser, BrowserContext, Page

from tests.browser import rounds
from tests.browser.conftest import Site

pytestmark = [pytest.mark.browser, pytest.mark.slow]
AXE = Path(settings.BASE_DIR / "node_modules" / "axe-core" / "axe.min.js").read_text()
WIDTHS = (390, 768, 1440)
TAGS = {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
COLOURS = {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}
"""All that differs in the dark."""
RUN = """async (runOnly) => {
    const {violations} = await axe.run(document, {runOnly, resultTypes: ["violations"]});
    return violations.map(({id, nodes}) => `${id}: ${nodes[0].html.slice(0, 160)}`);
}"""
NOBODY = rounds.Found(("1", "2"), "", "", "")


@pytest.fixture(scope="module")
def visitor(chromium: Browser, site: Site) -> Iterator[BrowserContext]:
    made = chromium.new_context(base_url=site.url, reduced_motion="reduce")
    yield made
    made.close()


@pytest.fixture(scope="module")
def found(
    visitor: BrowserContext, chromium: Browser, site: Site, passwords: dict[str, tuple[str, str]]
) -> Iterator[rounds.Found]:
    """A visitor with a past, in a gallery with an exhibition."""
    mine = rounds.furnish(visitor, "walks-everywhere")
    curator = chromium.new_context(base_url=site.url)
    hung = rounds.exhibit(curator, passwords["curator"], mine.works[:3])
    yield replace(mine, exhibition=hung)
    rounds.end(curator, hung)
    curator.close()
    rounds.leave(visitor)


def test_no_page_is_forgotten() -> None:
    known = rounds.addresses(NOBODY).keys() | rounds.ANYBODY.keys() | rounds.NO_PAGES

    assert rounds.names() == known


@pytest.mark.parametrize("name", [*rounds.addresses(NOBODY), *rounds.MORE])
def test_a_page_is_accessible_to_all(
    name: str, visitor: BrowserContext, found: rounds.Found
) -> None:
    page = visitor.new_page()

    answer = page.goto({**rounds.addresses(found), **rounds.MORE}[name])

    assert answer is not None
    assert answer.status == (404 if name == "not found" else 200)
    assert not _violations(page)
    page.close()


@pytest.mark.parametrize("name", [*rounds.ANYBODY, "home", "likes"])
def test_a_page_is_accessible_to_strangers(name: str, chromium: Browser, site: Site) -> None:
    page = chromium.new_page(base_url=site.url, reduced_motion="reduce")

    page.goto({**rounds.addresses(NOBODY), **rounds.ANYBODY}[name])

    assert not _violations(page)
    page.close()


def _violations(page: Page) -> list[str]:
    """Return what is wrong at each width and in each light, and what is wider than the window."""
    wrong = []
    page.evaluate(AXE)
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme="light")
        wrong += [f"{width} light {line}" for line in page.evaluate(RUN, TAGS)]
        page.emulate_media(color_scheme="dark")
        wrong += [f"{width} dark {line}" for line in page.evaluate(RUN, COLOURS)]
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            wrong.append(f"{width} is too narrow")
    return wrong
