"""From raw features to the vectors that are stored and compared. NumPy only, no torch.

Raw network activations share a large positive mean and families differ in scale by orders of
magnitude, so plain cosine says little. A transform, fitted once on a collection, standardises
every dimension, gives each family the same energy, keeps the main directions and scales rows to
length 1; then the inner product is the similarity.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from artrec.errors import BundleError, ShapeError

FORMAT: Final = 1
Family = tuple[str, int, int]

# Standard deviations and eigenvalues below this share of the largest are rounding, not signal.
_NEGLIGIBLE: Final = 1e-6
_HELD: Final = 0.2  # rows that a trial fit does not see, to tell what is usual of others
_UNUSUAL: Final = 0.1
_BLOCK: Final = 4096  # rows at once in float64, so fitting needs little more than the matrix


@dataclass(frozen=True, slots=True, eq=False)
class Transform:
    """A fitted transform, D raw dimensions to T. Immutable; make one with `fit_transform_for`."""

    families: tuple[Family, ...]
    """Name, first column, one past the last; together they cover 0..D."""
    mean: NDArray[np.float32]
    """(D,)"""
    scale: NDArray[np.float32]
    """(D,): family weight over standard deviation; 0 where the collection never varies."""
    components: NDArray[np.float32] | None
    """(D, T) main directions, whitened if so fitted; None where T = D."""
    usual_share: float | None = None
    """What `share` of nine in ten pictures like those of the collection is above; None where
    nothing is left out, or where it was not measured. See `with_usual_share`."""

    @property
    def input_dim(self) -> int:
        """D."""
        return len(self.mean)

    @property
    def output_dim(self) -> int:
        """T."""
        return self.input_dim if self.components is None else self.components.shape[1]

    def apply(self, features: NDArray[Any]) -> NDArray[np.float32]:
        """Transform raw rows: (N, D) -> (N, T) float32, each of length 1.

        A row equal to the collection's mean has no direction and stays all zeros.

        Raises:
            ShapeError: If the rows are not (N, D) or not finite.
        """
        _check(features, self.input_dim)
        rows = (features.astype(np.float32) - self.mean) * self.scale
        if self.components is not None:
            rows = rows @ self.components
        lengths = np.linalg.norm(rows, axis=1, keepdims=True)
        unit: NDArray[np.float32] = rows / np.maximum(lengths, np.finfo(np.float32).tiny)
        return unit

    def share(self, features: NDArray[Any]) -> NDArray[np.float32]:
        """How much of each raw row, standardised, lies in the kept directions: (N, D) -> (N,).

        A share of its squared length, 0 to 1. The directions are those in which the collection
        varies, so that of a picture unlike all of it more is left out.

        Raises:
            ShapeError: If the rows are not (N, D) or not finite.
        """
        _check(features, self.input_dim)
        rows = (features.astype(np.float32) - self.mean) * self.scale
        if self.components is None:
            return np.ones(len(rows), dtype=np.float32)
        directions = self.components / np.linalg.norm(self.components, axis=0)
        inside = np.square(rows @ directions).sum(axis=1)
        whole = np.square(rows).sum(axis=1)
        shares: NDArray[np.float32] = inside / np.maximum(whole, np.finfo(np.float32).tiny)
        return shares

    def is_foreign(self, features: NDArray[Any]) -> NDArray[np.bool_]:
        """Which rows share less than usual with the collection: (N, D) -> (N,)."""
        foreign: NDArray[np.bool_] = self.share(features) < (self.usual_share or 0.0)
        return foreign

    def to_bytes(self) -> bytes:
        """Serialise as .npz with a JSON header; never pickled, so reading it cannot run code."""
        header = {
            "format": FORMAT,
            "families": self.families,
            "usual_share": self.usual_share,
        }
        arrays = {"header": np.array(json.dumps(header)), "mean": self.mean, "scale": self.scale}
        if self.components is not None:
            arrays["components"] = self.components
        buffer = io.BytesIO()
        np.savez(buffer, allow_pickle=False, **arrays)
        return buffer.getvalue()

    @classmethod
    def from_bytes(cls, data: bytes) -> Transform:
        """Read what `to_bytes` wrote.

        Raises:
            BundleError: If the bytes are damaged, inconsistent or of another format version.
        """
        try:
            with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
                header = json.loads(str(arrays["header"]))
                if header["format"] != FORMAT:
                    raise BundleError(
                        f"The transform has format {header['format']}, this code reads {FORMAT}."
                    )
                families = tuple(
                    (str(name), int(start), int(stop)) for name, start, stop in header["families"]
                )
                components = arrays["components"] if "components" in arrays.files else None
                usual = header.get("usual_share")  # not in what earlier versions wrote
                transform = cls(
                    families,
                    arrays["mean"],
                    arrays["scale"],
                    components,
                    None if usual is None else float(usual),
                )
        except (OSError, EOFError, KeyError, ValueError, TypeError, zipfile.BadZipFile) as error:
            raise BundleError(f"The transform cannot be read: {error}") from error
        dim = transform.mean.size
        parts = [transform.mean.shape == (dim,), transform.scale.shape == (dim,)]
        parts.append(_cover(families, dim))
        parts.append(components is None or (components.ndim == 2 and len(components) == dim))
        if not all(parts):
            raise BundleError("The transform cannot be read: its arrays do not fit together.")
        return transform


def fit_transform_for(
    matrix: NDArray[Any],
    families: Sequence[Family],
    *,
    max_dim: int = 256,
    whiten: bool = False,
) -> Transform:
    """Fit a transform on a collection's raw features.

    With N rows of D dimensions and F families: z-score each dimension, divide each family by
    sqrt(its dimension) so that all have the same expected squared length, then project to the
    `max_dim` main directions if D is larger. With too few rows to tell directions
    (N <= `max_dim`), all D dimensions are kept. Takes O(N D²) time and O(D²) memory.

    Args:
        matrix: (N, D) raw features, N >= 2. A sample of some 50,000 rows is enough.
        families: As an extractor gives them.
        max_dim: Upper bound for T.
        whiten: Give every kept direction the same variance.

    Raises:
        ShapeError: If the matrix has fewer than two rows, is not finite, never varies, or the
            families do not cover its columns.
        ValueError: If `max_dim` is below 1.
    """
    if max_dim < 1:
        raise ValueError(f"max_dim must be at least 1, got {max_dim}")
    _check(matrix, None)
    rows, dim = matrix.shape
    if rows < 2:
        raise ShapeError(f"A transform is fitted on at least 2 rows, got {rows}.")
    if not _cover(tuple(families), dim):
        raise ShapeError(f"The families {list(families)} do not cover {dim} columns one by one.")

    mean, std = _moments(matrix)
    varies = std > _NEGLIGIBLE * np.maximum(np.abs(mean), np.finfo(np.float32).tiny)
    if not varies.any():
        raise ShapeError("All rows are equal, so there is nothing to compare them by.")
    weight = np.concatenate(
        [np.full(stop - start, (stop - start) ** -0.5) for _, start, stop in families]
    )
    scale = np.where(varies, weight / np.where(varies, std, 1), 0)

    components = None
    if (whiten or dim > max_dim) and rows > min(dim, max_dim):
        components = _directions(matrix, mean, scale, min(dim, max_dim), whiten)
    return Transform(tuple(families), mean.astype(np.float32), scale.astype(np.float32), components)


def with_usual_share(transform: Transform, matrix: NDArray[Any], *, seed: int = 0) -> Transform:
    """The same transform, knowing what share of a picture it usually keeps.

    Pictures that a fit has seen fit it better than any other, so a trial is fitted on four fifths
    of the rows and asked about the rest. Takes as long as the fit; changes no vector.

    Args:
        transform: Fitted on `matrix`.
        matrix: (N, D) raw features.
        seed: Of the draw of the rows.

    Raises:
        ShapeError: As `fit_transform_for`, which is asked with four fifths of the rows.
    """
    if transform.components is None:
        return transform
    order = np.random.default_rng(seed).permutation(len(matrix))
    seen, held = np.split(order, [round((1 - _HELD) * len(order))])
    trial = fit_transform_for(matrix[seen], transform.families, max_dim=transform.output_dim)
    if trial.components is None:
        return transform  # so few rows that the trial keeps everything
    usual = float(np.quantile(trial.share(matrix[held]), _UNUSUAL))
    return replace(transform, usual_share=usual)


def _moments(matrix: NDArray[Any]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    mean = matrix.mean(axis=0, dtype=np.float64)
    squares = np.zeros(matrix.shape[1])
    for start in range(0, len(matrix), _BLOCK):
        squares += np.square(matrix[start : start + _BLOCK] - mean).sum(axis=0)
    return mean, np.sqrt(squares / len(matrix))


def _directions(
    matrix: NDArray[Any],
    mean: NDArray[np.float64],
    scale: NDArray[np.float64],
    count: int,
    whiten: bool,
) -> NDArray[np.float32]:
    """The (D, T) directions of most variance of the scaled rows, T <= count."""
    covariance = np.zeros((len(mean), len(mean)))
    for start in range(0, len(matrix), _BLOCK):
        block = (matrix[start : start + _BLOCK] - mean) * scale
        covariance += block.T @ block
    values, vectors = np.linalg.eigh(covariance / len(matrix))
    values, vectors = values[::-1][:count], vectors[:, ::-1][:, :count]
    kept = values > _NEGLIGIBLE * values[0]
    values, vectors = values[kept], vectors[:, kept]
    # An eigenvector's sign is arbitrary; fixed here, so that equal data give equal vectors.
    largest = np.abs(vectors).argmax(axis=0)
    vectors = vectors * np.sign(vectors[largest, np.arange(vectors.shape[1])])
    if whiten:
        vectors = vectors / np.sqrt(values)
    directions: NDArray[np.float32] = vectors.astype(np.float32)
    return directions


def _cover(families: tuple[Family, ...], dim: int) -> bool:
    edge = 0
    for _, start, stop in families:
        if start != edge or stop <= start:
            return False
        edge = stop
    return edge == dim


def _check(features: NDArray[Any], dim: int | None) -> None:
    if features.ndim != 2 or (dim is not None and features.shape[1] != dim):
        raise ShapeError(f"Expected features (N, {dim or 'D'}), got {features.shape}.")
    if not np.isfinite(features).all():
        bad = int(np.flatnonzero(~np.isfinite(features).all(axis=1))[0])
        raise ShapeError(f"Features must be finite; row {bad} is not.")
