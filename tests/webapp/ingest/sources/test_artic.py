from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.webapp.ingest.sources.asking import read
from tests.webapp.ingest.sources.museum import Museum, Reply, Seen
from webapp.ingest.sources.artic import API, SOURCE, TEXT_CREDIT
from webapp.ingest.sources.comparing import problem_of, shown_facts
from webapp.ingest.sources.contract import SourceError

pytestmark = pytest.mark.django_db


def an_artwork(number: int, **changes: Any) -> dict[str, Any]:
    return {
        "id": number,
        "title": "A Sunday on La Grande Jatte — 1884",
        "artist_title": "Georges Seurat",
        "artist_display": "Georges Seurat\nFrench, 1859–1891",
        "date_display": "1884–86",
        "date_end": 1886,
        "medium_display": "Oil on canvas",
        "style_title": "Pointillism",
        "dimensions": "207.5 × 308.1 cm (81 3/4 × 121 1/4 in.)",
        "credit_line": "Helen Birch Bartlett Memorial Collection",
        "main_reference_number": "1926.224",
        "description": "<p>In his best-known painting&nbsp;…</p>",
        "image_id": "2d484387-2509-5e8e-2c43-22f9981972eb",
        "is_public_domain": True,
        "updated_at": "2024-05-31T23:24:55-05:00",
        **changes,
    }


def pages(works: list[dict[str, Any]], size: int) -> Any:
    """Answer like the API: a page of the works, and how many pages there are."""

    def reply(seen: Seen) -> Reply:
        page = int(parse_qs(urlsplit(seen.url).query)["page"][0])
        body = {
            "pagination": {"total": len(works), "total_pages": -(-len(works) // size)},
            "data": works[(page - 1) * size : page * size],
            "config": {"iiif_url": "https://www.artic.edu/iiif/2"},
        }
        return Reply(json.dumps(body).encode())

    return reply


def test_all_pages_of_a_search_are_read(museum: Museum) -> None:
    works = [an_artwork(number) for number in range(1, 6)]
    museum.serve(f"{API}/search", pages(works, 2))

    records = read(SOURCE, query="seurat")

    assert list(records) == ["1", "2", "3", "4", "5"]
    assert len(museum.seen) == 3
    assert museum.seen[0].headers["aic-user-agent"] == "Artrec/0.1 (+curator@gallery.example)"


def test_a_work_is_read_with_all_we_show(museum: Museum) -> None:
    museum.serve(API, pages([an_artwork(27992)], 10))

    record = read(SOURCE)["27992"]

    assert not problem_of(record)
    assert record.image_url == (
        "https://www.artic.edu/iiif/2/2d484387-2509-5e8e-2c43-22f9981972eb/full/843,/0/default.jpg"
    )
    facts = shown_facts(record)
    assert (facts["height_cm"], facts["width_cm"]) == (Decimal("207.5"), Decimal("308.1"))
    assert facts["description"] == f"In his best-known painting\u00a0…\n\n{TEXT_CREDIT}"
    assert facts["year"] == 1884
    assert facts["style"] == "Pointillism"
    assert facts["accession_number"] == "1926.224"
    assert "main_reference_number" in museum.asked()[0]


def test_works_under_copyright_or_without_a_picture_say_so(museum: Museum) -> None:
    works = [an_artwork(1, is_public_domain=False), an_artwork(2, image_id=None)]
    museum.serve(API, pages(works, 10))

    records = read(SOURCE)

    assert "public domain" in problem_of(records["1"])
    assert "no picture" in problem_of(records["2"])


def test_the_dump_is_read_without_asking_anybody(museum: Museum, tmp_path: Path) -> None:
    for number in (7, 8):
        (tmp_path / f"{number}.json").write_text(json.dumps(an_artwork(number)))

    assert list(read(SOURCE, file=tmp_path)) == ["7", "8"]
    assert not museum.seen


def test_an_answer_of_another_form_stops_with_a_sentence(museum: Museum) -> None:
    museum.serve_json(API, {"status": 400, "error": "Invalid limit"})

    with pytest.raises(SourceError, match="documented"):
        read(SOURCE)


@pytest.mark.parametrize(
    ("title", "display", "artist"),
    [
        ("Rembrandt van Rijn", "Workshop of Rembrandt van Rijn\nDutch, 1606-1669", "Workshop of"),
        ("Rembrandt van Rijn", "Attributed to Rembrandt van Rijn", "Attributed to"),
        ("Rembrandt van Rijn", "Rembrandt van Rijn\nDutch, 1606-1669", ""),
        ("", "Rembrandt van Rijn (Dutch, 1606-1669)", ""),
    ],
)
def test_a_work_of_the_workshop_is_not_by_the_master(
    museum: Museum, title: str, display: str, artist: str
) -> None:
    work = an_artwork(1, artist_title=title, artist_display=display)
    museum.serve(API, pages([work], 10))

    facts = shown_facts(read(SOURCE)["1"])

    assert facts["artist"] == f"{artist} Rembrandt van Rijn".strip()
