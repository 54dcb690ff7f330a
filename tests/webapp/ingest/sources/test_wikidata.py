from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.webapp.ingest.sources.asking import quick, read
from tests.webapp.ingest.sources.museum import Museum
from webapp.ingest.fetching import TryLaterError
from webapp.ingest.sources.comparing import problem_of, shown_facts
from webapp.ingest.sources.contract import Ask, SourceError
from webapp.ingest.sources.wikidata import COMMONS, ITEMS, LONGEST, SOURCE, SPARQL

pytestmark = pytest.mark.django_db

FILES = "http://commons.wikimedia.org/wiki/Special:FilePath/"


def row(item: str, image: str = "", **said: str) -> dict[str, Any]:
    cells = {"item": f"http://www.wikidata.org/entity/{item}", **said}
    cells |= {"image": FILES + image} if image else {}
    return {name: {"type": "literal", "value": value} for name, value in cells.items()}


def result(*rows: dict[str, Any]) -> dict[str, Any]:
    names = ["item", "itemLabel", "image", "creatorLabel", "inception"]
    return {"head": {"vars": names}, "results": {"bindings": list(rows)}}


def page(title: str, **metadata: str) -> dict[str, Any]:
    name = title.removeprefix("File:").replace(" ", "_")
    return {
        "title": title,
        "imageinfo": [
            {
                "timestamp": "2020-01-02T03:04:05Z",
                "url": f"https://upload.wikimedia.org/{name}",
                "thumburl": f"https://upload.wikimedia.org/thumb/1920px-{name}",
                "extmetadata": {key: {"value": value} for key, value in metadata.items()},
            }
        ],
    }


PD = {"LicenseUrl": "", "LicenseShortName": "Public domain", "AttributionRequired": "false"}
BY = {
    "LicenseUrl": "https://creativecommons.org/licenses/by-sa/4.0",
    "LicenseShortName": "CC BY-SA 4.0",
    "Artist": '<a href="//commons.wikimedia.org/wiki/User:Ann">Ann</a>',
    "AttributionRequired": "true",
}


def test_an_item_is_read_with_the_licence_that_commons_states(museum: Museum) -> None:
    rows = [
        row("Q1", "De%20nachtwacht.jpg", itemLabel="The Night Watch", creatorLabel="Rembrandt"),
        row("Q1", "De%20nachtwacht.jpg", inception="1642-01-01T00:00:00Z", creatorLabel="Others"),
        row("Q1", "De%20nachtwacht.jpg", inventoryNumber="SK-C-5"),
        row("Q2", "statue.jpg", itemLabel="Statue", inception="-0450-01-01T00:00:00Z"),
    ]
    museum.serve_json(SPARQL, result(*rows))
    pages = [page("File:De nachtwacht.jpg", **PD), page("File:Statue.jpg", **BY)]
    museum.serve_json(COMMONS, {"query": {"pages": pages}})

    records = read(SOURCE, query="SELECT ?item ?image …")

    painting, statue = records["Q1"], records["Q2"]
    assert not problem_of(painting)
    assert painting.image_url.endswith("1920px-De_nachtwacht.jpg")
    facts = shown_facts(painting)
    assert (facts["title"], facts["artist"]) == ("The Night Watch", "Others, Rembrandt")
    assert facts["year"] == 1642
    assert facts["accession_number"] == "SK-C-5"
    assert facts["rights"].startswith("Public Domain Mark")
    assert shown_facts(statue)["year"] == -450
    credit = "Ann, CC BY-SA 4.0, via Wikimedia Commons"
    assert shown_facts(statue)["credit_line"] == credit


def test_pictures_that_are_not_free_or_nowhere_say_so(museum: Museum) -> None:
    rows = [row("Q1", "a.jpg"), row("Q2", "b.jpg"), row("Q3"), row("Q4", "d.jpg")]
    museum.serve_json(SPARQL, result(*rows))
    nc = {"LicenseUrl": "https://creativecommons.org/licenses/by-nc/2.0/"}
    nameless = {**BY, "Artist": ""}
    pages = [page("File:A.jpg", **nc), {"title": "File:B.jpg", "missing": True}]
    museum.serve_json(COMMONS, {"query": {"pages": [*pages, page("File:D.jpg", **nameless)]}})

    records = read(SOURCE, query="…")

    assert "not certainly free" in problem_of(records["Q1"])
    assert "not on Wikimedia Commons" in problem_of(records["Q2"])
    assert "no picture" in problem_of(records["Q3"])
    assert "wants the author named" in problem_of(records["Q4"])


