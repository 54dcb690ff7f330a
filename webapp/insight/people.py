"""Whose view is shown: sample visitors by number, or an imaginary one who likes chosen works."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from django.db.models import Count

from webapp.feed import hooks
from webapp.feed.keeping import kept
from webapp.feed.models import Visitor
from webapp.feed.profile import CAP, Profile, of_works, profile_of
from webapp.lab.queries import choices

SAMPLE: Final = 12
"""Visitors offered: from those with the fewest choices to those with the most."""
LEAST: Final = 2
"""Choices of a visitor who is offered."""
_SECONDS: Final = 600
"""How long the sample is kept; counting everybody's choices takes a while in a large gallery."""
_KEY: Final = "insight-sample"


@dataclass(frozen=True, slots=True)
class Sample:
    """A visitor without a name."""

    number: int
    choices: int


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody whose view is asked for."""

    profile: Profile
    visitor: Visitor | None
    """None for an imaginary one."""

    @property
    def query(self) -> str:
        """Names them in addresses."""
        if self.visitor is not None:
            return f"visitor={self.visitor.pk}"
        return "works=" + ",".join(str(each.artwork_id) for each in self.profile.works)


def sample() -> Sequence[Sample]:
    """Visitors evenly spread over all by how much they chose, fewest first.

    One query while the sample is young.
    """
    found = kept(_KEY, _SECONDS, _drawn)
    there = known(each.number for each in found)
    return [each for each in found if each.number in there]


def known(numbers: Iterable[int]) -> set[int]:
    """Those of these visitors who are still there and of whom something may be known. One query."""
    found = hooks.visitors().filter(pk__in=list(numbers))
    return {visitor.pk for visitor in found if not hooks.wanted(visitor).impersonal}


def person(number: str, works: Sequence[int]) -> Person | None:
    """The visitor of that number, or an imaginary one who likes `works`; None for neither.

    Of a visitor who wants no personal recommendations nothing is known here either.
    """
    if works:
        return Person(of_works(works), None)
    if not (number.isascii() and number.isdecimal() and len(number) < 19):
        return None
    visitor = hooks.visitors().filter(pk=int(number)).first()
    return Person(profile_of(visitor), visitor) if visitor else None


def works_of(text: str) -> list[int]:
    """Read "3,1,4", each work once; what is no number is passed over."""
    numbers = (part for part in text.split(",") if part.isascii() and part.isdecimal())
    return list(dict.fromkeys(int(part) for part in numbers if len(part) < 19))[:CAP]


def _drawn() -> list[Sample]:
    counted = (
        choices()
        .values("visitor")
        .annotate(works=Count("artwork", distinct=True))
        .filter(works__gte=LEAST)
        .order_by("works", "visitor")
        .values_list("visitor", "works")
    )
    everybody = [Sample(*row) for row in counted]
    if len(everybody) <= SAMPLE:
        return everybody
    step = (len(everybody) - 1) / (SAMPLE - 1)
    return [everybody[round(place * step)] for place in range(SAMPLE)]
