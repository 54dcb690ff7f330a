"""How far two models recommend the same, as their survey found it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from webapp.catalog.models import Artwork
from webapp.catalog.queries import cards
from webapp.insight import people
from webapp.insight.models import Apart, Survey

LISTED: Final = 12
"""Works shown of a list."""
HIGH: Final = 96.0
"""Height of the tallest column, in pixels."""


@dataclass(frozen=True, slots=True)
class Column:
    """So many visitors whose lists share so many works."""

    shared: int
    visitors: int
    height: float


@dataclass(frozen=True, slots=True)
class Differing:
    """A work, and of all works how many each model ranks it above on average."""

    work: Artwork
    a: float
    b: float


@dataclass(frozen=True, slots=True)
class Listed:
    """A place of a list."""

    work: Artwork | None
    """None where it is no longer in the gallery."""
    shared: bool
    """Whether the other model has it too."""


@dataclass(frozen=True, slots=True)
class Torn:
    """A visitor to whom the two recommend different things."""

    visitor: int
    shared: int
    lists: Sequence[Sequence[Listed]]


@dataclass(frozen=True, slots=True)
class Agreement:
    """All that a page shows of two models."""

    shared: float
    """Works that two lists share on average."""
    rank: float | None
    """Mean rank correlation (Spearman's) over the whole catalogue."""
    columns: Sequence[Column]
    first: Sequence[Differing]
    second: Sequence[Differing]
    """Works that the first, or the second, model ranks much higher."""
    apart: Sequence[Torn]


def agreement(survey: Survey) -> Agreement:
    """Tell what the survey of two models found. Three queries."""
    result = survey.result
    known = people.known(survey.apart.values_list("visitor", flat=True))
    apart = [each for each in survey.apart.all() if each.visitor_id in known]
    ids = {each["work"] for key in ("first", "second") for each in result[key]}
    ids.update(pk for each in apart for pks in each.lists for pk in pks[:LISTED])
    works = cards().in_bulk(ids)
    ranks = result["ranks"]
    return Agreement(
        shared=sum(result["shared"]) / len(result["shared"]),
        rank=sum(ranks) / len(ranks) if ranks else None,
        columns=_columns(result["shared"], result["places"]),
        first=_differing(result["first"], works),
        second=_differing(result["second"], works),
        apart=[_torn(each, works) for each in apart],
    )


def _columns(shared: Sequence[int], places: int) -> list[Column]:
    counts = [shared.count(number) for number in range(places + 1)]
    return [
        Column(number, count, round(HIGH * count / max(counts), 1))
        for number, count in enumerate(counts)
    ]


def _differing(found: Sequence[Mapping[str, Any]], works: Mapping[int, Artwork]) -> list[Differing]:
    return [
        Differing(works[each["work"]], each["a"], each["b"])
        for each in found
        if each["work"] in works
    ]


def _torn(found: Apart, works: Mapping[int, Artwork]) -> Torn:
    both = set(found.lists[0]).intersection(found.lists[1])
    return Torn(
        found.visitor_id,
        found.shared,
        [[Listed(works.get(pk), pk in both) for pk in pks[:LISTED]] for pks in found.lists],
    )
