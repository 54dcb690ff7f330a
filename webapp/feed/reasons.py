"""Which works of a profile speak for a recommendation."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from webapp.feed.looks import Looks
from webapp.feed.profile import Profile
from webapp.feed.served import Served

TOP: Final = 3
"""Reasons given per work."""


def reasons(
    profile: Profile, served: Served | None, looks: Looks, ids: Sequence[int]
) -> dict[int, tuple[int, ...]]:
    """Return the works of the profile that speak for each of `ids`, the strongest first."""
    chosen = [work.artwork_id for work in profile.works if work.artwork_id in looks.place]
    if not chosen or not ids:
        return {}
    order = np.argsort(-looks.cosines(ids, chosen), axis=1, kind="stable")[:, :TOP]
    return {
        pk: tuple(chosen[column] for column in columns)
        for pk, columns in zip(ids, order.tolist(), strict=True)
        if pk in looks.place
    }
