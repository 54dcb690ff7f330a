"""Which regions of two pictures correspond: asked for by visitors, computed by a worker, kept.

Anybody may see what is there. Asking costs a worker seconds, so who asks must have done something
here before, has at most `OPEN` pairs waiting, and nobody gets in line behind `QUEUE` others.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from webapp.catalog.models import Artwork
from webapp.feed.models import Correspondence, Visitor
from webapp.jobs import Job, enqueue
from webapp.vectors import queries as vectors

OPEN: Final = 4
"""Pairs a visitor may have waiting."""
QUEUE: Final = 100
"""Pairs that may wait in all: some minutes of one worker."""
KEEP: Final = timedelta(days=90)
MOST: Final = 20_000
"""Pairs that are kept, the newest: each is some ten kilobytes."""

THIRDS: Final = (
    (gettext_noop("upper left"), gettext_noop("top"), gettext_noop("upper right")),
    (gettext_noop("left"), gettext_noop("centre"), gettext_noop("right")),
    (gettext_noop("lower left"), gettext_noop("bottom"), gettext_noop("lower right")),
)
STRENGTHS: Final = (
    (0.75, gettext_noop("very alike")),
    (0.5, gettext_noop("alike")),
    (0.0, gettext_noop("a little alike")),
)
"""From which cosine on two places are called so."""


class RefusedError(Exception):
    """A pair cannot be asked for now; the message says why, for the visitor."""


@dataclass(frozen=True, slots=True)
class Point:
    """A place of one picture, with the number of its counterpart."""

    number: int
    left: str
    top: str
    """Per cent of the picture, as CSS has them."""
    region: str
    """The place in words: "upper left"."""


@dataclass(frozen=True, slots=True)
class Side:
    """One of two pictures with what in it corresponds to the other."""

    artwork: Artwork
    mask: bytes
    """A PNG; see `Correspondence`."""
    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """A pair of places in words."""

    number: int
    here: str
    there: str
    strength: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two pictures side by side."""

    left: Side
    right: Side
    lines: tuple[Line, ...]


def find(one: Artwork, other: Artwork) -> Correspondence | None:
    """Return the pair of two works with their `image`, by the live space; None if nobody asked.
    Two queries."""
    first, second = sorted((one, other), key=lambda work: work.pk)
    space = vectors.live_space()
    if space is None:
        return None
    return Correspondence.objects.filter(
        first=first, second=second, extractor=space.extractor, keys=keys_of(first, second)
    ).first()


def keys_of(first: Artwork, second: Artwork) -> str:
    """Return what names the two images; another picture has another key."""
    return f"{first.image.key}/{second.image.key}"


@transaction.atomic
def ask(*, visitor: Visitor, one: Artwork, other: Artwork) -> Correspondence:
    """Ask a worker to compare two works; what is done or waits already costs nothing.

    Raises:
        RefusedError: If there is nothing to compare by, or too much waits.
    """
    first, second = sorted((one, other), key=lambda work: work.pk)
    space = vectors.live_space()
    if space is None:
        raise RefusedError(_("The gallery has not looked at its pictures yet."))
    # Of two requests at once the second waits here, and counts what the first has asked for.
    Visitor.objects.select_for_update().filter(pk=visitor.pk).first()
    known = find(first, second)
    if known and known.state != Correspondence.State.FAILED:
        return known
    waiting = Correspondence.objects.filter(state=Correspondence.State.QUEUED)
    if waiting.filter(asked_by=visitor).count() >= OPEN:
        raise RefusedError(_("Your other comparisons are still being made. Ask again in a moment."))
    if waiting.count() >= QUEUE:
        raise RefusedError(
            _("Many comparisons are being made just now. Ask again in a few minutes.")
        )
    row, _created = Correspondence.objects.update_or_create(
        first=first,
        second=second,
        extractor=space.extractor,
        defaults={
            "keys": keys_of(first, second),
            "state": Correspondence.State.QUEUED,
            "pairs": [],
            "first_mask": None,
            "second_mask": None,
            "reason": "",
            "asked": timezone.now(),
            "asked_by": visitor,
            "finished": None,
            "claimed_until": None,
            "attempts": 0,
        },
    )
    enqueue(Job.EXPLAIN)
    return row


def comparison(row: Correspondence, one: Artwork, other: Artwork) -> Comparison:
    """Return what a done row says of two works, `one` on the left."""
    names = ("first", "second") if one.pk < other.pk else ("second", "first")
    left, right = (
        Side(work, bytes(getattr(row, f"{name}_mask")), _points(row.pairs, name))
        for work, name in zip((one, other), names, strict=True)
    )
    lines = tuple(
        Line(here.number, here.region, there.region, _strength(pair["cosine"]))
        for here, there, pair in zip(left.points, right.points, row.pairs, strict=True)
    )
    return Comparison(left, right, lines)


def tidy() -> int:
    """Delete what was asked for long ago or exceeds `MOST`. Returns how many rows."""
    done = Correspondence.objects.exclude(state=Correspondence.State.QUEUED)
    newest = done.order_by("-asked").values_list("asked", flat=True)[MOST : MOST + 1]
    old = Q(asked__lt=timezone.now() - KEEP)
    for limit in newest:
        old |= Q(asked__lte=limit)
    return done.filter(old).delete()[0]


def _points(pairs: Sequence[dict[str, list[float]]], name: str) -> tuple[Point, ...]:
    return tuple(
        Point(number, f"{100 * x:.1f}%", f"{100 * y:.1f}%", _region(x, y))
        for number, (x, y) in enumerate((pair[name] for pair in pairs), start=1)
    )


def _region(x: float, y: float) -> str:
    return _(THIRDS[min(2, int(3 * y))][min(2, int(3 * x))])


def _strength(cosine: float) -> str:
    return _(next((word for least, word in STRENGTHS if cosine >= least), STRENGTHS[-1][1]))
