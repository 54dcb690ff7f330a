"""Draw the sheets of small pictures of a map; see `webapp.studio.sheets`."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Callable, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Final, NamedTuple

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from PIL import Image

from webapp.catalog.files import variant_name
from webapp.studio.models import Place
from webapp.studio.sheets import (
    CELL,
    COLUMNS,
    PER_SHEET,
    STRIDES,
    Index,
    file_name,
    index_name,
    keep_only,
    read_index,
)

log = logging.getLogger(__name__)

EMPTY: Final = (40, 39, 37)
"""Where there is no picture."""
QUALITY: Final = 74
DRAWN_AS: Final = "1"
"""Changes with how cells are drawn, so that sheets are drawn anew."""


class Picture(NamedTuple):
    """Where the picture of a work is."""

    key: str
    width: int
    height: int
    widths: list[int]
    formats: list[str]


def draw(map_id: int, on_progress: Callable[[float], None] | None = None) -> None:
    """Draw the sheets of a map that are missing or out of date, those seen from afar first.

    Calls `on_progress` with 0 to 1 before each sheet; it may raise to stop. May run twice, and goes
    on where it was stopped: what is drawn already is kept.
    """
    pictures = _pictures(map_id)
    wanted = {stride: _sheets(pictures[::stride]) for stride in STRIDES}
    total = sum(map(len, wanted.values()))
    index: Index = {}
    drawn = 0
    for stride, sheets in wanted.items():
        for name, cells in sheets:
            if on_progress:
                on_progress(drawn / max(total, 1))
            file = file_name(map_id, name)
            if not default_storage.exists(file):
                _write(file, _drawn(cells))
            drawn += 1
        index[stride] = [name for name, _ in sheets]
        # What the browser is told of is there: coarse sheets at once, finer ones as they come.
        _write_index(map_id, read_index(map_id) | index)
    keep_only(map_id, tuple(name for names in index.values() for name in names))


def _pictures(map_id: int) -> list[Picture | None]:
    """Return the pictures of a map by the number of the place; None where no work is seen."""
    image = "artwork__image__"
    fields = [f"{image}{name}" for name in Picture._fields]
    rows = Place.objects.filter(map=map_id, artwork__entry__visible=True).order_by("number")
    found: list[Picture | None] = []
    for number, *facts in rows.values_list("number", *fields):
        found += [None] * (number - len(found))
        found.append(Picture(*facts))
    return found


def _sheets(
    pictures: Sequence[Picture | None],
) -> list[tuple[str, Sequence[Picture | None]]]:
    """Divide pictures into sheets, each named after what is on it."""
    parts = [pictures[at : at + PER_SHEET] for at in range(0, len(pictures), PER_SHEET)]
    return [(_name(part), part) for part in map(_cut, parts)]


def _cut(pictures: Sequence[Picture | None]) -> Sequence[Picture | None]:
    """Leave out empty places at the end: they make no sheet another one."""
    last = max((at for at, picture in enumerate(pictures) if picture), default=0)
    return pictures[: last + 1]


def _name(pictures: Sequence[Picture | None]) -> str:
    keys = [picture.key if picture else "" for picture in pictures]
    return sha256("\n".join([DRAWN_AS, *keys]).encode()).hexdigest()[:32]


def _drawn(pictures: Sequence[Picture | None]) -> bytes:
    rows = -(-len(pictures) // COLUMNS)
    sheet = Image.new("RGB", (COLUMNS * CELL, rows * CELL), EMPTY)
    for at, picture in enumerate(pictures):
        if cell := picture and _cell(picture):
            sheet.paste(cell, (at % COLUMNS * CELL, at // COLUMNS * CELL))
    stream = io.BytesIO()
    sheet.save(stream, "WEBP", quality=QUALITY, method=4)
    return stream.getvalue()


def _cell(picture: Picture) -> Image.Image | None:
    """Stretch a picture to a cell, from the smallest variant with enough pixels."""
    enough = max(CELL, CELL * picture.width / picture.height)
    width = next((each for each in picture.widths if each >= enough), picture.widths[-1])
    kind = "webp" if "webp" in picture.formats else picture.formats[-1]
    try:
        with default_storage.open(variant_name(picture.key, width, kind)) as file:
            opened = Image.open(file)
            opened.draft("RGB", (CELL, CELL))
            return opened.convert("RGB").resize((CELL, CELL), Image.Resampling.LANCZOS)
    except OSError as error:
        log.warning("Variant %d of %s is not on its sheet: %s", width, picture.key, error)
        return None


def _write(name: str, content: bytes) -> None:
    """Write a file whole or not at all, in place of one of that name: a worker may be killed."""
    begun = default_storage.save(f"{name}.part", ContentFile(content))
    try:
        Path(default_storage.path(begun)).replace(default_storage.path(name))
    except NotImplementedError:  # a storage without paths writes whole files by itself
        default_storage.delete(begun)
        default_storage.delete(name)
        default_storage.save(name, ContentFile(content))


def _write_index(map_id: int, index: Index) -> None:
    body = json.dumps({stride: index[stride] for stride in STRIDES if stride in index})
    _write(index_name(map_id), body.encode())
