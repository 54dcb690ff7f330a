"""Small words of the studio's pages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import template

register = template.Library()


@register.filter
def of(values: Mapping[Any, Any], key: Any) -> Any:
    """Return what a mapping holds under `key`; None where it holds nothing."""
    return values.get(key)


@register.filter
def of_width(distance: float) -> str:
    """Return a distance on a map, which is 2 wide, as a share of that: "1.5 %"."""
    return f"{distance / 2:.1%}".replace("%", "\u202f%")


@register.filter
def share(value: float) -> str:
    """Return a share in per cent: "31 %", and "99.9 %" of what is not quite all."""
    digits = 1 if 0.99 < value < 1 else 0
    return f"{value:.{digits}%}".replace("%", "\u202f%")
