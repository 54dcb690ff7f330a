"""Exports of the first format, in which an exhibition was a collection that a curator showed."""

from __future__ import annotations

from collections import defaultdict
from contextlib import suppress
from typing import Any, Final

from webapp.accounts.models import User
from webapp.exhibitions import actions
from webapp.exhibitions.arrangement import Arrangement, Hung, Walls
from webapp.exhibitions.models import Exhibition
from webapp.mine.models import CollectionItem
from webapp.transfer.bags import Reader
from webapp.transfer.importing_rows import Numbers
from webapp.transfer.report import Report
from webapp.transfer.rows import Json, RowError, from_json, read_lines
from webapp.transfer.tables import COLLECTED, COLLECTIONS, EXHIBITIONS, VISITORS, WORKS

CARRIED_OVER: Final = "Carried over from a collection"
COLUMNS: Final = {
    "token": "token",
    "title": "title",
    "by_line": "by_line",
    "note": "introduction",
    "cover_id": "cover_id",
    "exhibited": "opens",
}
"""Of such a collection, and what they are of an exhibition."""


def take_over_exhibitions(bag: Reader, numbers: Numbers, report: Report) -> None:
    """Make an exhibition with one room, at the same address, of each collection that was shown."""
    hung = _hung(bag, numbers)
    for place, raw in read_lines(bag, f"data/{COLLECTIONS}.jsonl", Report()):
        if not raw.get("exhibited") or raw.get("deleted"):
            continue
        if Exhibition.objects.filter(token=raw.get("token")).exists():
            report.known[EXHIBITIONS] += 1
            continue
        try:
            values = from_json(Exhibition, {COLUMNS[name]: raw.get(name) for name in COLUMNS})
        except RowError as error:
            report.trouble(f"{place}: the exhibition cannot be taken over: {error}")
            continue
        by = User.objects.filter(visitor=numbers.get(VISITORS, {}).get(raw.get("visitor_id", 0)))
        _make(values, hung[raw["id"]], numbers[WORKS], by.first())
        report.made[EXHIBITIONS] += 1


def _hung(bag: Reader, numbers: Numbers) -> defaultdict[int, dict[int, str]]:
    """By collection, its works in their order, with what was said of each."""
    rows: list[Json] = []
    for _, raw in read_lines(bag, f"data/{COLLECTED}.jsonl", Report()):
        with suppress(RowError):  # told when the collection itself was taken over
            rows.append(from_json(CollectionItem, raw))
    found: defaultdict[int, dict[int, str]] = defaultdict(dict)
    for row in sorted(rows, key=lambda row: (row.get("position", 0), row["id"])):
        if work := numbers[WORKS].get(row.get("artwork_id", 0)):
            found[row.get("collection_id", 0)].setdefault(work, row.get("note", ""))
    return found


def _make(
    values: dict[str, Any], hung: dict[int, str], works: dict[int, int], by: User | None
) -> None:
    made = Exhibition.objects.create(token=values["token"], title=values["title"], made_by=by)
    walls = Walls(works=tuple(Hung(work, note) for work, note in hung.items()))
    now = Arrangement(
        title=values["title"],
        by_line=values["by_line"],
        introduction=values["introduction"],
        cover=works.get(values["cover_id"] or 0),
        opens=values["opens"],
        rooms=(walls,),
    )
    actions.change(made, by, lambda _before: (now, CARRIED_OVER))
