"""A map as binary columns, for who draws it: what stands where, and what is known of each work.

All columns have one element for each number of a place, in that order; a work that was withdrawn or
deleted keeps its number and has the id 0. Little-endian, one after another, each from a multiple of
four bytes on. What the manifest says of a column:

- `labels`: elements are indices into them, the most frequent first;
- `low`, `high` and `scale`: with u the element as a share of the largest that means something, the
  value is low + (high - low) u ("linear") or low (high / low)^u ("log");
- `missing`: the element that says that nothing is known;
- neither: the element is the value.
"""

from __future__ import annotations

import gzip
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from time import time
from typing import Any, Final

import numpy as np
from django.core.cache import cache
from numpy.typing import NDArray

from webapp.catalog import facets
from webapp.studio.facts import Facts, facts_of
from webapp.studio.models import Map, Neighbourhood

FRESH_SECONDS: Final = 600
"""How old likes and the like may be; whatever changes in the catalogue or on the map shows at
once."""
MOST: Final = {"uint8": 254, "uint16": 65534}
"""The largest element that means something; the one after it is the missing one."""

Elements = NDArray[np.generic]


@dataclass(frozen=True, slots=True)
class Column:
    """One fact of all works."""

    name: str
    elements: Elements
    labels: Sequence[str] | None = None
    low: float | None = None
    high: float | None = None
    scale: str | None = None
    missing: int | None = None

    def described(self, offset: int) -> dict[str, Any]:
        """Return what the manifest says of it."""
        return {
            "name": self.name,
            "dtype": self.elements.dtype.name,
            "offset": offset,
            "length": len(self.elements),
            "labels": self.labels,
            "low": self.low,
            "high": self.high,
            "scale": self.scale,
            "missing": self.missing,
        }


@dataclass(frozen=True, slots=True)
class Packed:
    """The columns of a map, ready to be sent."""

    columns: list[dict[str, Any]]
    count: int
    """Works that can be seen."""
    packed: bytes
    """Gzip."""
    size: int
    """Bytes when unpacked."""


def version(found: Map) -> str:
    """Return what changes with the columns of a map. One small query."""
    parts = (found.pk, found.revision, facets.version(), int(time() / FRESH_SECONDS))
    return sha256(repr(parts).encode()).hexdigest()[:16]


def packed(found: Map, named: str) -> Packed | None:
    """Return the columns of a map in the version called `named`; None if that is over and gone."""
    key = f"studio.columns.{found.pk}.{named}"
    kept: Packed | None = cache.get(key)
    if kept is None and named == version(found):
        kept = pack(columns(found))
        cache.set(key, kept, 2 * FRESH_SECONDS)
    return kept


def pack(found: Sequence[Column]) -> Packed:
    """Lay columns one after another."""
    described, parts, offset = [], [], 0
    for column in found:
        content = column.elements.astype(column.elements.dtype.newbyteorder("<")).tobytes()
        described.append(column.described(offset))
        content += bytes(-len(content) % 4)
        parts.append(content)
        offset += len(content)
    ids = next(column.elements for column in found if column.name == "id")
    everything = b"".join(parts)
    return Packed(
        described,
        int(np.count_nonzero(ids)),
        gzip.compress(everything, 6, mtime=0),
        len(everything),
    )


def columns(found: Map) -> list[Column]:
    """Return all columns of a map. Three queries."""
    facts = facts_of(found)
    spread = _spreader(facts.number, facts.length)
    leaves = Neighbourhood.objects.filter(map=found, parts=None).values_list("pk", "number")
    index = dict(leaves)
    red, green, blue = (spread(channel, 0) for channel in facts.rgb)
    return [
        Column("id", spread(facts.ids.astype(np.uint32), 0)),
        Column("x", spread(_steps(facts.x, -1.0, 1.0, "uint16"), 0), None, -1, 1, "linear"),
        Column("y", spread(_steps(facts.y, -1.0, 1.0, "uint16"), 0), None, -1, 1, "linear"),
        Column(
            "cluster",
            spread(np.array([index[pk] for pk in facts.leaf.tolist()], np.uint16), 65535),
            missing=65535,
        ),
        _labelled("style", facts.style, spread),
        _labelled("artist", facts.artist, spread),
        _labelled("medium", facts.medium, spread),
        _labelled("availability", facts.availability, spread, np.uint8),
        _labelled("orientation", facts.orientation, spread, np.uint8),
        Column("red", red),
        Column("green", green),
        Column("blue", blue),
        _scaled("aspect", facts.aspect, spread, "log", low=0.125, high=8.0),
        _scaled("price", facts.price, spread, "log"),
        # Nothing is 0.4, so that counts have a logarithm and are whole again when rounded.
        _scaled("likes", np.maximum(facts.likes, 0.4), spread, "log", low=0.4),
        _scaled("shown", np.maximum(facts.shown, 0.4), spread, "log", low=0.4),
        _scaled("popularity", _rate(facts), spread, "linear", low=0.0),
        _scaled("year", facts.year, spread, "linear", "uint16"),
        _scaled("added", facts.added, spread, "linear", "uint16"),
    ]


def _rate(facts: Facts) -> NDArray[np.float64]:
    """Likes for each time a work was shown; unknown where it was not."""
    with np.errstate(invalid="ignore", divide="ignore"):
        rate = np.where(facts.shown > 0, facts.answered / facts.shown, np.nan)
    return np.minimum(rate, 1.0)


Spread = Callable[[Any, int], Elements]


def _spreader(number: NDArray[np.int64], length: int) -> Spread:
    def spread(elements: Elements, missing: int) -> Elements:
        whole = np.full(length, missing, elements.dtype)
        whole[number] = elements
        return whole

    return spread


def _steps(values: NDArray[np.floating], low: float, high: float, kind: str) -> Elements:
    shares = (np.asarray(values, np.float64) - low) / (high - low)
    steps = np.rint(np.clip(shares, 0.0, 1.0) * MOST[kind])
    return np.where(np.isfinite(shares), steps, MOST[kind] + 1).astype(kind)


def _scaled(
    name: str,
    values: NDArray[np.floating],
    spread: Spread,
    scale: str,
    kind: str = "uint8",
    *,
    low: float | None = None,
    high: float | None = None,
) -> Column:
    known = values[np.isfinite(values)]
    first = low if low is not None else float(known.min()) if len(known) else 0.0
    last = high if high is not None else float(known.max()) if len(known) else 1.0
    if scale == "log":
        first = max(first, 1e-6)
    if last <= first:
        last = first + 1.0 if scale == "linear" else first * 2.0
    turn: Mapping[str, Callable[[Any], Any]] = {"log": np.log, "linear": np.asarray}
    with np.errstate(divide="ignore", invalid="ignore"):
        turned = turn[scale](np.asarray(values, np.float64))
    start, end = (float(turn[scale](edge)) for edge in (first, last))
    steps = _steps(np.where(np.isneginf(turned), start, turned), start, end, kind)
    return Column(name, spread(steps, MOST[kind] + 1), None, first, last, scale, MOST[kind] + 1)


def _labelled(
    name: str,
    values: Sequence[str],
    spread: Spread,
    kind: type[np.unsignedinteger[Any]] = np.uint16,
) -> Column:
    """Indices into the values there are, the most frequent first; "" is missing."""
    missing = int(np.iinfo(kind).max)
    counted = Counter(value for value in values if value)
    labels = [value for value, _ in counted.most_common(missing)]
    index = {value: place for place, value in enumerate(labels)}
    codes = np.fromiter((index.get(value, missing) for value in values), kind, len(values))
    return Column(name, spread(codes, missing), labels, missing=missing)
