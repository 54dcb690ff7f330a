"""What every recommender takes, gives and promises.

A model is fitted once and is then a frozen object: a function from a profile (the items somebody
chose, in the order of time) to a score for every item of the catalogue. Users are not part of it,
so someone who came after the training is served like everyone else.

Letters used in shapes: N items, T vector dimensions, P items of a profile, B profiles of a block,
C candidates, K places of a list, M parts of a picture.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, Protocol, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from artrec.data import Interactions
from artrec.errors import ShapeError

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]
Pixels = NDArray[np.uint8]

_CHECKED_AT_ONCE = 1024  # rows


@dataclass(frozen=True, slots=True)
class Supports:
    """What a method allows. What it does not allow raises UnsupportedError."""

    item_vectors: bool = True
    """Scores are inner products of `item_vectors` and `user_vector`, so a vector index can rank."""
    new_items: bool = False
    """Items nobody has chosen yet can be given vectors and scores from their content."""
    empty_profile: bool = False
    """Somebody who chose nothing yet can be served."""
    similar_items: bool = True
    """The method knows which items are alike."""


@dataclass(frozen=True, eq=False)
class Content:
    """What can be known of items before anybody chose them, row by row.

    Raises ShapeError if families differ in rows, are not (N, D) or (N, M, D), or hold NaN or
    infinity.
    """

    features: Mapping[str, NDArray[Any]] = field(default_factory=dict)
    """(N, D) features of each family, by name; D may differ between families. A family of feature
    maps is (N, M, D): M parts of each picture, which most models see as their mean."""
    artists: Ints | None = None
    """(N,) artist of each item, -1 where unknown."""
    pixels: Pixels | None = None
    """(N, S, S, 3) RGB pictures; may be memory-mapped, and is read by the rows a batch needs."""

    def __post_init__(self) -> None:
        # By name, since families given in another order would have their columns taken for others.
        object.__setattr__(self, "features", dict(sorted(self.features.items())))
        lengths = {f"family {name!r}": len(rows) for name, rows in self.features.items()}
        if self.artists is not None:
            lengths["artists"] = len(self.artists)
        if self.pixels is not None:
            _check_pixels(self.pixels)
            lengths["pixels"] = len(self.pixels)
        if len(set(lengths.values())) > 1:
            raise ShapeError(f"The content must describe the same items; rows: {lengths}.")
        for name, rows in self.features.items():
            check_rows(rows, f"Family {name!r}", maps=True)

    @property
    def n_items(self) -> int | None:
        """N, or None where nothing is known."""
        for part in (*self.features.values(), self.artists, self.pixels):
            if part is not None:
                return len(part)
        return None

    def matrix(self) -> Floats:
        """(N, D) all families side by side. Raises ShapeError where there is none."""
        if not self.features:
            raise ShapeError("This model learns from features; give at least one family of them.")
        return np.concatenate([self.pooled(name) for name in self.features], axis=1)

    def pooled(self, name: str) -> Floats:
        """(N, D) of one family; of a family of maps the mean over the parts of each picture."""
        rows = self.features[name]
        if rows.ndim == 2:
            return np.asarray(rows, dtype=np.float32)
        mean: Floats = rows.mean(axis=1, dtype=np.float32)
        return mean


@dataclass(frozen=True, eq=False)
class TrainingData:
    """What a model is fitted on. Raises ShapeError if the two parts differ in items."""

    interactions: Interactions
    content: Content = field(default_factory=Content)

    def __post_init__(self) -> None:
        rows = self.content.n_items
        if rows is not None and rows != self.interactions.n_items:
            raise ShapeError(
                f"The content describes {rows} items, the interactions have "
                f"{self.interactions.n_items}; both need one row per item, in the same order."
            )


@dataclass(frozen=True, eq=False)
class Profiles:
    """The profiles of a block of users, end to end; no item twice within one."""

    indptr: Ints
    """(B + 1,) start of each profile."""
    items: Ints
    """(indptr[-1],) item rows."""

    def __len__(self) -> int:
        return len(self.indptr) - 1

    def __getitem__(self, row: int) -> Ints:
        return self.items[self.indptr[row] : self.indptr[row + 1]]

    @property
    def lengths(self) -> Ints:
        """(B,)"""
        return np.diff(self.indptr)

    def take(self, rows: Ints) -> Profiles:
        """The profiles in `rows` only, in that order."""
        lengths = self.lengths[rows]
        indptr = np.concatenate(([0], np.cumsum(lengths)))
        shift = np.repeat(self.indptr[rows] - indptr[:-1], lengths)
        return Profiles(indptr, self.items[np.arange(indptr[-1]) + shift])


@dataclass(frozen=True, eq=False)
class Ranked:
    """Items best first; of equal scores the lower row comes first."""

    items: Ints
    """(K,) item rows; fewer than asked for where fewer are left."""
    scores: Floats
    """(K,)"""


class Scorer(Protocol):
    """What `artrec.evaluation` ranks by."""

    def __call__(self, users: Ints, /) -> Floats:
        """(B,) user rows to (B, N) scores."""


class Recommender(Protocol):
    """A fitted model. `artrec.models.base` builds most of this from one method.

    Profiles and candidates are item rows of the catalogue the model was fitted on; ShapeError is
    raised for rows that are not.
    """

    name: ClassVar[str]

    @property
    def supports(self) -> Supports:
        """What this model allows."""

    @property
    def n_items(self) -> int:
        """N."""

    @classmethod
    def fit(cls, data: TrainingData) -> Self:
        """Learn from the interactions, and from the content where the method uses it."""

    def item_vectors(self, content: Content | None = None) -> Floats:
        """(N, T) of the catalogue, or (M, T) of new items described by `content`.

        Biases are folded in as an extra coordinate.
        """

    def user_vector(self, profile: ArrayLike) -> Floats:
        """(T,), or (P, T) where an item's score is an aggregate over the chosen items."""

    def score(self, profile: ArrayLike, candidates: ArrayLike | None = None) -> Floats:
        """(C,) scores of the candidates, or of the whole catalogue; higher is better."""

    def scorer(self, history: Interactions) -> Scorer:
        """Score users by the profiles they have in `history`, for the evaluation."""

    def recommend(self, profile: ArrayLike, k: int, *, exclude: ArrayLike | None = None) -> Ranked:
        """The best `k` items; `exclude` is by default the profile itself."""

    def similar_items(self, item: int, k: int) -> Ranked:
        """The `k` items most like one, itself left out."""

    def save(self, path: Path) -> None:
        """Write one file, all of it or nothing."""

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read what `save` wrote; BundleError for anything else."""


def check_rows(rows: NDArray[Any], what: str, *, maps: bool = False) -> None:
    """Raise ShapeError unless `rows` is finite and (N, D), or with `maps` (N, M, D) with an M above
    0; `what` names it in the message."""
    if rows.ndim != 2 and not (maps and rows.ndim == 3 and rows.shape[1]):
        raise ShapeError(f"{what} must be (N, D), one row per item; it is {rows.shape}.")
    # In blocks: maps of a large catalogue leave no room for a flag per number.
    blocks = [
        rows[start : start + _CHECKED_AT_ONCE] for start in range(0, len(rows), _CHECKED_AT_ONCE)
    ]
    finite = [np.isfinite(block).reshape(len(block), -1).all(axis=1) for block in blocks]
    wrong = np.flatnonzero(~np.concatenate(finite)) if finite else np.zeros(0, np.int64)
    if len(wrong):
        raise ShapeError(
            f"{what} has NaN or infinity in {len(wrong)} of {len(rows)} rows, the first is row "
            f"{wrong[0]}; leave these items out or compute their features again."
        )


def _check_pixels(pixels: Pixels) -> None:
    height, width, colours = pixels.shape[1:] if pixels.ndim == 4 else (0, 0, 0)
    if pixels.dtype != np.uint8 or height != width or height == 0 or colours != 3:
        raise ShapeError(
            f"Pixels must be (N, S, S, 3) bytes, square RGB pictures of one size; they are "
            f"{pixels.dtype} {pixels.shape}."
        )