def test_commons_is_asked_about_fifty_pictures_at_a_time(museum: Museum, tmp_path: Path) -> None:
    file = tmp_path / "query.json"
    rows = [row(f"Q{number}", f"{number}.jpg") for number in range(120)]
    file.write_text(json.dumps(result(*rows)))
    museum.serve_json(COMMONS, {"query": {"pages": []}})

    assert len(read(SOURCE, file=file)) == 120
    assert len(museum.seen) == 3


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        ({"head": {"vars": ["item"]}, "results": {"bindings": []}}, r"gives no \?image"),
        ([{"item": "Q1"}], "no bindings"),
    ],
)
def test_a_result_of_another_form_says_what_is_missing(
    museum: Museum, tmp_path: Path, answer: Any, why: str
) -> None:
    file = tmp_path / "query.json"
    file.write_text(json.dumps(answer))

    with pytest.raises(SourceError, match=why):
        read(SOURCE, file=file)


def test_what_nobody_knows_and_mere_numbers_are_no_names(museum: Museum) -> None:
    unknown = "http://www.wikidata.org/.well-known/genid/2a1f"
    said = row("Q1", "a.jpg", itemLabel="Q1", creatorLabel=unknown, inventoryNumber="Q12")
    museum.serve_json(SPARQL, result(said))
    museum.serve_json(COMMONS, {"query": {"pages": [page("File:A.jpg", **PD)]}})

    facts = shown_facts(read(SOURCE, query="…")["Q1"])

    assert (facts["title"], facts["artist"]) == ("Untitled", "Unknown artist")
    assert facts["accession_number"] == "Q12"  # the number of a work may well look like one


def test_rows_in_another_order_say_the_same(museum: Museum) -> None:
    rows = [
        row("Q1", "b.jpg", creatorLabel="Ann", height="102.5", width="80"),
        row("Q1", "a.jpg", creatorLabel="Bea", height="92", width="73"),
    ]
    pages = [page("File:A.jpg", **PD), page("File:B.jpg", **PD)]
    museum.serve_json(COMMONS, {"query": {"pages": pages}})

    museum.serve_json(SPARQL, result(*rows))
    first = read(SOURCE, query="…")["Q1"]
    museum.serve_json(SPARQL, result(*reversed(rows)))
    second = read(SOURCE, query="…")["Q1"]

    assert first == second
    assert (str(first.facts["height_cm"]), str(first.facts["width_cm"])) == ("92", "73")


def test_addresses_stay_short_whatever_names_files_have(museum: Museum, tmp_path: Path) -> None:
    file = tmp_path / "query.json"
    rows = [row(f"Q{number}", f"{'麦' * 60}{number}.jpg") for number in range(20)]
    file.write_text(json.dumps(result(*rows)))
    museum.serve_json(COMMONS, {"query": {"pages": []}})

    assert len(read(SOURCE, file=file)) == 20
    assert max(len(url) for url in museum.asked()) < LONGEST + 500


def test_many_items_are_asked_for_in_parts(museum: Museum) -> None:
    museum.serve_json(SPARQL, result())
    ids = tuple(f"Q{number}" for number in range(ITEMS + 1))

    list(SOURCE.records(Ask(ids=ids), quick(SOURCE)))

    assert len(museum.seen) == 2


def test_a_commons_that_is_behind_is_asked_later(museum: Museum) -> None:
    museum.serve_json(SPARQL, result(row("Q1", "a.jpg")))
    museum.serve_json(COMMONS, {"error": {"code": "maxlag", "info": "Waiting for db1: 6 s"}})

    with pytest.raises(TryLaterError, match="come back later"):
        read(SOURCE, query="…")
