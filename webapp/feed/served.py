"""What ranks: a space, and the head of the model it belongs to.

The space is asked for in every request, so that a switch is seen by the very next one; a request
that has begun keeps the `Served` it got. Heads are read once per process.
"""

from __future__ import annotations

import logging
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass
from threading import Lock
from time import monotonic
from typing import Final

from django.db.models import Q, QuerySet

from artrec.errors import BundleError
from artrec.serving.bundle import Bundle
from webapp.feed.models import Serving
from webapp.vectors.models import Space

log = logging.getLogger(__name__)

KEPT: Final = 6
"""Heads a process keeps: the one that serves, the former, those of an experiment, and some."""
DAMAGED_SECONDS: Final = 60.0
"""How long a damaged head is not tried again."""

_heads: OrderedDict[tuple[int, int], Bundle] = OrderedDict()
"""By space and number of its head."""
_damaged: dict[int, float] = {}
_lock = Lock()


@dataclass(frozen=True, slots=True)
class Served:
    """A way to rank. Holds for one request."""

    space: Space
    bundle: Bundle | None = None
    """None for VisRank over a look space."""
    look: Space | None = None
    """The live look space: by it works are alike, and it ranks where the model cannot."""

    @property
    def name(self) -> str:
        """What people call it."""
        return str(self.space) if self.bundle else "VisRank"

    @property
    def asks_by_work(self) -> bool:
        """Whether every work of a profile is a query of its own."""
        return self.bundle is None or self.bundle.head == "rows"


def serving() -> Served | None:
    """Return what serves now: the live model, or VisRank over the look; None before any space.

    One small query, and one more when a process meets a model for the first time.
    """
    live = _spaces().filter(state=Space.State.LIVE, purpose__in=("look", "taste"))
    return _of({space.purpose: space for space in live})


def served_by(space_pk: int | None) -> Served | None:
    """Return what ranks by a given space; None, like any look space, stands for VisRank over the
    live one.

    Where the space is gone or its head is damaged, VisRank ranks.
    """
    look = _spaces().filter(state=Space.State.LIVE, purpose="look")
    wanted = look if space_pk is None else look | _spaces().filter(~Q(purpose="look"), pk=space_pk)
    found: Iterable[Space] = wanted
    return _of({("look" if space.purpose == "look" else "taste"): space for space in found})


def live(*purposes: str) -> Served | None:
    """Return what serves the first of these purposes that a model serves; None where none does.

    One query, and one more when a process meets a model for the first time.
    """
    spaces = _spaces().filter(state=Space.State.LIVE, purpose__in=purposes)
    found = {space.purpose: space for space in spaces}
    for purpose in purposes:
        space = found.get(purpose)
        if space is not None and (bundle := _head(space)):
            return Served(space, bundle)
    return None


def knobs() -> Serving:
    """Return how a ranking becomes a page, as the curators set it. One query."""
    return Serving.objects.order_by("pk").first() or Serving()


def forget() -> None:
    """Drop all heads of this process; they are read again when next asked for."""
    with _lock:
        _heads.clear()
        _damaged.clear()


def _spaces() -> QuerySet[Space]:
    return Space.objects.defer("transform", "head")


def _of(spaces: dict[str, Space]) -> Served | None:
    look, taste = spaces.get("look"), spaces.get("taste")
    if taste is not None and (bundle := _head(taste)):
        return Served(taste, bundle, look)
    return Served(look, None, look) if look else None


def _head(space: Space) -> Bundle | None:
    """Return the head of a space; None, with a word in the log, where it cannot be used."""
    key = (space.pk, space.head_number)
    with _lock:
        if bundle := _heads.get(key):
            _heads.move_to_end(key)
            return bundle
        if monotonic() < _damaged.get(space.pk, 0.0):
            return None
    try:
        data = Space.objects.values_list("head", flat=True).get(pk=space.pk)
        bundle = Bundle.from_bytes(bytes(data or b""))
        if (bundle.dim, bundle.scored) != (space.dim, space.scored):
            raise BundleError(f"The bundle has {bundle.dim} columns, its space {space.dim}.")
    except (BundleError, Space.DoesNotExist) as error:
        log.error("the model of %s cannot serve, VisRank does: %s", space, error)
        with _lock:
            _damaged[space.pk] = monotonic() + DAMAGED_SECONDS
        return None
    with _lock:
        _heads[key] = bundle
        while len(_heads) > KEPT:
            _heads.popitem(last=False)
    return bundle
