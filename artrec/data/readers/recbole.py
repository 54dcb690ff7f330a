"""RecBole's atomic files: tab-separated, with a type after each column name (`user_id:token`).

https://recbole.io/docs/user_guide/data/atomic_files.html
"""

from __future__ import annotations

from pathlib import Path

from artrec.data.assemble import Event, Fact, assemble
from artrec.data.dataset import Dataset
from artrec.data.interactions import TEST, TRAIN, VALIDATION
from artrec.data.report import Collector
from artrec.data.tables import BadCellError, Cells, read_table
from artrec.errors import DataError

_PARTS = {"train": TRAIN, "valid": VALIDATION, "test": TEST}


def read_recbole(
    folder: Path, *, artist: str = "", min_rating: float | None = None, strict: bool = False
) -> Dataset:
    """`NAME.inter` in the folder `NAME`, or the split `NAME.train.inter`, `.valid.`, `.test.`.

    `NAME.item`, if there, completes the catalogue; `artist` names its column of artists, if any.
    `min_rating` leaves lower ratings out. Without a timestamp the order of the rows is the time.
    """
    problems = Collector(strict=strict)
    whole = folder / f"{folder.name}.inter"
    parts = {folder / f"{folder.name}.{name}.inter": part for name, part in _PARTS.items()}
    found = {whole: TRAIN} if whole.exists() else {p: n for p, n in parts.items() if p.exists()}
    if not found:
        raise DataError(f"{folder}: neither {whole.name} nor {folder.name}.train.inter is there.")
    events = [
        event for path, part in found.items() for event in _events(path, part, min_rating, problems)
    ]
    facts = _facts(folder / f"{folder.name}.item", artist, problems)
    report = problems.finish(folder)
    if not events:
        raise DataError(f"{folder}: no usable interaction. {report}")
    return assemble(events, report, facts=facts)


def _events(path: Path, part: int, min_rating: float | None, problems: Collector) -> list[Event]:
    def parse(cells: Cells) -> Event | None:
        time = cells.time("timestamp") if "timestamp" in cells else None
        event = Event(cells.text("user_id"), cells.text("item_id"), time, part)
        if min_rating is not None and cells.number("rating") < min_rating:
            problems.leave_out(f"rated below {min_rating:g}")
            return None
        return event

    required = ["user_id", "item_id"] + ([] if min_rating is None else ["rating"])
    rows = read_table(path, required, parse, problems, delimiter="\t", clean=_without_type)
    return [event for event in rows if event]


def _facts(path: Path, artist: str, problems: Collector) -> dict[str, Fact]:
    if not path.exists():
        if artist:
            raise DataError(f"{path}: not there, so column {artist!r} cannot be read.")
        return {}
    facts: dict[str, Fact] = {}

    def parse(cells: Cells) -> None:
        name = cells.text("item_id")
        if name in facts:
            raise BadCellError("item_id", f"item {name} was listed before.")
        facts[name] = Fact(artist=cells.optional(artist) if artist else "")

    required = ["item_id"] + ([artist] if artist else [])
    read_table(path, required, parse, problems, delimiter="\t", clean=_without_type)
    return facts


def _without_type(column: str) -> str:
    return column.partition(":")[0]
