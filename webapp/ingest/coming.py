"""What is still to come of a batch. Whoever else brings files into batches says so here.

Ingest knows the files that have come in. Later apps, which it does not know, bring them piece by
piece; each hands in one function that tells what it has not brought yet.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.utils import timezone

REST: Final = timedelta(minutes=5)
"""How long nothing must have arrived of what somebody sends for nobody to be at it."""


@dataclass(frozen=True, slots=True)
class Coming:
    """Files of a batch of which some have not come in: those of an archive, or of a person."""

    batch: int
    files: int | None
    """How many they are together; None while nobody knows."""
    arrived: int
    """How many of them have come in."""
    archive: str = ""
    """The archive out of which they come by themselves; "" if somebody sends them."""
    touched: datetime | None = None
    """When the last of what somebody sends arrived; None if they come by themselves."""

    @property
    def missing(self) -> int:
        """How many of them have not come in, as far as anybody knows."""
        return max(0, (self.files or 0) - self.arrived)

    @property
    def rests(self) -> bool:
        """Whether nobody seems to be sending at present."""
        return self.rested(REST)

    def rested(self, time: timedelta) -> bool:
        """Tell whether somebody who sends them has sent nothing for so long."""
        return self.touched is not None and self.touched < timezone.now() - time


Teller = Callable[[int | None], Iterable[Coming]]
"""Tells what is to come of the batch of this number, or of every batch if it is None."""

_tellers: list[Teller] = []


def ask_too(teller: Teller) -> None:
    """Ask this one as well from now on."""
    _tellers.append(teller)


def of(batch: int) -> list[Coming]:
    """Return what is still to come of a batch; nothing once all of it is here."""
    return [each for tell in _tellers for each in tell(batch)]


def of_all() -> list[Coming]:
    """Return what is still to come of any batch."""
    return [each for tell in _tellers for each in tell(None)]
