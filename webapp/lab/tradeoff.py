"""What diversity costs: asked for by a curator, measured by a worker, drawn on the Serving page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from webapp.jobs import Job, enqueue
from webapp.lab.models import Tradeoff

WIDTH: Final = 480
HEIGHT: Final = 260
LEFT, RIGHT, TOP, BOTTOM = 56, 24, 44, 48
NEAR: Final = 30
"""Closer than so many units two labels beside each other could not be read."""


@dataclass(frozen=True, slots=True)
class Dot:
    """One λ in the drawing, in its units."""

    x: float
    y: float
    upper: float
    lower: float
    """Ends of the interval."""
    label_y: float
    diversity: float
    hit_rate: float
    difference: float
    current: bool
    """Whether it is the λ nearest to the one that serves."""


@dataclass(frozen=True, slots=True)
class Drawing:
    """Accuracy against intra-list diversity."""

    path: str
    dots: tuple[Dot, ...]
    low: float
    high: float
    """Hit rates at the lower and the upper edge."""


def waiting() -> Q:
    """Rows that were asked for since they were last measured."""
    stale = Q(measured=None) | Q(measured__lt=F("requested"))
    return Q(requested__isnull=False) & stale


def current() -> Tradeoff | None:
    """Return the row, or None before anybody asked."""
    return Tradeoff.objects.select_related("space").order_by("pk").first()


@transaction.atomic
def ask() -> None:
    """Ask a worker to measure; asking while one does is the same as once."""
    row = Tradeoff.objects.select_for_update().order_by("pk").first() or Tradeoff.objects.create()
    now = timezone.now()
    if row.claimed_until is None or row.claimed_until < now:
        Tradeoff.objects.filter(pk=row.pk).update(
            requested=now, attempts=0, claimed_until=None, reason=""
        )
    enqueue(Job.MEASURE_DIVERSITY)


def draw(points: Sequence[dict[str, Any]], serving: float) -> Drawing | None:
    """Place the points; None where there are none. `serving` is the λ in use."""
    if not points:
        return None
    low: float = max(0.0, min(point["hit_rate"] - point["margin"] for point in points))
    high: float = min(1.0, max(point["hit_rate"] + point["margin"] for point in points))
    room = (high - low) or 0.1
    first: float = points[0]["difference"]
    last: float = max(point["difference"] for point in points)
    nearest = min(points, key=lambda point: abs(point["diversity"] - serving))["diversity"]

    def x(value: float) -> float:
        return round(LEFT + (value - first) / ((last - first) or 1) * (WIDTH - LEFT - RIGHT), 1)

    def y(value: float) -> float:
        value = min(max(value, low), high)
        return round(HEIGHT - BOTTOM - (value - low) / room * (HEIGHT - TOP - BOTTOM), 1)

    dots: list[Dot] = []
    for point in points:
        place = x(point["difference"])
        upper, lower = (y(point["hit_rate"] + sign * point["margin"]) for sign in (1, -1))
        above = not dots or place - dots[-1].x > NEAR or dots[-1].label_y > dots[-1].y
        dots.append(
            Dot(
                x=place,
                y=y(point["hit_rate"]),
                upper=upper,
                lower=lower,
                label_y=upper - 8 if above else lower + 16,
                diversity=point["diversity"],
                hit_rate=point["hit_rate"],
                difference=point["difference"],
                current=point["diversity"] == nearest,
            )
        )
    return Drawing("M" + " L".join(f"{dot.x},{dot.y}" for dot in dots), tuple(dots), low, high)
