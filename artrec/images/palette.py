"""The few colours a picture is made of, and sRGB to CIELAB for everyone who compares colours."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageOps

_SIDE: Final = 96
_SEEDS: Final = 16
_ROUNDS: Final = 8
_DISTINCT: Final = 14.0
"""Swatches closer than this Delta E (CIE76) are one: about six just-noticeable differences."""

# sRGB primaries to XYZ with the D65 white at (1, 1, 1): IEC 61966-2-1.
_TO_XYZ: Final = np.array(
    [
        [0.4124564, 0.3575761, 0.1804375],
        [0.2126729, 0.7151522, 0.0721750],
        [0.0193339, 0.1191920, 0.9503041],
    ],
    dtype=np.float32,
)
_NORMALISED: Final = _TO_XYZ / _TO_XYZ.sum(axis=1, keepdims=True)

_CODES = np.arange(256) / 255
_LINEAR: Final = np.where(
    _CODES <= 0.04045, _CODES / 12.92, ((_CODES + 0.055) / 1.055) ** 2.4
).astype(np.float32)


@dataclass(frozen=True, slots=True)
class Swatch:
    """One colour of a palette."""

    hex: str
    """sRGB as "#rrggbb", lower case."""
    lab: tuple[float, float, float]
    """CIELAB under D65 of `hex`: lightness 0..100, then green-red and blue-yellow."""
    share: float
    """Part of the picture nearest to this colour, 0..1; the shares of a palette sum to 1."""


def to_lab(rgb: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
    """CIELAB (D65, 2 degrees) of 8-bit sRGB, shape (..., 3) to (..., 3) float32."""
    xyz = _LINEAR[rgb] @ _NORMALISED.T
    # CIE 15: cube root above (6/29)^3, a straight line below.
    f = np.where(xyz > 216 / 24389, np.cbrt(xyz), xyz * np.float32(841 / 108) + np.float32(4 / 29))
    x, y, z = f[..., 0], f[..., 1], f[..., 2]
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], axis=-1).astype(np.float32)


def lab_from_hex(colour: str) -> tuple[float, float, float]:
    """CIELAB of "#rrggbb". Raises ValueError if it is not six hex digits after a #."""
    if len(colour) != 7 or colour[0] != "#":
        raise ValueError(f"A colour is written #rrggbb, six hex digits; got {colour!r}.")
    rgb = np.frombuffer(bytes.fromhex(colour[1:]), dtype=np.uint8)
    lightness, a, b = to_lab(rgb).tolist()
    return lightness, a, b


def palette(image: Image.Image, colours: int = 6) -> tuple[Swatch, ...]:
    """Up to `colours` perceptually distinct colours of `image` (RGB), largest share first.

    k-means in CIELAB on a 96-pixel copy, started from median cut; then centres too close to tell
    apart are merged and the largest kept. Deterministic. 7 to 24 ms a picture on one core.
    """
    small = ImageOps.contain(image, (_SIDE, _SIDE), Image.Resampling.BOX)
    rgb = np.asarray(small).reshape(-1, 3)
    lab = to_lab(rgb)
    centres = _merge(*_cluster(lab, _seeds(small)))
    group = _nearest(lab, centres)
    kept = np.argsort(-np.bincount(group, minlength=len(centres)), kind="stable")[:colours]
    # The rest counts for the nearest kept colour, but does not muddy it.
    counted = _nearest(lab, centres[kept])
    swatches = [
        _swatch(rgb[group == i], float((counted == at).mean()))
        for at, i in enumerate(kept)
        if (group == i).any()
    ]
    return tuple(sorted(swatches, key=lambda swatch: (-swatch.share, swatch.hex)))


def _seeds(image: Image.Image) -> npt.NDArray[np.float32]:
    """Starting centres, (at most 16, 3) Lab, by median cut."""
    table: Any = image.quantize(_SEEDS, method=Image.Quantize.MEDIANCUT).getpalette("RGB")
    return np.unique(to_lab(np.array(table, dtype=np.uint8).reshape(-1, 3)), axis=0)


def _cluster(
    lab: npt.NDArray[np.float32], centres: npt.NDArray[np.float32]
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    """Lloyd's k-means; empty clusters are dropped. Centres (k, 3) and pixel counts (k,)."""
    counts = np.ones(len(centres), dtype=np.float32)
    for _ in range(_ROUNDS):
        member = np.eye(len(centres), dtype=np.float32)[_nearest(lab, centres)]
        counts = member.sum(axis=0)
        filled = counts > 0
        centres = (member.T @ lab)[filled] / counts[filled, None]
        counts = counts[filled]
    return centres, counts


def _merge(
    centres: npt.NDArray[np.float32], weights: npt.NDArray[np.float32]
) -> npt.NDArray[np.float32]:
    """Join the closest two, weighted, until all are distinct."""
    while len(centres) > 1:
        apart = np.linalg.norm(centres[:, None] - centres[None], axis=-1)
        np.fill_diagonal(apart, np.inf)
        i, j = sorted(divmod(int(apart.argmin()), len(centres)))
        if apart[i, j] >= _DISTINCT:
            break
        total = weights[i] + weights[j]
        centres[i] = (centres[i] * weights[i] + centres[j] * weights[j]) / total
        weights[i] = total
        centres, weights = np.delete(centres, j, axis=0), np.delete(weights, j)
    return centres


def _nearest(
    lab: npt.NDArray[np.float32], centres: npt.NDArray[np.float32]
) -> npt.NDArray[np.intp]:
    """Index of the nearest centre of each row."""
    # |x - c|^2 without |x|^2, which is the same for every centre.
    distances = (centres**2).sum(axis=1) - 2 * lab @ centres.T
    nearest: npt.NDArray[np.intp] = distances.argmin(axis=1)
    return nearest


def _swatch(rgb: npt.NDArray[np.uint8], share: float) -> Swatch:
    red, green, blue = np.rint(rgb.mean(axis=0)).astype(int).tolist()
    colour = f"#{red:02x}{green:02x}{blue:02x}"
    return Swatch(colour, lab_from_hex(colour), share)
