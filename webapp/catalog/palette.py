"""Pictures by their colours: a few picked colours against the stored palettes.

How much of a picture is about a colour is the sum, over the swatches of its palette, of their
share times exp(-(ΔE / WIDTH)²/2), with ΔE the CIE94 distance from the picked colour in CIELAB. A
picture answers when every picked colour is in it; those that have most of all of them come first,
by the geometric mean, so that much of one does not make up for the lack of another.

Palettes are kept in memory, and what changed since is read before each answer.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from threading import Lock
from time import monotonic
from typing import Final

import numpy as np
from django.db import connection
from numpy.typing import NDArray

from artrec.images.palette import lab_from_hex

MOST: Final = 4
"""Colours that can be asked for at once."""
WIDTH: Final = 7.0
"""Distance at which a swatch counts for 0.6 of its share; at twice that for 0.14."""
PRESENT: Final = 0.03
"""Least part of a picture that must be about each colour."""
AGAIN_SECONDS: Final = 600.0
"""How often all is read again: a row that was committed late could have been overtaken."""

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]

_HEX: Final = re.compile(r"#?([0-9a-f]{6})", re.IGNORECASE)
_NEWER: Final = """
    SELECT artwork_id, swatches::float4[], version FROM catalog_searchentry
    WHERE version > %s ORDER BY version"""


@dataclass(frozen=True, slots=True)
class Palettes:
    """All stored palettes; W works with at most S swatches."""

    ids: Ints
    """(W,) ascending."""
    swatches: Floats
    """(W, S, 4): L, a, b, share; a share of 0 pads."""
    version: int
    """Of the newest row in it."""
    read: float
    """When all of it was read."""


@dataclass(frozen=True, slots=True)
class Match:
    """The works that have the colours."""

    ids: Ints
    """(M,) best first."""
    scores: Floats
    """(M,) geometric means, descending."""


NONE: Final = Palettes(np.zeros(0, np.int64), np.zeros((0, 1, 4), np.float32), 0, 0.0)

_kept: dict[str, Palettes] = {}
_lock = Lock()


def colours_of(values: Iterable[str]) -> tuple[str, ...]:
    """Return the colours of an address as "a1b2c3", each once, at most `MOST`; others are none."""
    found = (_HEX.fullmatch(value.strip()) for value in values)
    return tuple(dict.fromkeys(match[1].lower() for match in found if match))[:MOST]


def match(colours: Sequence[str]) -> Match:
    """Return the works whose pictures have all of `colours` ("a1b2c3"), best first. One query."""
    palettes = current()
    scores = score(palettes.swatches, [_lab(colour) for colour in colours])
    rows = np.flatnonzero(scores > 0)
    order = rows[np.lexsort((palettes.ids[rows], -scores[rows]))]
    return Match(palettes.ids[order], scores[order])


def score(swatches: Floats, labs: Sequence[tuple[float, float, float]]) -> Floats:
    """Return the geometric mean of how much each palette has of each colour; 0 where one lacks.

    Args:
        swatches: (W, S, 4) of L, a, b, share.
        labs: The colours in CIELAB.

    Shape (W,).
    """
    total = np.zeros(len(swatches), dtype=np.float32)
    present = np.ones(len(swatches), dtype=bool)
    for lab in labs:
        near = np.exp(-0.5 * squared_distance(swatches[..., :3], lab) / WIDTH**2)
        amount = (near * swatches[..., 3]).sum(axis=1)
        present &= amount >= PRESENT
        total += np.log(np.maximum(amount, 1e-9))
    return np.where(present, np.exp(total / max(1, len(labs))), 0).astype(np.float32)


def squared_distance(labs: Floats, reference: tuple[float, float, float]) -> Floats:
    """Return CIE94 distances, squared, of colours (..., 3) from a reference; shape (...).

    CIE 116-1995, graphic arts. Its tolerances grow with the chroma of the reference.
    """
    lightness, a, b = reference
    chroma = float(np.hypot(a, b))
    others = np.hypot(labs[..., 1], labs[..., 2])
    d_chroma = others - chroma
    d_hue = (labs[..., 1] - a) ** 2 + (labs[..., 2] - b) ** 2 - d_chroma**2
    found = (
        (labs[..., 0] - lightness) ** 2
        + (d_chroma / (1 + 0.045 * chroma)) ** 2
        + np.maximum(d_hue, 0) / (1 + 0.015 * chroma) ** 2
    )
    return np.asarray(found, dtype=np.float32)


def current() -> Palettes:
    """Return all palettes as they are now: what this process keeps and what came since."""
    database = str(connection.settings_dict["NAME"])
    with _lock:
        kept = _kept.get(database, NONE)
    if monotonic() - kept.read > AGAIN_SECONDS:
        kept = NONE
    newer = _read(kept.version)
    if newer is not None:
        kept = _merged(kept, newer)
        with _lock:
            _kept[database] = kept
    return kept


def forget() -> None:
    """Drop what this process keeps."""
    with _lock:
        _kept.clear()


@lru_cache(maxsize=512)
def _lab(colour: str) -> tuple[float, float, float]:
    return lab_from_hex(f"#{colour}")


def _read(version: int) -> Palettes | None:
    with connection.cursor() as cursor:
        cursor.execute(_NEWER, [version])
        rows = cursor.fetchall()
    if not rows:
        return None
    longest = max(1, *(len(swatches) // 4 for _, swatches, _ in rows))
    packed = np.zeros((len(rows), longest * 4), dtype=np.float32)
    for row, (_, swatches, _) in zip(packed, rows, strict=True):
        row[: len(swatches)] = swatches
    ids = np.array([pk for pk, _, _ in rows], dtype=np.int64)
    order = np.argsort(ids)
    return Palettes(
        ids[order], packed.reshape(len(rows), longest, 4)[order], rows[-1][2], monotonic()
    )


def _merged(old: Palettes, new: Palettes) -> Palettes:
    """Put changed palettes in place of the old ones. Works that are gone stay until all is read
    again; whoever asks keeps to works that exist."""
    stay = ~np.isin(old.ids, new.ids)
    width = max(old.swatches.shape[1], new.swatches.shape[1])
    parts = [_wide(old.swatches[stay], width), _wide(new.swatches, width)]
    ids = np.concatenate([old.ids[stay], new.ids])
    order = np.argsort(ids)
    read = old.read if len(old.ids) else new.read
    return Palettes(ids[order], np.concatenate(parts)[order], new.version, read)


def _wide(swatches: Floats, width: int) -> Floats:
    return np.pad(swatches, ((0, 0), (0, width - swatches.shape[1]), (0, 0)))
