"""Which works of a profile speak for a recommendation: those without which it would score less.

What that means is told in `artrec.serving.evidence`. Here it is asked of the query that really
ranked: of works that count differently, some of them against.

Letters used in shapes: P works of a profile, C candidates, N works of the background.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Sequence
from functools import lru_cache
from typing import Any, Final

import numpy as np

from artrec.errors import ArtrecError
from artrec.serving.bundle import Bundle
from artrec.serving.evidence import evidence
from webapp.feed.looks import Floats, Looks
from webapp.feed.profile import Profile
from webapp.feed.served import Served
from webapp.feed.weighing import each_as_query, one_query, without_each
from webapp.vectors import queries as vectors
from webapp.vectors.models import Space, Vector

log = logging.getLogger(__name__)

TOP: Final = 3
"""Reasons given per work."""
BACKGROUND: Final = 256
"""Works drawn from a space, once per process, against which standing is measured."""
KEPT: Final = 6
"""Spaces whose background a process keeps."""

LEAST: Final = 1e-3
"""Deviations that a work must fall by; less changes no place."""

Reasons = dict[int, tuple[int, ...]]


def reasons(
    profile: Profile,
    served: Served,
    looks: Looks,
    ids: Sequence[int],
    *,
    not_ranked: Collection[int] = (),
) -> Reasons:
    """Return the works of the profile that speak for each of `ids`, the strongest first.

    Where the model ranked, by what each work would lose without them; a work that owes nothing to
    any of them has none. For VisRank, and for works `not_ranked` by the model, by likeness.
    One query with a model, and two more when a process first meets its space.
    """
    by_look = _by_likeness(profile, looks, ids)
    if served.bundle is None:
        return by_look
    ranked = [pk for pk in ids if pk not in not_ranked]
    try:
        return by_look | _by_model(profile, served.space, served.bundle, ranked)
    except (ArtrecError, ArithmeticError, ValueError, Space.DoesNotExist):
        log.exception("no reasons from %s for visitor %s", served.space, profile.visitor_id)
        return by_look


def _by_likeness(profile: Profile, looks: Looks, ids: Sequence[int]) -> Reasons:
    """By VisRank's own terms: the cosines that compete for the maximum."""
    known = [work for work in profile.works if work.artwork_id in looks.place]
    ids = [pk for pk in ids if pk in looks.place]
    if not known or not ids:
        return {}
    kept, factors = each_as_query(np.array([work.weight for work in known]))
    chosen = [known[row].artwork_id for row in kept]
    order = np.argsort(-looks.cosines(ids, chosen) * factors, axis=1, kind="stable")[:, :TOP]
    return {
        pk: tuple(chosen[column] for column in columns)
        for pk, columns in zip(ids, order.tolist(), strict=True)
    }


def _by_model(profile: Profile, space: Space, bundle: Bundle, ids: Sequence[int]) -> Reasons:
    weights = {work.artwork_id: work.weight for work in profile.works}
    found, rows = vectors.vectors_of(space, [*weights, *profile.hidden, *ids])
    place = {int(pk): row for row, pk in enumerate(found)}
    chosen = [pk for pk in weights if pk in place]
    ranked = [pk for pk in ids if pk in place]
    counted = np.array([weights[pk] for pk in chosen])
    known, items = rows[[place[pk] for pk in chosen]], rows[[place[pk] for pk in ranked]]
    if bundle.head == "rows":
        kept, factors = each_as_query(counted)
        known = known[kept] * factors[:, None]
        chosen = [chosen[row] for row in kept]
        cited = evidence(bundle, known, items, top=TOP, background=background(space))
        best = [[reason.row for reason in each] for each in cited]
    else:
        hidden = rows[[place[pk] for pk in reversed(profile.hidden) if pk in place]]
        all_of_it = one_query(bundle, known, counted, hidden)
        queries = np.concatenate((all_of_it, without_each(bundle, known, counted, hidden)))
        alone = len(known) == 1 and not bundle.empty_profile
        best = _best(items @ queries.T, background(space) @ queries.T, alone=alone)
    return {pk: tuple(chosen[row] for row in rows) for pk, rows in zip(ranked, best, strict=True)}


def _best(scores: Floats, others: Floats, *, alone: bool) -> list[list[int]]:
    """Works of the profile without which each candidate's standing falls most, as `evidence` cites.

    Args:
        scores: (C, 1 + P) of the candidates under the whole query, and without each work.
        others: (N, 1 + P) of the background.
        alone: Whether nothing scores without the only work.
    """
    spread = np.maximum(others.std(axis=0), 1e-6 * np.abs(others).max(axis=0) + 1e-30)
    standing = (scores - others.mean(axis=0)) / spread
    standing[:, others.std(axis=0) < spread] = 0  # where all score alike
    drops = standing[:, :1] - standing[:, 1:]
    if not alone:
        drops[scores[:, 1:] >= scores[:, :1]] = 0
    order = np.argsort(-drops, axis=1, kind="stable")[:, :TOP]
    return [
        [int(row) for row in best if drop[row] > LEAST]
        for best, drop in zip(order, drops, strict=True)
    ]


def background(space: Space) -> Floats:
    """(N, S) rows of works drawn from a space, which stand for all of it."""
    rows: Floats = _background(space.pk, space.head_number)
    return rows


@lru_cache(maxsize=KEPT)
def _background(space_pk: int, _head_number: int) -> Any:
    space = Space.objects.only("dim", "scored").get(pk=space_pk)
    drawn = Vector.objects.filter(space=space).order_by("?").values_list("artwork_id", flat=True)
    return vectors.vectors_of(space, drawn[:BACKGROUND])[1]
