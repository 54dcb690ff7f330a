"""A curator trains, watches, compares, promotes, sees For you follow, and rolls back."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Site

pytestmark = [pytest.mark.browser, pytest.mark.slow]

TRAINED = 600_000
"""Milliseconds a run may take on a busy machine."""
PROMOTED = 300_000


@pytest.fixture
def curator(chromium: Browser, site: Site, passwords: dict[str, tuple[str, str]]) -> Iterator[Page]:
    """A curator's tab, signed in."""
    context = chromium.new_context(base_url=site.url, viewport={"width": 1440, "height": 900})
    page = context.new_page()
    name, password = passwords["curator"]
    page.goto("/sign-in/?next=/lab/")
    page.fill("input[name=username]", name)
    page.fill("input[name=password]", password)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Models")).to_be_visible()
    yield page
    context.close()


@pytest.fixture
def visitor(chromium: Browser, site: Site) -> Iterator[Page]:
    """A visitor's tab, who likes three works."""
    context = chromium.new_context(base_url=site.url, viewport={"width": 1440, "height": 900})
    page = context.new_page()
    page.goto("/")
    for place in (0, 1, 2):
        card = page.locator(".card").nth(place)
        card.hover()
        with page.expect_response(re.compile(r"/like/$")):
            card.locator(".mark.like").click()
    yield page
    context.close()


def _for_you(page: Page) -> list[str]:
    """Return the ids of the works on For you, in order."""
    page.goto("/for-you/")
    found = page.locator("main .card").evaluate_all("cards => cards.map(card => card.dataset.work)")
    assert found
    return [str(pk) for pk in found]


def _train(page: Page, model: str) -> None:
    """Start a quick run, watch it to its end, and open the version it ended in."""
    page.goto(f"/lab/runs/new/?model={model}&preset=quick")
    page.get_by_role("button", name="Start the run").click()
    expect(page).to_have_url(re.compile(r"/lab/runs/\d+/$"))
    # The page follows the run by itself: nothing is reloaded here.
    expect(page.locator("[data-chart] path, .chart path").first).to_be_attached(timeout=TRAINED)
    page.get_by_role("link", name=re.compile("Judge version")).click(timeout=TRAINED)
    expect(page.get_by_role("heading", name="To the eye")).to_be_visible()


def _promote(page: Page) -> None:
    """Promote the version that is open, against the gate if it must be."""
    page.get_by_role("button", name="Promote", exact=True).click()
    serves = page.get_by_role("button", name="Roll back")
    refused = page.get_by_role("button", name=re.compile("Override the gate"))
    expect(serves.or_(refused).first).to_be_visible(timeout=PROMOTED)
    if refused.is_visible():
        page.get_by_label(re.compile("Let it serve all the same")).fill("A test of the whole way.")
        refused.click()
        expect(serves).to_be_visible(timeout=PROMOTED)


def test_a_curator_trains_curatornet_promotes_it_and_rolls_back(
    curator: Page, visitor: Page
) -> None:
    by_look = _for_you(visitor)

    _train(curator, "curatornet")
    _promote(curator)

    by_model = _for_you(visitor)
    assert by_model != by_look
    curator.goto("/lab/")
    expect(curator.get_by_text(re.compile("Visitors see CuratorNet"))).to_be_visible()

    curator.get_by_role("link", name=re.compile("CuratorNet version")).first.click()
    curator.get_by_role("button", name="Roll back").click()

    curator.goto("/lab/")
    expect(curator.get_by_text(re.compile("Visitors see VisRank"))).to_be_visible()
    assert _for_you(visitor)[:4] == by_look[:4]


@pytest.mark.parametrize("model", ["vbpr", "dvbpr"])
def test_other_trained_models_serve_as_well(
    curator: Page, visitor: Page, model: str, site: Site
) -> None:
    by_look = _for_you(visitor)

    _train(curator, model)
    _promote(curator)

    assert _for_you(visitor) != by_look
    site.manage("rollback")
    assert _for_you(visitor)[:4] == by_look[:4]
