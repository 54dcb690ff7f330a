"""Works in an export: all that is known of each, its picture, and its documents."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

from webapp.catalog.models import Artwork
from webapp.transfer import documents, images
from webapp.transfer.bags import Bag, is_full
from webapp.transfer.rows import line, to_json

CHUNK: Final = 200
FILE: Final = "data/works.jsonl"
SHEET: Final = "data/works.csv"
COLUMNS: Final = (
    *("id", "source_key", "title", "artist", "year", "medium", "style", "width_cm", "height_cm"),
    *("depth_cm", "price", "currency", "availability", "description", "rights", "credit_line"),
    *("accession_number", "source_url", "added", "state", "file"),
)
_FORMULA: Final = re.compile(r"[\t\r\n]|\s*[=+@-]")
NOT_TOLD: Final = frozenset({"claimed_until", "attempts"})
"""Columns of a work that mean nothing elsewhere."""


def write(
    bag: Bag,
    ids: Sequence[int],
    *,
    pictures: str,
    base: str,
    scratch: Path,
    progress: Callable[[int], None],
) -> list[str]:
    """Write works, pictures and documents; return sentences on pictures that are missing."""
    missing: list[str] = []
    lines, sheet = scratch / "works.jsonl", scratch / "works.csv"
    with lines.open("w") as told, sheet.open("w", newline="") as cells:
        writer = csv.writer(cells)
        writer.writerow(COLUMNS)
        listed: list[dict[str, Any]] = []
        for start in range(0, len(ids), CHUNK):
            for done, work in enumerate(_read(ids[start : start + CHUNK]), start=start + 1):
                values = _told(bag, work, pictures, missing)
                told.write(line(values))
                writer.writerow([_cell(values, name) for name in COLUMNS])
                if work.state == Artwork.State.VISIBLE:
                    listed.append(documents.write(bag, work, values["file"], base=base))
                progress(done)

    for path, name in ((lines, FILE), (sheet, SHEET)):
        with path.open("rb") as stream:
            bag.add(name, stream)
    documents.write_collection(bag, listed, base=base)
    return missing


def _read(ids: Sequence[int]) -> list[Artwork]:
    found = Artwork.objects.filter(pk__in=ids).select_related("artist", "image")
    return list(found.order_by("pk"))


def _told(bag: Bag, work: Artwork, pictures: str, missing: list[str]) -> dict[str, Any]:
    """All that is known of a work, once its picture is in the bag."""
    values = to_json(work, leave_out=NOT_TOLD) | {"artist": work.artist.name, "file": ""}
    image = getattr(work, "image", None)
    if image is None:
        return values
    values["image"] = to_json(image, leave_out=("id", "artwork_id"))
    if pictures != images.NO_PICTURES:
        try:
            with images.picture(image, pictures) as (stream, ending):
                name = f"data/images/{work.pk:07d}{ending}"
                values["file_sha256"] = bag.add(name, stream)
            values["file"] = name
        except OSError as error:
            if is_full(error):
                raise
            missing.append(f"The picture of work {work.pk}, {work.title}: {error}.")
    return values


def _cell(values: dict[str, Any], name: str) -> Any:
    """Keep spreadsheets from taking words for formulas."""
    value = values[name]
    if isinstance(value, str) and _FORMULA.match(value):
        return f"'{value}"
    return "" if value is None else value
