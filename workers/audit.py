"""Does a filled space answer as its model does? Asked with the profiles of real visitors.

Letters used in shapes: P chosen works, S stored columns, Q queries, C candidates.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from django.db.models import Max
from numpy.typing import NDArray

from artrec.errors import ArtrecError
from artrec.serving import visrank
from artrec.serving.bundle import Bundle
from webapp.catalog.models import ArtworkImage
from webapp.feed import profile, visits
from webapp.feed.models import Event, Visitor
from webapp.lab.catalogue import NEXT, VISITS
from webapp.lab.queries import CHOSEN
from webapp.vectors import queries, routing
from webapp.vectors.filters import Filters
from webapp.vectors.models import Space, Vector
from workers.taste import Encoder

VISITORS: Final = 40
"""Those who chose last."""
QUERIES: Final = 5
"""Of one profile at most; VisRank makes one of every work."""
CANDIDATES: Final = 2000
PLACES: Final = 20
TIE: Final = 0.02
"""Of a deviation of the scores: so much rounding to half floats may change."""
ASKED: Final = {
    VISITS: lambda visitor: visits.last_of(visitor)[-1:],  # one stands before one work
    NEXT: visits.last_of,
}
"""What a model of visits is asked about; others are about a visitor's profile."""


@dataclass(frozen=True, slots=True)
class Audit:
    """What was found."""

    profiles: int
    recall: float
    """Share of the true neighbours that the space's own way of searching finds; 1 if not asked."""
    agreement: float
    """Share of the database's first places that the model gives a place as good; 1 if not asked.
    First are 20 places, and no more than a quarter."""
    problem: str
    """Why the head does not answer; empty if it does."""


def audit(space: Space, model: Encoder) -> Audit:
    """Ask the head in the database, the index and the model about visitors' profiles."""
    try:
        head = Space.objects.values_list("head", flat=True).get(pk=space.pk)
        bundle = Bundle.from_bytes(bytes(head or b""))
        known = _known(model)
        profiles = _profiles(space, known)
        asked = [(works, _queries(bundle, space, works)) for works in profiles]
        if not asked and (some := _some(space)):
            _queries(bundle, space, some)
    except ArtrecError as error:
        return Audit(0, 1.0, 1.0, str(error))
    if not asked:
        return Audit(0, 1.0, 1.0, "")
    candidates, rows = _candidates(space, known)
    agreed = [_agreement(model, bundle, works, q, candidates, rows) for works, q in asked]
    recall = _recall(space, np.concatenate([found[:QUERIES] for _, found in asked]))
    return Audit(len(asked), recall, float(np.mean(agreed)), "")


def _known(model: Encoder) -> set[int]:
    """Works that the model was trained with, as they look now."""
    pictures = ArtworkImage.objects.values_list("artwork_id", "key")
    return {pk for pk, key in pictures if model.saw(pk, key)}


def _profiles(space: Space, known: set[int]) -> list[list[int]]:
    """What visitors chose of these works, oldest first, by those who chose last; of a model of
    visits, what they looked at last."""
    kinds = visits.STEPS if space.purpose in ASKED else CHOSEN
    works_of = ASKED.get(space.purpose, _chosen)
    chosen = Event.objects.filter(kind__in=kinds, undone=None, muted=None)
    newest = chosen.values("visitor").annotate(last=Max("time")).order_by("-last", "visitor")
    visitors = Visitor.objects.in_bulk([row["visitor"] for row in newest[:VISITORS]])
    found = []
    for pk in sorted(visitors):
        works = works_of(visitors[pk])
        ids, _ = queries.vectors_of(space, [work for work in works if work in known])
        inside = set(ids.tolist())
        if inside:
            found.append([work for work in works if work in inside])
    return found


def _chosen(visitor: Visitor) -> list[int]:
    return [work.artwork_id for work in profile.profile_of(visitor).works]


def _some(space: Space) -> list[int]:
    stored = Vector.objects.filter(space=space).order_by("artwork_id")
    return list(stored.values_list("artwork_id", flat=True)[:3])


def _queries(bundle: Bundle, space: Space, works: Sequence[int]) -> NDArray[np.float32]:
    """(Q, S), each brought to a magnitude of 1. ArtrecError if the head makes nothing of them."""
    ids, rows = queries.vectors_of(space, works)
    place = {int(pk): row for row, pk in enumerate(ids)}
    made = bundle.user_vectors(rows[[place[pk] for pk in works]])
    largest = np.abs(made).max()
    if not np.isfinite(largest) or not largest:
        raise ArtrecError(f"The head makes nothing but zeros or infinity of {len(works)} works.")
    scaled: NDArray[np.float32] = made / largest
    return scaled


def _candidates(space: Space, known: set[int]) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """(C,) of these works, drawn at random, and what is stored of them (C, S)."""
    stored = Vector.objects.filter(space=space).order_by("artwork_id")
    ids = [pk for pk in stored.values_list("artwork_id", flat=True) if pk in known]
    drawn = np.random.default_rng(0).permutation(np.array(ids, dtype=np.int64))[:CANDIDATES]
    return queries.vectors_of(space, drawn.tolist())


def _agreement(
    model: Encoder,
    bundle: Bundle,
    works: Sequence[int],
    made: NDArray[np.float32],
    candidates: NDArray[np.int64],
    rows: NDArray[np.float32],
) -> float:
    known = [model.place[pk] for pk in works]
    ours = visrank.score(rows, made, top=bundle.top).values
    theirs = model.trained.model.score(known, [model.place[int(pk)] for pk in candidates])
    places = min(PLACES, len(candidates) // 4 + 1)  # of few works, chance finds most
    first = np.argsort(-ours, kind="stable")[:places]
    least = np.sort(theirs)[::-1][: len(first)][-1]
    return float(np.mean(theirs[first] >= least - TIE * theirs.std()))


def _recall(space: Space, asked: NDArray[np.float32]) -> float:
    if space.index == "exact":
        return 1.0
    half = asked.astype(np.float16)
    rows = Vector.objects.filter(space=space).count()
    way, _ = routing.index_route(space, limit=PLACES, matches=rows, excluded=0)
    truth = queries.search(space, routing.EXACT, half, limit=PLACES, filters=Filters())
    found = queries.search(space, way, half, limit=PLACES, filters=Filters())
    hits = [
        len({hit.artwork_id for hit in got} & {hit.artwork_id for hit in true}) / len(true)
        for got, true in zip(found, truth, strict=True)
        if true
    ]
    return float(np.mean(hits)) if hits else 1.0
