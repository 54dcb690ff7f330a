"""Selections put together: plain functions on lists of works, which keep the order of the first."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final

Works = Sequence[int]


def union(parts: Sequence[Works]) -> list[int]:
    """Return what is in any part: first the first part, then what the others add."""
    return list(dict.fromkeys(pk for part in parts for pk in part))


def intersection(parts: Sequence[Works]) -> list[int]:
    """Return what is in every part."""
    others = [set(part) for part in parts[1:]]
    return [pk for pk in parts[0] if all(pk in other for other in others)] if parts else []


def difference(parts: Sequence[Works]) -> list[int]:
    """Return what is in the first part and in no other."""
    others = {pk for part in parts[1:] for pk in part}
    return [pk for pk in parts[0] if pk not in others] if parts else []


WAYS: Final[Mapping[str, Callable[[Sequence[Works]], list[int]]]] = {
    "union": union,
    "intersection": intersection,
    "difference": difference,
}
