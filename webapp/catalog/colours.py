"""Names for colours, as a visitor would filter by them.

CIELAB is cut into twelve families by lightness, chroma and hue angle. The borders were set by
looking: browns are dark oranges, pinks are light reds and purples, and what has little chroma is
black, grey or white by its lightness alone.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

FAMILIES: Final = (
    "red",
    "orange",
    "yellow",
    "green",
    "teal",
    "blue",
    "purple",
    "pink",
    "brown",
    "black",
    "grey",
    "white",
)

FAIR_SHARE: Final = 0.12
"""Part of the picture that a family must cover to be named."""

# Hue angles in degrees at which a family ends; what is left up to 360 is red again.
_HUES: Final = (
    (46.0, "red"),
    (78.0, "orange"),
    (106.0, "yellow"),
    (168.0, "green"),
    (228.0, "teal"),
    (308.0, "blue"),
    (338.0, "purple"),
    (358.0, "pink"),
)


def family(lab: Sequence[float]) -> str:
    """Return the family of one CIELAB colour (D65)."""
    lightness, a, b = lab
    chroma = math.hypot(a, b)
    hue = math.degrees(math.atan2(b, a)) % 360
    if chroma < (22 if lightness < 14 else 12 if lightness > 90 else 10):
        return "black" if lightness < 20 else "white" if lightness > 88 else "grey"
    if 36 <= hue < 92 and (lightness < 52 or (chroma < 34 and lightness < 72)):
        return "brown"
    if (hue < 40 or hue >= 330) and lightness > 62:
        return "pink"
    if 92 <= hue < 106 and lightness < 55:
        return "green"  # dark yellows are olives
    return next((name for end, name in _HUES if hue < end), "red")


def families(palette: Iterable[Mapping[str, Any]]) -> list[str]:
    """Return the families that cover a fair part of a stored palette, most covering first.

    Never empty for a palette with a swatch: the largest family is named however small it is.
    """
    shares: dict[str, float] = {}
    for swatch in palette:
        name = family(swatch["lab"])
        shares[name] = shares.get(name, 0.0) + swatch["share"]
    ranked = sorted(shares, key=lambda name: (-shares[name], name))
    return [name for name in ranked if shares[name] >= FAIR_SHARE] or ranked[:1]
