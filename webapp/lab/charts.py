"""Where lines, intervals and dots stand in a drawing. Pure geometry; templates and scripts draw.

A line lives in a box of `WIDTH` by `HEIGHT`, stretched to whatever room there is; what stands on an
axis is given in per cent of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

WIDTH: Final = 100.0
HEIGHT: Final = 40.0
_PAD: Final = 2.0  # so that strokes at the edge are not cut


@dataclass(frozen=True, slots=True)
class Line:
    """A line through points, and the box it was drawn in."""

    path: str
    """The `d` of an SVG path."""
    low: float
    high: float
    """Values at the lower and the upper edge."""
    dots: tuple[tuple[float, float], ...]
    """(x, y) of each point, in the box."""


@dataclass(frozen=True, slots=True)
class Axis:
    """The values that a row of intervals shares; `low` is below `high`."""

    low: float
    high: float

    def place(self, value: float) -> float:
        """Per cent from the left."""
        share = (value - self.low) / (self.high - self.low)
        return round(100 * min(max(share, 0.0), 1.0), 2)


@dataclass(frozen=True, slots=True)
class Bar:
    """A mean and its interval on an axis, in per cent of it."""

    left: float
    width: float
    dot: float
    off: str = ""
    """"low" or "high" where the mean lies beyond that end of the axis."""


def line(points: Sequence[tuple[float, float]], *, span: float | None = None) -> Line | None:
    """Draw (x, y) pairs from x = 1 to `span`, by default to the last; None without a point."""
    if not points:
        return None
    values = [value for _, value in points]
    low, high = min(values), max(values)
    last = max(span or 0.0, points[-1][0], 2.0)
    height = high - low or 1.0
    dots = tuple(
        (
            round(_PAD + (x - 1) / (last - 1) * (WIDTH - 2 * _PAD), 2),
            round(HEIGHT - _PAD - (value - low) / height * (HEIGHT - 2 * _PAD), 2),
        )
        for x, value in points
    )
    path = "M" + " L".join(f"{x:g},{y:g}" for x, y in dots)
    # A single point is a line of no length, which a round cap makes a dot.
    return Line(path if len(dots) > 1 else f"{path} h0", low, high, dots)


def axis(values: Iterable[float], *, around: float | None = None) -> Axis:
    """An axis that holds all values, with a little room; with `around` it is centred there."""
    found = list(values)
    if around is not None:
        reach = max((abs(value - around) for value in found), default=0.0) or 1.0
        return Axis(around - 1.05 * reach, around + 1.05 * reach)
    low, high = min(found, default=0.0), max(found, default=1.0)
    room = 0.05 * (high - low) or 0.5
    return Axis(low - room, high + room)


def bar(on: Axis, mean: float, low: float, high: float) -> Bar:
    """Place an interval on an axis."""
    left = on.place(low)
    off = "low" if mean < on.low else "high" if mean > on.high else ""
    return Bar(left, round(on.place(high) - left, 2), on.place(mean), off)
