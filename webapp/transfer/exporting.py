"""Make an export: a bag with works, pictures, documents, vectors, and what hangs on the walls."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, cast

from django.core.files.storage import storages
from django.utils import timezone

from webapp.lab.models import Version
from webapp.transfer import documents, images, maps, spaces, works
from webapp.transfer.bags import Bag, delete, is_full, new_bag
from webapp.transfer.readme import readme
from webapp.transfer.rows import line, to_json
from webapp.transfer.tables import ARTISTS, DECISIONS, OTHERS, PAIRS, RUNS, VERSIONS, Table
from webapp.vectors.models import Space

FORMAT: Final = "artrec-export"
VERSION: Final = 2
"""Since 2 exhibitions are no collections; see `importing_first`."""
ABOUT: Final = "export.json"
MODELS: Final = "models"
CHUNK: Final = 2_000


@dataclass(frozen=True)
class Wanted:
    """What shall be in an export."""

    works: Sequence[int]
    selection: str
    """What these works are, for people."""
    pictures: str = images.ORIGINAL
    """"originals", "none", or so many pixels of width."""
    base: str = documents.BASE
    people: bool = False
    """Whether accounts, visitors and what they did are in it."""


@dataclass
class Made:
    """What is in an export."""

    works: int
    missing: list[str] = field(default_factory=list)
    """Pictures that are not in their storage: sentences."""


def export(
    path: Path, wanted: Wanted, progress: Callable[[int], None] = lambda _works: None
) -> Made:
    """Write an export to `path`, a ZIP if its name ends so, else a folder.

    `progress` hears how many works are done, and ends it all by raising. The site goes on
    meanwhile, so what changes in these minutes may be in it or not; a backup is of one moment.

    Raises:
        FileExistsError: If something is at `path`.
    """
    ids = sorted(wanted.works)
    with new_bag(path) as bag, _scratch(path) as scratch:
        missing = works.write(
            bag,
            ids,
            pictures=wanted.pictures,
            base=wanted.base.rstrip("/"),
            scratch=scratch,
            progress=progress,
        )
        serving = spaces.write(bag, ids, scratch=scratch)
        maps.write(bag, ids, scratch=scratch)
        for table in (ARTISTS, *OTHERS, PAIRS, DECISIONS):
            if wanted.people or not table.of_people:
                _write(bag, table, ids, people=wanted.people, scratch=scratch)
        _write_models(bag, serving)
        bag.add(ABOUT, line(_about(wanted, len(ids))))
        bag.add("README.txt", readme(wanted.selection, len(ids), wanted.pictures, wanted.people))
    return Made(len(ids), missing)


@contextmanager
def _scratch(path: Path) -> Iterator[Path]:
    """A folder beside an export for what is written before it is in it. One that was killed leaves
    its own to the next at this path."""
    folder = path.with_name(f"{path.name}.scratch")
    delete(folder)
    folder.mkdir()
    try:
        yield folder
    finally:
        delete(folder)


def _about(wanted: Wanted, count: int) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "version": VERSION,
        "made": timezone.now(),
        "selection": wanted.selection,
        "works": count,
        "pictures": wanted.pictures,
        "people": wanted.people,
        "base": wanted.base,
    }


def _write(bag: Bag, table: Table, ids: list[int], *, people: bool, scratch: Path) -> None:
    rows = table.model._default_manager.order_by("pk")
    if table.of:
        rows = table.of(rows, ids, people).order_by("pk")
    path = scratch / "table.jsonl"
    with path.open("w") as stream:
        for row in rows.iterator(chunk_size=CHUNK):
            stream.write(line({"id": row.pk} | to_json(row, leave_out=table.leave_out)))
    with path.open("rb") as written:
        bag.add(table.file, written)


def _write_models(bag: Bag, serving: Sequence[Space]) -> None:
    """The trained models whose spaces serve, so that works to come can be given a place."""
    versions = Version.objects.filter(space__in=serving).exclude(file="").select_related("run")
    runs, told = [], []
    for version in versions.order_by("pk"):
        names = [f"data/models/{version.pk}{ending}" for ending in (".npz", ".works.npz")]
        try:
            for name, file in zip(names, model_files(version.file), strict=True):
                with storages[MODELS].open(file) as stream:
                    bag.add(name, cast(Any, stream))
        except OSError as error:
            if is_full(error):
                raise
            continue  # the space serves without it; only works to come are not placed
        runs.append(line(to_json(version.run, leave_out=RUNS.leave_out)))
        told.append(line(to_json(version)))
    bag.add(RUNS.file, "".join(runs))
    bag.add(VERSIONS.file, "".join(told))


def model_files(file: str) -> tuple[str, str]:
    """Return the names of a model's two files: itself, and which work each of its rows is."""
    return file, f"{file.removesuffix('.npz')}.works.npz"
