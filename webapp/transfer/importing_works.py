"""Take over works with their pictures, one after the other, and show them at the end."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import PurePosixPath
from typing import IO, Final

from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.core.files.storage import storages
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from artrec.errors import ImageError
from webapp.catalog.files import ORIGINALS, delete_variants, variants
from webapp.catalog.models import Artist, Artwork, ArtworkImage
from webapp.jobs import Job, enqueue
from webapp.mine.models import new_token
from webapp.transfer import images
from webapp.transfer.bags import DamagedError, Reader, is_full
from webapp.transfer.importing_rows import Numbers
from webapp.transfer.report import Report
from webapp.transfer.rows import Json, RowError, from_json, read_lines
from webapp.transfer.tables import PICTURES, WORKS
from webapp.transfer.works import FILE
from webapp.vectors.actions import LOOK
from webapp.vectors.models import Space

HELD: Final = timedelta(hours=12)
"""No worker looks at an imported work before its vectors are there, or the import died long ago."""
PLACE: Final = re.compile(r"data/images/[0-9]+\.[a-z0-9]{1,5}")
SHOWN: Final = 1_000
"""Works that are shown in one statement."""
LARGEST: Final = 2**53
"""Numbers beyond it are no reason to leave those below."""
KEY: Final = re.compile(r"[0-9A-Za-z_-]{1,32}")
ORIGINAL: Final = re.compile(r"[0-9A-Za-z_-][0-9A-Za-z_./-]*")
"""Names of files that are taken over; others are made anew."""
REFUSED: Final = (
    *(RowError, DamagedError, ImageError, DatabaseError),
    *(OSError, SuspiciousOperation),
)
_OWN: Final = ("id", "state", "artist_id")


def count(bag: Reader, report: Report) -> int:
    """Return how many works could be read, and note the lines that cannot."""
    good = 0
    for place, raw in read_lines(bag, FILE, report):
        try:
            _values(raw)
        except RowError as error:
            report.trouble(f"{place}: {error}")
        else:
            good += 1
    return good


def take_over(
    bag: Reader, numbers: Numbers, report: Report, *, progress: Callable[[int], None]
) -> None:
    """Make the works that are not here yet. They are not visible before `show`."""
    _reserve(bag)
    mine, same = numbers.setdefault(WORKS, {}), numbers.setdefault(PICTURES, {})
    for done, (place, raw) in enumerate(read_lines(bag, FILE, report), start=1):
        try:
            known, has_picture = _find(raw)
            if known is not None:
                report.known[WORKS] += 1
            else:
                known, has_picture = _make(bag, raw, numbers["artists"]), True
                report.made[WORKS] += 1
            mine[raw["id"]] = known
            if has_picture:
                same[raw["id"]] = known
        except REFUSED as error:
            if is_full(error):
                raise
            report.trouble(f"{place}: {error}".replace("\n", " "))
        progress(done)


def _reserve(bag: Reader) -> None:
    """Let a work whose number is taken here get one that no work of the export has."""
    last = max((raw["id"] for _, raw in read_lines(bag, FILE, Report())), default=0)
    sequence = "pg_get_serial_sequence('catalog_artwork', 'id')"
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT setval({sequence}, greatest(%s, nextval({sequence})))",
            [min(last, LARGEST)],
        )


def show(numbers: Numbers) -> None:
    """Show the works that have a vector in the look that serves; workers see to the others."""
    ids = sorted(numbers[WORKS].values())
    look = Space.objects.filter(purpose=LOOK, state=Space.State.LIVE).first()
    # A worker's claim is far shorter.
    held = Artwork.objects.filter(
        state=Artwork.State.CHECKED, claimed_until__gt=timezone.now() + HELD / 12
    )
    for start in range(0, len(ids), SHOWN):
        chunk = held.filter(pk__in=ids[start : start + SHOWN])
        if look is not None:
            chunk.filter(vectors__space=look, held=False).update(
                state=Artwork.State.VISIBLE, claimed_until=None
            )
        chunk.update(claimed_until=None)
    enqueue(Job.EMBED_ARTWORKS)


def _find(raw: Json) -> tuple[int | None, bool]:
    """The work as it is known here, by its source or else its very picture, and whether its picture
    is the one of the export."""
    image = raw.get("image")
    sums = [raw.get("file_sha256"), image.get("sha256") if isinstance(image, dict) else None]
    with_picture = Artwork.objects.filter(image__sha256__in=[each for each in sums if each])
    if key := raw.get("source_key"):
        found = Artwork.objects.filter(source_key=str(key)).first()
        if found is not None:
            return found.pk, with_picture.filter(pk=found.pk).exists()
    by_picture = with_picture.first()
    return (by_picture.pk, True) if by_picture else (None, False)


def _values(raw: Json) -> tuple[Json, Json]:
    """Columns of a work and of its image."""
    image = raw.get("image")
    if not isinstance(image, dict):
        raise RowError("the work has no picture, so it cannot be shown.")
    if not isinstance(raw.get("artist"), str):
        raise RowError("artist is missing.")
    values = from_json(Artwork, raw)
    if "title" not in values or "added" not in values:
        raise RowError("title or added is missing.")
    return values, from_json(ArtworkImage, image)


def _make(bag: Reader, raw: Json, artists: dict[int, int]) -> int:
    values, image = _values(raw)
    file = raw.get("file")
    if not isinstance(file, str) or not PLACE.fullmatch(file):
        raise RowError("the export has no picture of this work. Export it with pictures.")
    artist = artists.get(values.get("artist_id", 0))
    if artist is None:
        artist = Artist.objects.filter(name=raw["artist"]).values_list("pk", flat=True).first()
    if artist is None:
        raise RowError(f"its artist, {raw['artist']}, could not be taken over.")
    with bag.checked(file) as stream:
        return _store(stream, raw["id"], {**values, "artist_id": artist}, image, file)


def _store(stream: IO[bytes], number: int, values: Json, image: Json, file: str) -> int:
    """Write files and rows; without the rows no file stays."""
    key, original = image.get("key", ""), image.get("original", "")
    if not KEY.fullmatch(key) or ArtworkImage.objects.filter(key=key).exists():
        key = new_token() + new_token()
    if not ORIGINAL.fullmatch(original):
        original = f"imported/{PurePosixPath(file).name}"
    picture = images.keep_variants(key, stream.read(settings.UPLOAD_MAX_BYTES + 1))
    stream.seek(0)
    original = images.keep_original(stream, original)
    waits = values.get("state") in (Artwork.State.VISIBLE, None)
    state = Artwork.State.CHECKED if waits else values["state"]
    free = not Artwork.objects.filter(pk=number).exists()
    work = Artwork(
        **{name: value for name, value in values.items() if name not in _OWN},
        id=number if free else None,
        artist_id=values["artist_id"],
        state=state,
        claimed_until=timezone.now() + HELD if state == Artwork.State.CHECKED else None,
    )
    try:
        with transaction.atomic():
            work.save(force_insert=True)
            ArtworkImage.objects.create(
                **{**image, **picture, "artwork": work, "original": original, "key": key}
            )
    except DatabaseError:
        storages[ORIGINALS].delete(original)
        delete_variants(key, variants(picture["widths"], picture["formats"]))
        raise
    return int(work.pk)
