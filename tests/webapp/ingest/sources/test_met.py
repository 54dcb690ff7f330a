from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.webapp.ingest.sources.asking import read
from tests.webapp.ingest.sources.museum import Museum, Reply
from webapp.ingest.sources.comparing import problem_of, shown_facts
from webapp.ingest.sources.contract import SourceError
from webapp.ingest.sources.met import API, SOURCE

pytestmark = pytest.mark.django_db


def an_object(number: int, **changes: Any) -> dict[str, Any]:
    """An answer in the form that the documentation shows."""
    return {
        "objectID": number,
        "accessionNumber": "1993.132",
        "isPublicDomain": True,
        "primaryImage": f"https://images.metmuseum.org/CRDImages/ep/original/{number}.jpg",
        "primaryImageSmall": "",
        "repository": "Metropolitan Museum of Art, New York, NY",
        "title": "Wheat Field with Cypresses",
        "artistDisplayName": "Vincent van Gogh",
        "artistDisplayBio": "Dutch, Zundert 1853–1890 Auvers-sur-Oise",
        "objectDate": "1889",
        "objectBeginDate": 1889,
        "objectEndDate": 1889,
        "medium": "Oil on canvas",
        "measurements": [
            {"elementName": "Frame", "elementMeasurements": {"Height": 99.0, "Width": 120.0}},
            {"elementName": "Overall", "elementMeasurements": {"Height": 73.2, "Width": 93.4}},
        ],
        "creditLine": "Purchase, The Annenberg Foundation Gift, 1993",
        "metadataDate": "2024-05-31T04:54:42.153Z",
        "objectURL": f"https://www.metmuseum.org/art/collection/search/{number}",
        "tags": None,
        **changes,
    }


def test_a_work_in_the_public_domain_is_read_with_all_we_show(museum: Museum) -> None:
    museum.serve_json(f"{API}/search", {"total": 1, "objectIDs": [436535]})
    museum.serve_json(f"{API}/objects/436535", an_object(436535))

    record = read(SOURCE, query="wheat field")["436535"]

    assert not problem_of(record)
    assert record.image_url.endswith("/436535.jpg")
    assert record.changed == datetime(2024, 5, 31, 4, 54, 42, 153000, UTC)
    facts = shown_facts(record)
    assert facts["title"] == "Wheat Field with Cypresses"
    assert facts["artist"] == "Vincent van Gogh"
    assert facts["year"] == 1889
    assert (facts["height_cm"], facts["width_cm"]) == (Decimal("73.2"), Decimal("93.4"))
    assert facts["accession_number"] == "1993.132"
    assert facts["rights"].startswith("CC0 1.0 (https://")
    assert facts["credit_line"] == (
        "Purchase, The Annenberg Foundation Gift, 1993. Metropolitan Museum of Art, New York, NY"
    )
    assert museum.asked()[0] == f"{API}/search?hasImages=true&q=wheat+field"


def test_works_that_are_not_free_or_have_no_picture_say_so(museum: Museum) -> None:
    museum.serve_json(f"{API}/search", {"total": 2, "objectIDs": [1, 2]})
    museum.serve_json(f"{API}/objects/1", an_object(1, isPublicDomain=False, primaryImage=""))
    museum.serve_json(f"{API}/objects/2", an_object(2, primaryImage=""))

    records = read(SOURCE, query="x")

    assert "public domain" in problem_of(records["1"])
    assert "no picture" in problem_of(records["2"])


def test_an_object_that_is_missing_or_broken_does_not_stop_the_others(museum: Museum) -> None:
    museum.serve_json(f"{API}/search", {"total": 3, "objectIDs": [1, 2, 3]})
    gone = Reply(b'{"message": "ObjectID not found"}', status=404)
    museum.serve(f"{API}/objects/1", gone)
    museum.serve(f"{API}/objects/2", Reply(b"<html>"))
    museum.serve_json(f"{API}/objects/3", an_object(3))

    records = read(SOURCE, query="x")

    assert records["1"].problem == "The Met has no such object."
    assert "JSON" in records["2"].error
    assert not records["2"].problem
    assert not records["3"].problem


def test_a_search_that_finds_nothing_is_empty(museum: Museum) -> None:
    museum.serve_json(f"{API}/search", {"total": 0, "objectIDs": None})

    assert read(SOURCE, query="nothing") == {}


def test_of_the_csv_only_free_works_are_asked_for(museum: Museum, tmp_path: Path) -> None:
    file = tmp_path / "MetObjects.csv"
    file.write_text(
        "Object Number,Is Public Domain,Object ID,Title,Artist Display Name\n"
        "1.2,False,10,Closed,Somebody\n"
        "1.3,True,11,Wheat,Vincent van Gogh\n"
        "1.4,True,12,Other,Somebody\n",
        encoding="utf-8-sig",
    )
    museum.serve_json(f"{API}/objects/11", an_object(11))

    records = read(SOURCE, file=file, query="van gogh")
    closed = read(SOURCE, file=file, query="closed")

    assert list(records) == ["11"]
    assert "public domain" in problem_of(closed["10"])
    assert museum.asked() == [f"{API}/objects/11"]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 318\n", "git lfs pull"),
        ("Object ID,Title\n1,A\n", "Is Public Domain"),
    ],
)
def test_a_csv_that_is_none_says_how_to_get_it(
    museum: Museum, tmp_path: Path, text: str, why: str
) -> None:
    file = tmp_path / "MetObjects.csv"
    file.write_text(text)

    with pytest.raises(SourceError, match=why):
        read(SOURCE, file=file)


def test_a_work_after_somebody_is_not_by_that_hand(museum: Museum) -> None:
    museum.serve_json(f"{API}/search", {"total": 1, "objectIDs": [1]})
    museum.serve_json(f"{API}/objects/1", an_object(1, artistPrefix="Copy after"))

    record = read(SOURCE, query="x")["1"]

    assert shown_facts(record)["artist"] == "Copy after Vincent van Gogh"
