"""MovieLens in each of its shapes: `ratings.csv`, `ratings.dat` (1M, 10M) and `u.data` (100k).

Harper and Konstan, The MovieLens Datasets: History and Context, ACM TiiS 5 (4), 2015.
"""

from __future__ import annotations

from pathlib import Path

from artrec.data.assemble import Event, assemble
from artrec.data.dataset import Dataset
from artrec.data.report import Collector
from artrec.data.tables import Cells, read_table

_COLUMNS = ["user_id", "item_id", "rating", "timestamp"]
_NAMES = {"userId": "user_id", "movieId": "item_id"}


def read_movielens(path: Path, *, min_rating: float = 4.0, strict: bool = False) -> Dataset:
    """Ratings of at least `min_rating` as choices; how many lay below stands in the report.

    The kind is told by the name: `.dat` has `::` between cells, `.data` a tab, and neither has a
    header; anything else is CSV with `userId,movieId,rating,timestamp` or `user_id,item_id,...`.
    """
    problems = Collector(strict=strict)

    def parse(cells: Cells) -> Event | None:
        event = Event(cells.text("user_id"), cells.text("item_id"), cells.time("timestamp"))
        if cells.number("rating") < min_rating:
            problems.leave_out(f"rated below {min_rating:g}")
            return None
        return event

    if path.suffix == ".dat":
        # "::" is no single character: split on ":" and pass over the empty cells between.
        header = ["user_id", "", "item_id", "", "rating", "", "timestamp"]
        rows = read_table(path, _COLUMNS, parse, problems, delimiter=":", header=header)
    elif path.suffix == ".data":
        rows = read_table(path, _COLUMNS, parse, problems, delimiter="\t", header=_COLUMNS)
    else:
        rows = read_table(
            path, _COLUMNS, parse, problems, clean=lambda name: _NAMES.get(name, name)
        )
    return assemble([event for event in rows if event], problems.finish(path))
