"""Pictures whose palettes are like another's, and the colours that two of them share.

A palette is a handful of colours with their shares. Two are compared by the cosine of their kernel
mean embeddings (Smola et al., "A Hilbert space embedding for distributions", ALT 2007):

    k(x, y) = Σᵢⱼ xᵢ yⱼ exp(-ΔEᵢⱼ² / 2σ²),  likeness = k(x, y) / √(k(x, x) k(y, y))

with ΔE the distance in CIELAB (CIE76) and the square roots of the shares as weights, so that a
large ground does not drown the colours on it. 1 is the same palette, 0 has nothing in common.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
from django.core.cache import cache
from numpy.typing import NDArray

from artrec.images.palette import lab_from_hex
from webapp.catalog import palette, swatches
from webapp.catalog.palette import Floats, Ints, Palettes

SIGMA: Final = 12.0
"""Distance at which two colours count for 0.6 of being the same."""
SHARED: Final = 0.06
"""Least share that both pictures must have of a colour, for it to be named."""
NAMED: Final = 2
"""Colours that are named at most."""
SAMPLE: Final = 240
"""Works whose likeness to each other says what is common."""
RARE: Final = 0.02
LEAST: Final = 40
"""Of fewer works nobody can say what is common."""
COMMON_SECONDS: Final = 3600
_CHUNK: Final = 4096

_kept: Tones | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Tones:
    """All palettes, made ready to be compared; W works with S swatches each."""

    palettes: Palettes
    colours: Floats
    """(5, W S): L, a, b, L² + a² + b², 1, so that one product gives all squared distances."""
    weights: Floats
    """(W, S) square roots of the shares, divided so that each palette is like itself by 1."""


def tones_of(palettes: Palettes) -> Tones:
    """Make palettes ready."""
    labs = palettes.swatches[..., :3]
    flat = np.ascontiguousarray(labs.reshape(-1, 3).T)
    ones = np.ones(flat.shape[1], np.float32)
    colours = np.stack([*flat, (flat**2).sum(axis=0), ones])
    weights = np.sqrt(np.maximum(palettes.swatches[..., 3], 0))
    norms = np.zeros(len(labs), dtype=np.float32)
    for place in range(labs.shape[1]):
        apart = ((labs - labs[:, place : place + 1]) ** 2).sum(axis=-1)
        near = np.exp(apart * np.float32(-0.5 / SIGMA**2))
        norms += weights[:, place] * np.einsum("ws,ws->w", near, weights)
    weights /= np.sqrt(np.maximum(norms, 1e-9))[:, None]
    return Tones(palettes, colours, weights)


def current() -> Tones:
    """Return the tones of all pictures as they are now. One query."""
    global _kept
    palettes = palette.current()
    kept = _kept
    if kept is None or kept.palettes is not palettes:
        kept = _kept = tones_of(palettes)
    return kept


def likeness(tones: Tones, place: int) -> Floats:
    """Return how like the palettes are to the one at a place, each 0..1; (W,)."""
    works, width = tones.weights.shape
    mine = tones.weights[place]
    labs = tones.palettes.swatches[place, :, :3]
    factor = np.float32(-0.5 / SIGMA**2)
    products = np.concatenate([-2 * labs, np.ones((width, 1)), (labs**2).sum(1)[:, None]], axis=1)
    found = np.zeros(works, dtype=np.float32)
    for start in range(0, works, _CHUNK):  # small enough to stay in the processor's cache
        stop = start + _CHUNK
        near = (products * factor).astype(np.float32) @ tones.colours[
            :, start * width : stop * width
        ]
        np.exp(np.minimum(near, 0, out=near), out=near)
        near_mine = (mine @ near).reshape(-1, width)
        found[start:stop] = np.einsum("ws,ws->w", near_mine, tones.weights[start:stop])
    return found


def nearest(
    artwork_id: int, *, limit: int, among: NDArray[np.int64] | None = None
) -> tuple[Ints, Floats]:
    """Return the works whose palettes are most like that of a work, and how like; (M,) each.

    Args:
        artwork_id: Not among the answers.
        limit: How many at most.
        among: Ids that may come; None for all, also those of works that are withdrawn.

    Best first, equal ones by id. Empty for a work without a palette. One query.
    """
    tones = current()
    ids = tones.palettes.ids
    place = place_of(tones, artwork_id)
    if place is None or limit <= 0:
        return np.zeros(0, np.int64), np.zeros(0, np.float32)
    scores = likeness(tones, place)
    allowed = ids != artwork_id
    if among is not None:
        allowed &= np.isin(ids, among)
    rows = np.flatnonzero(allowed)
    if len(rows) > limit:
        # All that score as the last one stay, so that equal ones are settled by id.
        last = np.partition(scores[rows], len(rows) - limit)[len(rows) - limit]
        rows = rows[scores[rows] >= last]
    order = rows[np.lexsort((ids[rows], -scores[rows]))][:limit]
    return ids[order], scores[order]


def place_of(tones: Tones, artwork_id: int) -> int | None:
    """Return the row of a work; None where it has no palette."""
    ids = tones.palettes.ids
    place = int(np.searchsorted(ids, artwork_id))
    known = place < len(ids) and ids[place] == artwork_id and tones.weights[place].any()
    return place if known else None


def common() -> float:
    """Return the likeness that `RARE` of all pairs of works reach; 0 while there are few works.

    One query, none for an hour after.
    """

    def measure() -> float:
        tones = current()
        works = len(tones.palettes.ids)
        if works < LEAST:
            return 0.0
        some = np.unique(np.linspace(0, works - 1, SAMPLE).astype(int))
        chosen = Palettes(tones.palettes.ids[some], tones.palettes.swatches[some], 0, 0.0)
        sample = tones_of(chosen)
        pairs = np.stack([likeness(sample, place) for place in range(len(some))])
        return float(np.quantile(pairs[np.triu_indices(len(some), k=1)], 1 - RARE))

    return float(cache.get_or_set("catalog.common-tones", measure, COMMON_SECONDS) or 0.0)


def shared_colours(one: Floats, other: Floats) -> tuple[str, ...]:
    """Return the names of the colours that both palettes (S, 4) have, most of them first.

    Each swatch has the name of the colour of `webapp.catalog.swatches` nearest to it.
    """
    mine, others = _by_name(one), _by_name(other)
    both = {name: min(share, others.get(name, 0.0)) for name, share in mine.items()}
    ranked = sorted(both, key=lambda name: (-both[name], name))
    return tuple(name for name in ranked if both[name] >= SHARED)[:NAMED]


def _by_name(swatches_of: Floats) -> dict[str, float]:
    shares: defaultdict[str, float] = defaultdict(float)
    for lightness, a, b, share in swatches_of.tolist():
        shares[_name(round(lightness), round(a), round(b))] += share
    return shares


@lru_cache(maxsize=4096)
def _name(lightness: int, a: int, b: int) -> str:
    apart = ((_named() - (lightness, a, b)) ** 2).sum(axis=1)
    return str(swatches.SWATCHES[int(apart.argmin())][1])


@lru_cache(maxsize=1)
def _named() -> Floats:
    labs = [lab_from_hex(f"#{colour}") for colour, _ in swatches.SWATCHES]
    return np.array(labs, dtype=np.float32)
