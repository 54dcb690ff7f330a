"""The CSV files of the VisualRecSys tutorials (IUI 2021, ICDM 2021).

Interactions: `user_id,item_id,timestamp[,evaluation][,artist_id]`, one choice a row. Evaluation:
`user_id,predict[,artist_id],timestamp,profile`, where everything is a row number, not an id.
Columns are found by name, since their order varies between the published files.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from artrec.data.assemble import Event, Fact, assemble
from artrec.data.dataset import Dataset
from artrec.data.interactions import TEST, TRAIN
from artrec.data.report import Collector, ReadReport
from artrec.data.tables import BadCellError, Cells, read_table


def read_tutorial(path: Path, *, strict: bool = False) -> Dataset:
    """Interactions of a tutorial CSV. Rows with `evaluation` True become TEST `parts`.

    A damaged row is left out and named in the report, or raises DataError if `strict`. Where rows
    disagree on the artist of an item, the later row is the damaged one.
    """
    problems = Collector(strict=strict)
    artists: dict[str, str] = {}

    def parse(cells: Cells) -> Event:
        event = Event(
            cells.text("user_id"),
            cells.text("item_id"),
            cells.time("timestamp"),
            TEST if cells.flag("evaluation") else TRAIN,
        )
        artist = cells.optional("artist_id")
        if artist and artists.setdefault(event.item, artist) != artist:
            message = f"item {event.item} had artist {artists[event.item]}, here {artist}."
            raise BadCellError("artist_id", message)
        return event

    events = read_table(path, ("user_id", "item_id", "timestamp"), parse, problems)
    facts = {item: Fact(artist=artist) for item, artist in artists.items()}
    return assemble(events, problems.finish(path), facts=facts)


class EvaluationRow(NamedTuple):
    """One test case of an evaluation CSV, in row numbers of the tutorial's own index."""

    user: int
    predict: tuple[int, ...]
    timestamp: int
    profile: tuple[int, ...]
    artist: str = ""


def read_evaluation(path: Path, *, strict: bool = False) -> tuple[list[EvaluationRow], ReadReport]:
    """Test cases of an evaluation CSV: one item to predict (IUI) or several (ICDM)."""
    problems = Collector(strict=strict)

    def parse(cells: Cells) -> EvaluationRow:
        return EvaluationRow(
            user=_rows(cells, "user_id")[0],
            predict=_rows(cells, "predict"),
            timestamp=cells.time("timestamp"),
            profile=_rows(cells, "profile"),
            artist=cells.optional("artist_id"),
        )

    rows = read_table(path, ("user_id", "predict", "timestamp", "profile"), parse, problems)
    return rows, problems.finish(path)


def _rows(cells: Cells, column: str) -> tuple[int, ...]:
    value = cells.text(column)
    try:
        return tuple(int(row) for row in value.split())
    except ValueError:
        message = f"{value[:60]!r} is not a list of row numbers."
        raise BadCellError(column, message) from None
