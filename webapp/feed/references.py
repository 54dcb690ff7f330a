"""Which kinds of things works can be compared with, by the address of a page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from webapp.feed import lenses, meaning, picture_finding
from webapp.feed.likeness import Reference
from webapp.feed.wish import Wish

RESOLVERS: Final[tuple[Callable[[str, str], Reference | None], ...]] = (
    lenses.reference,
    picture_finding.reference,
    meaning.reference,
)
"""Each is given `like` and `lens` of the address; the first that knows them answers."""


def reference_of(wish: Wish) -> Reference | None:
    """Return what `wish` compares with; None where it compares with nothing, or with something that
    is not there any more."""
    if not wish.like:
        return None
    found = (resolve(wish.like, wish.lens) for resolve in RESOLVERS)
    return next((reference for reference in found if reference is not None), None)
