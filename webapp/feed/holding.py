"""Whether a reason holds when its work is really taken away.

`webapp.feed.reasons` leaves each work out with the weights of all others as they are, which is
quick enough for a page of works. But the next of the newest then counts double, and the rest by
another largest weight: so a panel, which cites few works, ranks again with the profile as it would
be.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from artrec.errors import ArtrecError
from artrec.online.quiz_ranking import Guess
from webapp.feed import blending
from webapp.feed.looks import Floats
from webapp.feed.profile import Profile
from webapp.feed.reasons import LEAST, background
from webapp.feed.served import Served
from webapp.feed.weighing import queries_of
from webapp.vectors import queries as vectors


def lowered(
    profile: Profile, others: Sequence[Profile], served: Served, artwork_id: int
) -> list[bool]:
    """Return for each of `others` whether a work stands lower by it than by `profile`.

    Standing is the score less the mean of the background, in deviations; see
    `artrec.serving.evidence`. A profile that nothing can be ranked by lowers all. One query, one
    more for each profile of somebody who took a quiz, and two when a process first meets the space.
    """
    every = {pk for each in (profile, *others) for pk in (*_ids(each), *each.hidden)}
    ids, rows = vectors.vectors_of(served.space, [*every, artwork_id])
    known = dict(zip(ids.tolist(), rows, strict=True))
    if artwork_id not in known or not others:
        return [False] * len(others)
    if (guess := blending.guess_of(profile, served)) is not None:
        before = _blended(profile, guess, served, known, artwork_id)
        without = [(other, blending.guess_of(other, served)) for other in others]
        return [
            each is None or before - _blended(other, each, served, known, artwork_id) > LEAST
            for other, each in without
        ]
    items = np.concatenate((known[artwork_id][None], background(served.space)))
    before = _standing(profile, served, known, items)
    return [before - _standing(other, served, known, items) > LEAST for other in others]


def _blended(
    profile: Profile, guess: Guess, served: Served, known: dict[int, Floats], artwork_id: int
) -> float:
    return float(blending.standing(profile, served.space, guess, [artwork_id], known)[0])


def _standing(profile: Profile, served: Served, known: dict[int, Floats], items: Floats) -> float:
    """Of the first of the items (1 + N, S) among the others."""
    weights = {work.artwork_id: work.weight for work in profile.works if work.artwork_id in known}
    nobody = served.bundle is not None and served.bundle.empty_profile
    if not weights and not nobody:
        return 0.0
    none = np.zeros((0, items.shape[1]), dtype=np.float32)
    try:
        queries = queries_of(
            served.bundle,
            np.array([known[pk] for pk in weights]) if weights else none,
            np.array(list(weights.values())),
            np.array([known[pk] for pk in reversed(profile.hidden) if pk in known] or none),
        )
    except ArtrecError:  # the head makes nothing of what is left
        return 0.0
    top = min(served.bundle.top if served.bundle else 1, len(queries))
    scores = -np.sort(-(items @ queries.T), axis=1)[:, :top].mean(axis=1)
    spread = float(scores[1:].std())
    return float(scores[0] - scores[1:].mean()) / spread if spread > 0 else 0.0


def _ids(profile: Profile) -> list[int]:
    return [work.artwork_id for work in profile.works]
