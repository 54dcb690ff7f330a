"""A bundle: what a web request needs of a trained model, beside the rows stored for the items.

Every model that can be served ends as one row per item and a small head. The database holds the
rows and ranks by inner product; the head makes queries of the rows of a profile:

    queries = bundle.user_vectors(rows of the profile)
    score   = mean of the `top` largest of queries @ row

with one query and `top` 1 for most models, so that the score is one inner product.

A stored row is laid out as [scored columns | others], times `scale`, a power of two that brings the
catalogue to a magnitude where half floats are precise. The head is given the columns `profile`,
which are the scored ones unless a chosen item says something else of a user than it scores by;
queries are zero in all columns that are not scored by. `artrec.models.export` makes bundles.

Letters used in shapes: P chosen items, S stored columns, Q queries.
"""

from __future__ import annotations

import os
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from artrec.errors import BundleError, ShapeError, UnsupportedError
from artrec.serving import archive
from artrec.serving.heads import HEADS, Parts, Query

FORMAT: Final = 1
MAX_DIM: Final = 16_000
"""Columns of a halfvec."""
_SCALES: Final = {2.0**power for power in range(-60, 61)}
_HEADER: Final = {
    "model": str,
    "version": str,
    "head": str,
    "dim": int,
    "scored": int,
    "profile": list,
    "scale": float,
    "empty_profile": bool,
    "settings": dict,
}


@dataclass(frozen=True, eq=False)
class Bundle:
    """A head with all it needs. Raises BundleError if the parts do not fit together."""

    model: str
    """Name of the model it is of."""
    head: str
    """One of `artrec.serving.heads.HEADS`."""
    dim: int
    """S."""
    scored: int
    """The first so many columns are scored by."""
    profile: tuple[int, int]
    """First column that the head is given, and one past the last."""
    scale: float = 1.0
    """Stored row = model's row times this; a power of two."""
    empty_profile: bool = False
    """Whether somebody who chose nothing yet can be served."""
    settings: Mapping[str, Any] = field(default_factory=dict)
    """Of the head; JSON values."""
    arrays: Mapping[str, NDArray[Any]] = field(default_factory=dict)
    """Of the head; float32 or float64."""
    version: str = ""
    """Which training it is of; free text."""

    def __post_init__(self) -> None:
        if self.head not in HEADS:
            raise BundleError(
                f"The bundle has a head {self.head!r}; this version knows {', '.join(HEADS)}."
            )
        if self.empty_profile and not HEADS[self.head].empty_profile:
            raise BundleError(f"A head {self.head!r} can make nothing of an empty profile.")
        start, stop = self.profile
        if not (0 < self.scored <= self.dim <= MAX_DIM and 0 <= start < stop <= self.dim):
            raise BundleError(
                f"The bundle's columns do not fit: {self.scored} scored and {self.profile} given "
                f"of {self.dim}."
            )
        if self.scale not in _SCALES:
            raise BundleError(f"The bundle's scale must be a power of two; it is {self.scale!r}.")
        for name, values in self.arrays.items():
            if values.dtype.kind != "f" or not np.isfinite(values).all():
                raise BundleError(f"The bundle's array {name!r} holds something else than numbers.")
        _ = self._query  # building the head checks the rest

    @property
    def top(self) -> int:
        """How many of the largest inner products of an item with the queries are averaged."""
        return int(self.settings["top"]) if self.head == "rows" else 1

    def user_vectors(self, rows: NDArray[Any]) -> NDArray[np.float32]:
        """Queries of a profile.

        Args:
            rows: (P, S) stored rows of the chosen items as float16 or float32, oldest first, no
                item twice.

        Returns:
            (Q, S) float32. Only the order of the scores means something: before a query is rounded
            to half floats it may be divided by its largest magnitude.

        Raises:
            ShapeError: If the rows are not (P, S) or not finite.
            UnsupportedError: For an empty profile, unless the bundle has `empty_profile`.
        """
        given = self.given(rows)
        if not len(rows) and not self.empty_profile:
            raise UnsupportedError(
                f"{self.model} needs at least one chosen item per profile; serve those who chose "
                f"nothing yet by popularity."
            )
        return self.stored(self._query(given))

    def given(self, rows: NDArray[Any]) -> NDArray[np.float32]:
        """(P, W) what the head is given of stored rows (P, S); ShapeError if they are none."""
        if rows.ndim != 2 or rows.shape[1] != self.dim:
            raise ShapeError(f"Stored rows must be (P, {self.dim}); they are {rows.shape}.")
        wide = rows.astype(np.float32)  # before all else, since half floats are slow to work with
        if not np.isfinite(wide).all():
            raise ShapeError("Stored rows must be finite; store these items again.")
        start, stop = self.profile
        given: NDArray[np.float32] = wide[:, start:stop] * np.float32(1 / self.scale)
        return given

    def stored(self, queries: NDArray[np.float32]) -> NDArray[np.float32]:
        """(Q, S) queries for stored rows, from those of the head (Q, T)."""
        padded = np.zeros((len(queries), self.dim), dtype=np.float32)
        padded[:, : self.scored] = queries / np.float32(self.scale)
        return padded

    def to_bytes(self) -> bytes:
        """Serialise; never pickled, so reading it cannot run code."""
        header = {name: getattr(self, name) for name in _HEADER}
        return archive.pack({"format": FORMAT, **header}, self.arrays)

    @classmethod
    def from_bytes(cls, data: bytes) -> Bundle:
        """Read what `to_bytes` wrote.

        Raises:
            BundleError: If the bytes are too many, damaged, inconsistent or of another format.
        """
        header, arrays = archive.unpack(data)
        if header.pop("format", None) != FORMAT:
            raise BundleError(f"The bundle is not of format {FORMAT}, which this code reads.")
        if {name: type(value) for name, value in header.items()} != _HEADER:
            raise BundleError("The bundle's header is damaged.")
        edges = header.pop("profile")
        if [type(edge) for edge in edges] != [int, int]:
            raise BundleError("The bundle's header is damaged: profile must be two columns.")
        return cls(**header, profile=(edges[0], edges[1]), arrays=arrays)

    def write(self, path: Path) -> None:
        """Write a file atomically: readers find the old one or the new one, never half of one."""
        partial = path.with_name(f"{path.name}.{uuid.uuid4().hex[:12]}.partial")
        try:
            with partial.open("wb") as file:
                file.write(self.to_bytes())
                file.flush()
                os.fsync(file.fileno())
            partial.replace(path)
        except BaseException:
            partial.unlink(missing_ok=True)
            raise

    @classmethod
    def read(cls, path: Path) -> Bundle:
        """Read what `write` wrote. Raises BundleError as `from_bytes` does, naming the file."""
        try:
            with path.open("rb") as file:
                return cls.from_bytes(file.read(archive.MAX_BYTES + 1))
        except (OSError, BundleError) as error:
            raise BundleError(f"Cannot read the bundle {path}: {error}") from error

    @cached_property
    def _query(self) -> Query:
        start, stop = self.profile
        return HEADS[self.head].build(Parts(self.settings, self.arrays, stop - start, self.scored))
