"""The versions of all models, and how they compare.

Reports are written by `workers.reports`. Pages read all of them but the answers of single visitors,
which are kept for comparing with versions of later days.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db.models import F, Func, JSONField, OuterRef, QuerySet, Subquery, Value

from webapp.lab import catalogue, measures
from webapp.lab.catalogue import NEXT, TASTE, VISITS
from webapp.lab.measures import BOARDS, Cell, Measure, RowOf
from webapp.lab.models import Promotion, Version
from webapp.vectors.models import Space

OWN: Final = "model"
"""Key of a version itself among the rows and samples of its report."""
YARDSTICK: Final = {
    TASTE: ("visrank", "VisRank"),
    VISITS: ("item-knn", "Item-kNN of visits"),
    NEXT: ("item-knn", "Item-kNN of visits"),
}
"""What a version is compared with while no version serves its purpose: key of the report, name."""
MADE: Final = "made"
"""What the leaderboard can be sorted by beside measures."""
_EMPTY: Final[RowOf] = {"key": OWN, "name": "", "intervals": {}, "figures": {}}


@dataclass(frozen=True, slots=True)
class Entry:
    """A version, its report without single answers, and when it was last promoted."""

    version: Version
    report: Mapping[str, Any]
    """Empty until it is made."""
    promoted: datetime | None

    @property
    def pk(self) -> int:
        """Of the version."""
        return self.version.pk

    @property
    def name(self) -> str:
        """As people call it."""
        return str(self.version)

    @property
    def purpose(self) -> str:
        """What it could serve: one of `catalogue.PURPOSES`."""
        return catalogue.purpose_of(self.version.run.model)

    @property
    def serves(self) -> bool:
        """Whether visitors see it now."""
        return self.version.space is not None and self.version.space.state == Space.State.LIVE

    @property
    def standing(self) -> str:
        """Where it stands on the way to visitors, in words."""
        if not self.version.servable:
            return "only to compare"
        if not self.version.file:
            return "only its report is left"
        state = self.version.space.state if self.version.space else ""
        return _STANDING.get(state, "not prepared")


_STANDING: Final[Mapping[str, str]] = {
    Space.State.LIVE: "serves",
    Space.State.READY: "prepared",
    Space.State.RETIRED: "served before",
    Space.State.BUILDING: "being prepared",
}


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the leaderboard."""

    entry: Entry | None
    """None for a yardstick."""
    name: str
    cells: list[Cell]
    against: Mapping[str, float] | None
    """Paired difference to what serves, on the main measure."""

    @property
    def verdict(self) -> str:
        """Of that difference."""
        if self.against is None:
            return ""
        return measures.verdict(self.against["difference"], self.against["p_value"])


def entries() -> list[Entry]:
    """All versions, newest first. One query, without what is large."""
    return [_entry(each) for each in _versions()]


def entry(pk: int) -> Entry | None:
    """One version with its samples."""
    found = _versions(samples=True).filter(pk=pk).first()
    return _entry(found) if found else None


def leaderboard(found: list[Entry], by: str, purpose: str) -> list[Row]:
    """Every version and the newest yardsticks, sorted.

    Args:
        found: All versions of the purpose.
        by: Key of a measure, or "made"; after "-" the worst or oldest come first. Anything else
            means the main measure.
        purpose: One of `catalogue.PURPOSES`.
    """
    board = BOARDS[purpose]
    serving = next((each for each in found if each.serves), None)
    named: list[tuple[Entry | None, str, RowOf]] = [
        (each, each.name, own_row(each)) for each in found
    ]
    rows: list[RowOf] = next((each.report["rows"] for each in found if each.report), [])
    named += [(None, row["name"], row) for row in rows if row["key"] != OWN]
    drawn = measures.cells([row for _, _, row in named], board)
    lines = [
        Row(each, name, line, against_serving(each, serving) if each else None)
        for (each, name, _), line in zip(named, drawn, strict=True)
    ]
    return _sorted(lines, by, board)


def own_row(found: Entry) -> RowOf:
    """The row of the version itself; nothing is in it before the report is made."""
    rows = found.report.get("rows", [])
    return next((row for row in rows if row["key"] == OWN), _EMPTY)


def between(a: Entry, b: Entry) -> Mapping[str, Any] | None:
    """What `workers.gate.against` found of two versions, a minus b; None if it was not looked at.

    The report of the later one has it; seen from the other side all signs turn.
    """
    against: Mapping[str, Any] = a.report.get("against", {})
    if str(b.pk) in against:
        found: Mapping[str, Any] = against[str(b.pk)]
        return found
    against = b.report.get("against", {})
    return measures.turned(against[str(a.pk)]) if str(a.pk) in against else None


def against_rival(found: Entry, rival: Entry | None) -> Mapping[str, Any] | None:
    """The same beside what serves: another version, or where none does the yardstick."""
    if rival is not None:
        return between(found, rival)
    against: Mapping[str, Any] = found.report.get("against", {})
    return against.get(YARDSTICK[found.purpose][0])


def against_serving(found: Entry, serving: Entry | None) -> Mapping[str, float] | None:
    """The main measure beside what serves; None for what serves itself."""
    if found.serves:
        return None
    compared = against_rival(found, serving)
    return compared["metrics"].get(BOARDS[found.purpose][0].key) if compared else None


def promotions(version: Version) -> QuerySet[Promotion]:
    """What was asked for a version, newest first."""
    return version.promotions.select_related("by", "former").defer(
        "former__transform", "former__head"
    )


def _versions(*, samples: bool = False) -> QuerySet[Version]:
    done = Promotion.objects.filter(
        version=OuterRef("pk"),
        kind=Promotion.Kind.PROMOTE,
        state=Promotion.State.DONE,
        finished__isnull=False,
    ).order_by("-finished")
    large = ["report", "run__log", "space__transform", "space__head"]
    without_answers = Func(
        F("report"),
        Value("questions"),
        template="(%(expressions)s)",
        arg_joiner=" - ",
        output_field=JSONField(),
    )
    return (
        Version.objects.select_related("run__by", "space")
        .defer(*large, *([] if samples else ["samples"]))
        .annotate(summary=without_answers, promoted=Subquery(done.values("finished")[:1]))
        .order_by("-pk")
    )


def _entry(version: Any) -> Entry:
    return Entry(version, version.summary, version.promoted)


def _sorted(rows: list[Row], by: str, board: Sequence[Measure]) -> list[Row]:
    key = by.removeprefix("-")
    known = {each.key: each for each in board}
    if key == MADE:
        values = [(float(row.entry.pk) if row.entry else None, n) for n, row in enumerate(rows)]
        order = measures.best_first(values, lower=by.startswith("-"))
    else:
        measure = known.get(key, board[0])
        means = [next(cell.mean for cell in row.cells if cell.measure is measure) for row in rows]
        values = [(mean, place) for place, mean in enumerate(means)]
        order = measures.best_first(values, lower=measure.lower is not by.startswith("-"))
    return [rows[place] for place in order]
