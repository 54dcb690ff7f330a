"""An admin asks a museum, decides about a work that came twice, changes two, takes them out."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from zipfile import ZipFile

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Site
from tests.waiting import wait_until
from tests.webapp.ingest.pictures import picture
from tests.webapp.ingest.sources.museum import Museum, Reply
from tests.webapp.ingest.sources.test_met import an_object
from webapp.ingest.sources.met import API

pytestmark = [pytest.mark.browser, pytest.mark.slow]

WORKED = 240_000
"""Milliseconds a worker may take on a busy machine."""
TITLES = {71: "Zinnias by the weir", 72: "Zinnias, once more", 73: "Zinnias under copyright"}


@pytest.fixture
def admin(chromium: Browser, site: Site, passwords: dict[str, tuple[str, str]]) -> Iterator[Page]:
    """An admin's tab, signed in, where museums are asked."""
    context = chromium.new_context(base_url=site.url, viewport={"width": 1440, "height": 900})
    page = context.new_page()
    name, password = passwords["admin"]
    page.goto("/sign-in/?next=/upload/museums/met/")
    page.fill("input[name=username]", name)
    page.fill("input[name=password]", password)
    page.get_by_role("main").get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("button", name="Look what there is")).to_be_visible()
    yield page
    context.close()


@pytest.fixture(autouse=True)
def _zinnias(museums: Museum) -> None:
    """The museum has two photographs of a work, and one that it does not give away."""
    large = picture(7171, (640, 480))
    small = io.BytesIO()
    Image.open(io.BytesIO(large)).resize((400, 300)).save(small, "JPEG", quality=70)
    photographs = {71: large, 72: small.getvalue(), 73: large}
    museums.serve_json(f"{API}/search", {"total": len(TITLES), "objectIDs": list(TITLES)})
    for number, title in TITLES.items():
        found = an_object(number, title=title, isPublicDomain=number != 73)
        url = found["primaryImageSmall"] = found["primaryImage"]
        museums.serve_json(f"{API}/objects/{number}", found)
        museums.serve(url, Reply(photographs[number]))


def test_works_of_a_museum_are_chosen_told_apart_changed_and_taken_out(
    admin: Page, tmp_path: Path
) -> None:
    main = admin.get_by_role("main")

    main.get_by_role("textbox", name="Search").fill("zinnias")
    main.get_by_role("button", name="Look what there is").click()
    expect(main.get_by_text("Untick what shall stay out")).to_be_visible(timeout=WORKED)
    expect(main.locator(".offer img")).to_have_count(2)
    expect(main.locator(".reasons")).to_contain_text("public domain")
    expect(main.locator("#ticked")).to_have_text("2")
    main.get_by_role("button", name="Bring these in").click()
    main.get_by_role("link", name="see how far they are").click(timeout=WORKED)
    expect(main.locator('.tile[data-state="visible"]')).to_have_count(2, timeout=WORKED)
    batch = admin.url

    _open_pair(admin)
    expect(main.get_by_role("heading", name="The same work?")).to_be_visible()
    addresses = main.locator("figcaption a").evaluate_all("links => links.map(link => link.href)")
    pair = admin.url
    main.get_by_text("Slide", exact=True).click()
    expect(main.locator(".twice-over")).to_be_visible()
    admin.keyboard.press("2")
    expect(admin.get_by_text("They are one work now.")).to_be_visible()
    admin.goto(addresses[1])
    expect(admin).to_have_url(addresses[0])
    admin.goto(pair)
    expect(main.get_by_role("heading", name="Merged")).to_be_visible()
    admin.keyboard.press("u")
    expect(admin.get_by_text("They are as they were before.")).to_be_visible()
    admin.keyboard.press("1")
    expect(admin.get_by_text("Both are kept.")).to_be_visible()

    admin.goto("/desk/works/?q=zinnias")
    for title in (TITLES[71], TITLES[72]):
        main.get_by_label(title).check()
    main.get_by_role("button", name="Change them").click()
    main.get_by_label("Field").first.select_option("style")
    main.get_by_label("Value").first.fill("Floralism")
    main.get_by_role("button", name="Preview").first.click()
    expect(main.locator(".befores ins")).to_have_text(["Floralism"] * 2)
    main.get_by_role("button", name="Change 2 works").click()
    expect(main.get_by_role("heading", name="2 works changed")).to_be_visible()

    admin.goto("/desk/exports/")
    main.get_by_label("A search").check()
    main.get_by_label("Which").fill("/browse/?q=zinnias")
    main.get_by_role("button", name="Export").click()
    row = main.locator(".exports > li").first
    with admin.expect_download(timeout=WORKED) as saved:
        row.get_by_role("link", name="Download").click(timeout=WORKED)
    saved.value.save_as(tmp_path / "export.zip")
    with ZipFile(tmp_path / "export.zip") as export:
        sheet = next(name for name in export.namelist() if name.endswith("works.csv"))
        rows = list(csv.DictReader(io.StringIO(export.read(sheet).decode("utf-8-sig"))))
        assert export.testzip() is None
    assert {(each["title"], each["style"]) for each in rows} == {
        (TITLES[71], "Floralism"),
        (TITLES[72], "Floralism"),
    }

    row.get_by_role("button", name="Delete").click()
    admin.goto(batch)
    main.get_by_role("button", name="Delete the batch").click()
    expect(main.locator('.tile[data-state="deleted"]')).to_have_count(2)


def _open_pair(page: Page) -> None:
    """Open the pair of the two photographs once a worker has found it."""
    card = page.get_by_role("link").filter(has_text=TITLES[71]).filter(has_text=TITLES[72])

    def found() -> bool:
        page.goto("/desk/duplicates/?kind=near")
        return card.count() == 1

    wait_until(found, what="the two photographs are suggested")
    card.click()
