"""One person's view by one model: heat over the map, works at both ends, favourite places."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from webapp.catalog.models import Artwork
from webapp.catalog.queries import cards, visible
from webapp.feed.served import Served
from webapp.insight import scoring
from webapp.insight.ground import Area, Ground
from webapp.insight.heat import Heat, of_scores
from webapp.insight.people import Person
from webapp.insight.traces import Traces, traces

ENDS: Final = 18
"""Works shown of the best and of the worst."""
STRIP: Final = 14
"""Works shown of each kind of trace."""
TYPICAL: Final = 4
"""Works shown of a neighbourhood: those that score best."""


@dataclass(frozen=True, slots=True)
class Liking:
    """How a model ranks a neighbourhood for somebody."""

    area: Area
    share: float
    """Of all works, how many its works are ranked above on average; 0 to 1."""
    shown: int
    chosen: int
    """Of its works."""
    works: Sequence[Artwork]


@dataclass(frozen=True, slots=True)
class Strip:
    """Works in a row."""

    key: str
    title: str
    about: str
    count: int
    works: Sequence[Artwork]


@dataclass(frozen=True, slots=True)
class View:
    """What a page shows of somebody."""

    heat: Heat | None
    """None without a map."""
    likings: Sequence[Liking]
    """Neighbourhoods, the one ranked highest first."""
    best: Sequence[Artwork]
    worst: Sequence[Artwork]
    strips: Sequence[Strip]
    scored: int
    """Works that have a score."""


def view(person: Person, served: Served, ground: Ground | None) -> View | None:
    """See how a model ranks all visible works; None where it can rank nothing for this person, or
    nothing shall be known of them.

    Queries do not grow with what is shown, but for one per `scoring.AT_ONCE` works.
    """
    if not person.profile.works:
        return None
    ids = list(visible().order_by("pk").values_list("pk", flat=True))
    scores = scoring.scores(person.profile, served, ids)
    if scores is None or np.isnan(scores).all():
        return None
    shares = scoring.percentiles(scores)
    known = np.flatnonzero(~np.isnan(shares))
    ranked = [ids[row] for row in known[np.argsort(-scores[known], kind="stable")].tolist()]
    ranked = [pk for pk in ranked if pk not in person.profile.known]
    left = traces(person.visitor) if person.visitor else _imagined(person)
    on_map = None if ground is None else _on_map(ground, ids, shares)
    likings = [] if ground is None or on_map is None else _likings(ground, on_map, left)
    ends = ranked[:ENDS], ranked[: -ENDS - 1 : -1]
    wanted = {pk for end in ends for pk in end}
    wanted.update(pk for _, pks in likings for pk in pks)
    lists = _lists(left)
    wanted.update(pk for _, _, _, pks in lists for pk in pks[:STRIP])
    works = cards().in_bulk(wanted)
    return View(
        heat=None if ground is None or on_map is None else _heat(ground, on_map, left),
        likings=[
            Liking(*told, works=[works[pk] for pk in pks if pk in works]) for told, pks in likings
        ],
        best=[works[pk] for pk in ends[0] if pk in works],
        worst=[works[pk] for pk in ends[1] if pk in works],
        strips=[
            Strip(key, title, about, len(pks), [works[pk] for pk in pks[:STRIP] if pk in works])
            for key, title, about, pks in lists
            if pks
        ],
        scored=len(known),
    )


def shares(person: Person, served: Served, ids: Sequence[int]) -> NDArray[np.uint8]:
    """(N,) 0 to 254, the share of these works that each is ranked above; 255 without a score."""
    scores = scoring.scores(person.profile, served, ids)
    if scores is None:
        return np.full(len(ids), 255, dtype=np.uint8)
    found = scoring.percentiles(scores)
    return np.where(np.isnan(found), 255, np.nan_to_num(found) * 254).astype(np.uint8)


def _imagined(person: Person) -> Traces:
    return Traces(chosen=[each.artwork_id for each in person.profile.works])


def _on_map(ground: Ground, ids: list[int], shares: scoring.Floats) -> scoring.Floats:
    """(N,) the share of each place; NaN for a work that is not visible any more."""
    known = dict(zip(ids, shares.tolist(), strict=True))
    return np.array([known.get(pk, np.nan) for pk in ground.ids.tolist()], dtype=np.float32)


def _heat(ground: Ground, values: scoring.Floats, left: Traces) -> Heat:
    marks = {
        "ignored": left.ignored,
        "looked": left.looked,
        "hidden": left.hidden,
        "chosen": left.chosen,
    }
    return of_scores(ground, values, marks)


def _likings(
    ground: Ground, values: scoring.Floats, left: Traces
) -> list[tuple[tuple[Area, float, int, int], list[int]]]:
    """What `Liking` is made of, with the ids of the works that score best there."""
    shown, chosen = (_counts(ground, pks) for pks in (left.shown, left.chosen))
    found = []
    for place, area in enumerate(ground.areas):
        inside = np.flatnonzero((ground.area == place) & ~np.isnan(values))
        if len(inside):
            best = inside[np.argsort(-values[inside], kind="stable")][:TYPICAL]
            told = area, float(values[inside].mean()), int(shown[place]), int(chosen[place])
            found.append((told, ground.ids[best].tolist()))
    return sorted(found, key=lambda each: -each[0][1])


def _counts(ground: Ground, pks: Sequence[int]) -> NDArray[np.int64]:
    """How many of these works each neighbourhood has."""
    rows = ground.rows
    places = np.array([rows[pk] for pk in pks if pk in rows], dtype=np.int64)
    return np.bincount(ground.area[places], minlength=len(ground.areas))


def _lists(left: Traces) -> list[tuple[str, str, str, Sequence[int]]]:
    return [
        ("chosen", "Chosen", "liked, saved, bought, or chosen in the quiz", left.chosen),
        ("looked", "Opened", "and nothing more", left.looked),
        ("ignored", "Ignored", "recommended, and not even opened", left.ignored),
        ("hidden", "Hidden", "never to be shown again", left.hidden),
    ]
