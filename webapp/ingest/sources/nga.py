"""The National Gallery of Art: its open-data CSVs (github.com/NationalGalleryOfArt/opendata).

`objects.csv` holds the works, `published_images.csv` the pictures as IIIF addresses. Nothing is
asked of the museum until a picture is fetched.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from webapp.catalog.facts import Facts
from webapp.ingest.fetching import Web
from webapp.ingest.sources.cleaning import dimensions, moment, smaller, year_of
from webapp.ingest.sources.contract import Ask, Record, Source, SourceError, Way
from webapp.ingest.sources.tables import read_rows

PROVIDER: Final = "National Gallery of Art, Washington"
WIDTH: Final = 3000
"""Of the pictures, in pixels; smaller ones come as they are."""


@dataclass(frozen=True, slots=True)
class _Image:
    url: str
    order: tuple[bool, float]
    is_open: bool
    changed: datetime | None
    text: str


def records(ask: Ask, _web: Web) -> Iterator[Record]:
    """Yield the works of the folder that holds the two tables."""
    if ask.file is None or not ask.file.is_dir():
        raise SourceError(
            "Name the folder that holds objects.csv and published_images.csv with --file; it is "
            "the folder “data” of github.com/NationalGalleryOfArt/opendata."
        )
    images = _images(ask.file / "published_images.csv")
    needed = ("objectid", "title", "attribution")
    for row in read_rows(ask.file / "objects.csv", needed=needed):
        if ask.query.lower() in f"{row['title']} {row['attribution']}".lower():
            yield _record(row, images.get(row["objectid"]))


def _images(file: Path) -> dict[str, _Image]:
    """Return the first picture of each object: the primary view, then by sequence."""
    found: dict[str, _Image] = {}
    for row in read_rows(file, needed=("iiifurl", "depictstmsobjectid", "maxpixels")):
        image = _image(row)
        known = found.get(row["depictstmsobjectid"])
        if known is None or image.order < known.order:
            found[row["depictstmsobjectid"]] = image
    return found


def _image(row: Mapping[str, str]) -> _Image:
    sequence = row.get("sequence", "")
    width = row.get("width", "")
    size = f"{min(int(width), WIDTH)}," if width.isdecimal() and int(width) else "full"
    # Older tables have no column for it, and tell only by the size that they allow.
    is_open = row["openaccess"] == "1" if "openaccess" in row else not row["maxpixels"]
    return _Image(
        url=f"{row['iiifurl']}/full/{size}/0/default.jpg" if row["iiifurl"] else "",
        order=(row.get("viewtype") != "primary", float(sequence or 0)),
        is_open=is_open,
        changed=moment(row.get("modified", "")),
        text=row.get("assistivetext", ""),
    )


def _record(row: Mapping[str, str], image: _Image | None) -> Record:
    problem = ""
    if image is None or not image.url:
        problem = "The National Gallery publishes no picture of it."
    elif not image.is_open:
        problem = "The National Gallery does not give its picture free."
    year, end = year_of(row.get("displaydate", "")), row.get("endyear", "")
    facts = Facts(
        title=row["title"],
        artist=row["attribution"],
        year=year if year is not None or not end.lstrip("-").isdecimal() else int(end),
        medium=row.get("medium", ""),
        description=image.text if image else "",
        credit_line=row.get("creditline", ""),
        accession_number=row.get("accessionnum", ""),
        source_url=f"https://www.nga.gov/artworks/{row['objectid']}",
    )
    facts.update(dimensions(row.get("dimensions", "")))
    changes = (moment(row.get("lastdetectedmodification", "")), image.changed if image else None)
    return Record(
        id=row["objectid"],
        facts=facts,
        image_url=image.url if image else "",
        preview_url=smaller(image.url) if image else "",
        rights="CC0" if image and image.is_open else "",
        provider=PROVIDER,
        changed=max(filter(None, changes), default=None),
        problem=problem,
    )


SOURCE: Final = Source(
    name="nga",
    title=PROVIDER,
    about=(
        "European and American paintings, sculpture and works on paper; Washington. It publishes "
        "two tables; nothing is asked of the museum but pictures."
    ),
    licence="Only pictures that the table marks as open access; the museum gives them as CC0.",
    ways=(
        Way(
            name="tables",
            title="Open-data tables",
            help="From the folder “data” of github.com/NationalGalleryOfArt/opendata.",
            field="files",
            files=("objects.csv", "published_images.csv"),
            words=True,
        ),
    ),
    records=records,
    hosts=frozenset({"api.nga.gov"}),
    pauses={"api.nga.gov": 1.0},
)
