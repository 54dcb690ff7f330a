"""The models whose view can be shown: VisRank over the live look, and versions with a space."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from webapp.feed.served import Served, served_by
from webapp.lab.catalogue import TASTE
from webapp.lab.models import Version
from webapp.vectors.models import Space
from webapp.vectors.queries import live_space

VISRANK: Final = "visrank"
"""What stands in addresses for VisRank; of a version stands its number."""
FILLED: Final = (Space.State.LIVE, Space.State.READY, Space.State.RETIRED)
"""States of spaces whose vectors are all there."""


@dataclass(frozen=True, slots=True)
class Sight:
    """A model that can be asked for its view."""

    key: str
    name: str
    space: Space
    serves: bool

    @property
    def served(self) -> Served | None:
        """How it ranks; None where its head is damaged. One query or two."""
        found = served_by(None if self.key == VISRANK else self.space.pk)
        return found if found is not None and found.space.pk == self.space.pk else None


def sights() -> list[Sight]:
    """All of them: what serves For you first, then the newest, VisRank last. Two queries."""
    versions = (
        Version.objects.filter(space__purpose=TASTE, space__state__in=FILLED)
        .select_related("run", "space")
        .defer("report", "samples", "run__log", "space__transform", "space__head")
        .order_by("-pk")
    )
    found = [
        Sight(str(each.pk), str(each), each.space, each.space.state == Space.State.LIVE)
        for each in versions
        if each.space is not None
    ]
    look = live_space()
    if look is not None:
        found.append(Sight(VISRANK, "VisRank", look, not any(each.serves for each in found)))
    return sorted(found, key=lambda each: not each.serves)


def chosen(found: list[Sight], key: str) -> Sight | None:
    """The one of that key, else the first; None where there is none."""
    return next((each for each in found if each.key == key), found[0] if found else None)
