from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from tests.webapp.ingest.sources.asking import read
from tests.webapp.ingest.sources.museum import Museum
from webapp.ingest.sources.comparing import problem_of, shown_facts
from webapp.ingest.sources.contract import SourceError
from webapp.ingest.sources.nga import SOURCE

pytestmark = pytest.mark.django_db

COLUMNS = "objectid,accessionnum,title,displaydate,endyear,medium,dimensions,attribution,creditline"
OBJECTS = f"""{COLUMNS}
1138,1942.9.1,"The Feast of the Gods",1514/1529,1529,oil on canvas,SIZE,MAKERS,Widener
1139,,No picture,1900,1900,,,Somebody,
1140,,Not free,1950,1950,,,Somebody,
""".replace("SIZE", '"overall: 170.2 × 188 cm (67 × 74 in.)"').replace(
    "MAKERS", "Giovanni Bellini and Titian"
)
HEADER = "iiifurl,viewtype,sequence,width,height,maxpixels,depictstmsobjectid,assistivetext"
IMAGES = f"""{HEADER},openaccess
https://api.nga.gov/iiif/a,alternate,1.0,9000,8000,,1138,,1
https://api.nga.gov/iiif/b,primary,0.0,8192,7412,,1138,"Gods picnic in a wood.",1
https://api.nga.gov/iiif/c,primary,0.0,1000,800,640,1140,,0
"""


def folder(path: Path, images: str = IMAGES) -> Path:
    (path / "objects.csv").write_text(OBJECTS)
    (path / "published_images.csv").write_text(images)
    return path


def test_works_are_joined_with_their_primary_picture(museum: Museum, tmp_path: Path) -> None:
    record = read(SOURCE, file=folder(tmp_path))["1138"]

    assert not problem_of(record)
    assert record.image_url == "https://api.nga.gov/iiif/b/full/3000,/0/default.jpg"
    facts = shown_facts(record)
    assert facts["title"] == "The Feast of the Gods"
    assert facts["artist"] == "Giovanni Bellini and Titian"
    assert (facts["height_cm"], facts["width_cm"]) == (Decimal("170.2"), Decimal("188.0"))
    assert facts["description"] == "Gods picnic in a wood."
    assert facts["accession_number"] == "1942.9.1"
    assert not museum.seen


def test_works_without_a_free_picture_say_so(museum: Museum, tmp_path: Path) -> None:
    records = read(SOURCE, file=folder(tmp_path))

    assert "no picture" in problem_of(records["1139"])
    assert "does not give its picture free" in problem_of(records["1140"])


def test_older_tables_tell_by_the_size_they_allow(museum: Museum, tmp_path: Path) -> None:
    lines = [line.rpartition(",")[0] for line in IMAGES.splitlines()]

    records = read(SOURCE, file=folder(tmp_path, "\n".join(lines)))

    assert not problem_of(records["1138"])
    assert "does not give its picture free" in problem_of(records["1140"])


def test_words_choose_among_titles_and_makers(museum: Museum, tmp_path: Path) -> None:
    assert list(read(SOURCE, file=folder(tmp_path), query="bellini")) == ["1138"]


def test_a_missing_table_is_named(museum: Museum, tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="--file"):
        read(SOURCE)
    with pytest.raises(SourceError, match=r"published_images\.csv cannot be read"):
        read(SOURCE, file=tmp_path)


def test_a_picture_that_was_replaced_counts_as_a_change(museum: Museum, tmp_path: Path) -> None:
    lines = IMAGES.splitlines()
    dates = ["modified", "", "2024-05-31 22:02:18.447-04", ""]
    dated = "\n".join(f"{line},{date}" for line, date in zip(lines, dates, strict=True))

    record = read(SOURCE, file=folder(tmp_path, dated))["1138"]

    assert record.changed == datetime(2024, 6, 1, 2, 2, 18, 447000, UTC)
