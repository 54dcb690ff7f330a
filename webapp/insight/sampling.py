"""The triplets that a worker drew for a visitor, in words and pictures.

The guidelines are those of Messina et al., "CuratorNet" (2020), and of its 2021 tutorial; see
`artrec.sampling`, which draws.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from webapp.catalog.models import Artwork
from webapp.catalog.queries import cards

PROFILE: Final = 5
"""Works shown of a profile: the newest."""
MODES: Final = {
    "paper": "The six guidelines as published; any negative the text allows is equally likely.",
    "reference": "As the authors’ code does it: negatives by visual cluster, and hard ones.",
    "icdm": "The hybrid of the 2021 tutorial: looks and artist together decide what is preferred.",
    "random": "Without guidelines: what was chosen is preferred to any work that was not.",
}
GUIDELINES: Final = {
    1: (
        "Missing from a basket",
        "One work of a purchase is hidden; given the rest, it is preferred to a disliked one.",
    ),
    2: (
        "The next basket",
        "Given all choices before, a work of the next purchase is preferred to a disliked one.",
    ),
    3: (
        "Favourite artists",
        "A new work of a chosen look by a chosen artist is preferred to a disliked one.",
    ),
    4: ("Works of the profile", "A work that was chosen is preferred to one that never was."),
    5: ("One work alone", "Somebody who likes one work only prefers it to any other."),
    6: (
        "One work, same artist",
        "Somebody who likes one work prefers another by its artist to one by somebody else.",
    ),
    7: (
        "Hybrid, whole profile",
        "Of two works not chosen, the one nearer to the profile by look and artist is preferred.",
    ),
    8: (
        "Hybrid, one work",
        "Of two works, the one nearer to a single liked work by look and artist is preferred.",
    ),
}
"""Number: name and sentence. "Disliked" is of a look and by an artist that nothing chosen has."""


@dataclass(frozen=True, slots=True)
class Triplet:
    """What is learned from: given the profile, the positive shall rank above the negative."""

    profile: Sequence[Artwork]
    """The newest first."""
    more: int
    """Works of the profile that are not shown."""
    positive: Artwork
    negative: Artwork
    inside: bool
    """Whether the positive is in the profile already."""


@dataclass(frozen=True, slots=True)
class Guideline:
    """One guideline, what it drew for the visitor, and how often it cannot be satisfied."""

    number: int
    name: str
    about: str
    need: str
    triplets: Sequence[Triplet]
    asked: int
    turned_down: int
    everybody: Mapping[str, Any]
    """See `artrec.sampling.StrategyReport`."""

    @property
    def short(self) -> float:
        """Share of the triplets asked for everybody that could not be drawn."""
        asked: int = self.everybody["asked"]
        return 1 - self.everybody["drawn"] / asked if asked else 0.0

    @property
    def served(self) -> float:
        """Share of visitors, or works, that it can serve."""
        return float(self.everybody["served"] / max(self.everybody["sources"], 1))

    @property
    def tries(self) -> float:
        """Proposals turned down for each triplet drawn for everybody."""
        return float(self.everybody["turned_down"] / max(self.everybody["drawn"], 1))


def guidelines(result: Mapping[str, Any]) -> list[Guideline]:
    """Tell what a worker drew. One query."""
    works = cards().in_bulk(_ids(result))
    return [
        Guideline(
            number=each["strategy"],
            name=GUIDELINES[each["strategy"]][0],
            about=GUIDELINES[each["strategy"]][1],
            need=each["need"],
            triplets=[found for one in each["triplets"] if (found := _triplet(one, works))],
            asked=each["asked"],
            turned_down=each["turned_down"],
            everybody=each["everybody"],
        )
        for each in result["strategies"]
    ]


def _ids(result: Mapping[str, Any]) -> set[int]:
    drawn = [one for each in result["strategies"] for one in each["triplets"]]
    return {pk for one in drawn for pk in (*one["profile"], one["positive"], one["negative"])}


def _triplet(one: Mapping[str, Any], works: Mapping[int, Artwork]) -> Triplet | None:
    """None where one of the two works left the gallery since."""
    if one["positive"] not in works or one["negative"] not in works:
        return None
    shown = [works[pk] for pk in reversed(one["profile"][-PROFILE:]) if pk in works]
    return Triplet(
        profile=shown,
        more=one["size"] - len(shown),
        positive=works[one["positive"]],
        negative=works[one["negative"]],
        inside=one["positive"] in one["profile"],
    )
