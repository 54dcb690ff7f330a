"""The ranking of somebody who took a quiz, where looks alone rank.

VisRank finds what looks like single works, and knows neither what the choice of them has in common
nor what many love. The quiz does (`artrec.online.quiz_ranking`), so the two are mixed, the quiz
counting less with every like. Models that learnt from everybody's choices know both and rank alone.

The app of the quiz, which the feed does not know, says what it makes of a profile: `read_guesses`.

Letters used in shapes: S stored columns, C candidates, P works of the profile.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from artrec.online.quiz_ranking import Guess, credibility
from webapp.feed import candidates
from webapp.feed.candidates import Candidates
from webapp.feed.models import Event
from webapp.feed.profile import COUNTS, Chosen, Profile
from webapp.feed.reasons import LEAST, TOP, Reasons, background
from webapp.feed.served import Served
from webapp.feed.showable import RECOMMENDABLE
from webapp.feed.weighing import each_as_query, queries_of
from webapp.vectors import queries as vectors
from webapp.vectors.models import Space

Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]
Rows = Mapping[int, Floats]
"""(S,) vectors by artwork id."""

_readers: Final[list[Callable[[Profile, Space], Guess | None]]] = []


def read_guesses(reader: Callable[[Profile, Space], Guess | None]) -> None:
    """Let `reader` tell what a quiz makes of a profile in a look space; None where it tells
    nothing."""
    _readers[:] = [reader]


def guess_of(profile: Profile, served: Served) -> Guess | None:
    """Return what a quiz makes of a profile; None where none was taken or a model ranks. Two
    queries at most."""
    if served.bundle is not None or not any(w.kind == Event.Kind.CHOICE for w in profile.works):
        return None
    return next((guess for reader in _readers if (guess := reader(profile, served.space))), None)


def find(
    profile: Profile, look: Space, guess: Guess, *, limit: int, exclude: Collection[int]
) -> Candidates:
    """Return the best `limit` works by both rankings together.

    They are the best of what either ranks best, and of the works that were asked about, of which
    some may be gone meanwhile, so ask `showable`. Four queries.
    """
    learnt = candidates.find(
        profile, look, None, limit=limit, filters=RECOMMENDABLE, exclude=exclude
    )
    near = vectors.nearest(
        look,
        guess.direction / max(float(np.abs(guess.direction).max()), 1e-9),
        limit=limit,
        filters=RECOMMENDABLE,
        exclude=exclude,
    )
    found = {*learnt.ids.tolist(), *(hit.artwork_id for hit in near), *guess.before}
    found -= set(exclude)
    rows = rows_of(look, [*found, *(work.artwork_id for work in profile.works)])
    ids = np.array(sorted(found & rows.keys()), dtype=np.int64)
    if not len(ids):
        return candidates.NONE
    scores = standing(profile, look, guess, ids.tolist(), rows).astype(np.float32)
    order = np.lexsort((ids, -scores))[:limit]
    return Candidates(ids[order], scores[order])


def rows_of(look: Space, ids: Collection[int]) -> Rows:
    """Return the vectors of these works, of those that have one. One query."""
    found, rows = vectors.vectors_of(look, set(ids))
    return dict(zip(found.tolist(), rows, strict=True))


def standing(
    profile: Profile, look: Space, guess: Guess, ids: Sequence[int], rows: Rows
) -> Doubles:
    """(C,) how far works stand above the others by both rankings, in deviations.

    Args:
        profile: Whose.
        look: The space.
        guess: What the quiz makes of the profile.
        ids: Of the candidates.
        rows: Theirs and those of the profile.
    """
    items = np.array([rows[pk] for pk in ids])
    known = [work for work in profile.works if work.artwork_id in rows]
    share = share_of(profile)
    by_quiz = (1 - share) * guess.standing(ids, items)
    if not known:
        return by_quiz
    queries = queries_of(
        None,
        np.array([rows[work.artwork_id] for work in known]),
        np.array([work.weight for work in known]),
        items[:0],
    )
    others = (background(look) @ queries.T).max(axis=1)
    by_look = ((items @ queries.T).max(axis=1) - others.mean()) / max(float(others.std()), 1e-9)
    return np.asarray(by_quiz + share * by_look)


def share_of(profile: Profile) -> float:
    """Return how much of a place VisRank decides."""
    return credibility(sum(COUNTS[Event.Kind(work.kind)] for work in profile.works))


def reasons(profile: Profile, look: Space, guess: Guess, ids: Sequence[int]) -> Reasons:
    """Return the works of the profile without which each of `ids` would stand lower, the strongest
    first.

    By what its answer adds in the quiz's ranking, all other answers read as they are, and by how
    much less it looks like any work of the profile without that one. One query.
    """
    rows = rows_of(look, [*ids, *(work.artwork_id for work in profile.works)])
    known = [work for work in profile.works if work.artwork_id in rows]
    there = [pk for pk in ids if pk in rows]
    if not known or not there:
        return {}
    items = np.array([rows[pk] for pk in there])
    chosen = [work.artwork_id for work in known]
    none = np.zeros(look.dim)
    parts = np.array([guess.parts.get(pk, none) for pk in chosen])  # (P, S)
    share = share_of(profile)
    drops = (1 - share) * (items @ parts.T) + share * _less_alike(known, look, items, rows)
    order = np.argsort(-drops, axis=1, kind="stable")[:, :TOP]
    return {
        pk: tuple(chosen[column] for column in columns if drop[column] > LEAST)
        for pk, columns, drop in zip(there, order.tolist(), drops, strict=True)
    }


def _less_alike(known: Sequence[Chosen], look: Space, items: Floats, rows: Rows) -> Doubles:
    """(C, P) by how many deviations each of the items looks less like a profile without each of
    its works: only what it looks most like is missed."""
    kept, factors = each_as_query(np.array([work.weight for work in known]))
    queries = np.array([rows[known[row].artwork_id] for row in kept]) * factors[:, None]
    alike, others = items @ queries.T, (background(look) @ queries.T).max(axis=1)
    # Without the only work nothing is left but what all are.
    ranked = np.sort(np.column_stack((alike, np.full(len(items), others.mean()))), axis=1)
    drops = np.zeros((len(items), len(known)))
    most = kept[alike.argmax(axis=1)]
    drops[np.arange(len(items)), most] = (ranked[:, -1] - ranked[:, -2]) / max(others.std(), 1e-9)
    return drops
