"""What a network sees of an item: features brought to a fair scale, by one affine map.

Raw activations of a backbone are all positive and differ in scale by dimension, so a network first
has to learn to undo that. Standardising does it before; whitening also turns the dimensions so that
they are uncorrelated, and drops those of little variance.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from artrec.errors import ConfigError, ShapeError
from artrec.models.contract import Content, Floats, check_rows

Scaling = Literal["raw", "zscore", "pca", "whiten"]

_NEGLIGIBLE = 1e-6  # of the largest; below this, deviations and variances are rounding


@dataclass(frozen=True, slots=True, eq=False)
class Inputs:
    """(x - mean) * weights, or (x - mean) @ weights."""

    mean: Floats
    """(D,)"""
    weights: Floats
    """(D,) scales, or (D, d) directions."""

    @property
    def dim(self) -> int:
        """Dimensions of what comes out."""
        return int(self.weights.shape[-1])

    def apply(self, content: Content) -> Floats:
        """(M, d) of items described by `content`. Raises ShapeError for other features."""
        rows = content.matrix()
        if rows.shape[1] != len(self.mean):
            raise ShapeError(
                f"The features have {rows.shape[1]} dimensions; the model was trained on "
                f"{len(self.mean)}."
            )
        centred = rows - self.mean
        result = centred * self.weights if self.weights.ndim == 1 else centred @ self.weights
        return result.astype(np.float32, copy=False)


def fit_inputs(content: Content, scaling: Scaling, *, dim: int = 256) -> Inputs:
    """Fit on a catalogue. Several families of features get equal energy.

    Args:
        content: Features of N items.
        scaling: `raw` takes features as they come; `zscore` gives each dimension mean 0 and
            deviation 1; `pca` keeps the `dim` directions of most variance of that, scaled by one
            number so that their mean variance is 1; `whiten` gives each of them variance 1.
        dim: d at most, for `pca` and `whiten`.

    Raises:
        ConfigError: For an unknown scaling.
        ShapeError: Without features, where they hold NaN or infinity, or where all items have the
            same and these are to be standardised.
    """
    if scaling not in get_args(Scaling):
        raise ConfigError(
            f"There is no scaling {scaling!r}; choose {', '.join(get_args(Scaling))}."
        )
    rows = content.matrix()
    check_rows(rows, "The features")
    width = rows.shape[1]
    if scaling == "raw":
        return Inputs(np.zeros(width, np.float32), np.ones(width, np.float32))
    mean = rows.mean(axis=0, dtype=np.float64)
    deviation = rows.std(axis=0, dtype=np.float64)
    varies = deviation > _NEGLIGIBLE * np.maximum(np.abs(mean), 1e-12)
    if not varies.any():
        raise ShapeError("All items have the same features, so there is nothing to learn from.")
    scale = np.where(varies, 1 / np.where(varies, deviation, 1), 0)
    if scaling == "zscore":
        return Inputs(mean.astype(np.float32), scale.astype(np.float32))
    energy = np.concatenate(
        [np.full(part.shape[-1], part.shape[-1] ** -0.5) for part in content.features.values()]
    )
    scale = scale * energy
    standard = ((rows - mean) * scale).astype(np.float32)
    values, vectors = np.linalg.eigh((standard.T @ standard).astype(np.float64) / len(rows))
    order = np.argsort(values)[::-1][: min(dim, max(len(rows) - 1, 1))]
    values, vectors = values[order], vectors[:, order]
    kept = values > _NEGLIGIBLE * max(values[0], 1e-12)
    values, vectors = values[kept], vectors[:, kept]
    # An eigenvector's sign is arbitrary; fixed here, so that equal data give equal inputs.
    vectors = vectors * np.sign(vectors[np.abs(vectors).argmax(axis=0), np.arange(len(values))])
    stretch = values**-0.5 if scaling == "whiten" else np.full(len(values), values.mean() ** -0.5)
    return Inputs(mean.astype(np.float32), (scale[:, None] * vectors * stretch).astype(np.float32))
