"""Seven numbers for how a picture strikes the eye: light, colour, sharpness, naturalness.

After San Pedro, Siersdorfer, "Ranking and classifying attractiveness of photos in
folksonomies", WWW 2009, https://doi.org/10.1145/1526709.1526813; colourfulness after Hasler,
Süsstrunk, "Measuring colourfulness in natural images", 2003; naturalness after Huang, Wang, Wu,
"Natural color image enhancement and evaluation algorithm", 2006. Their scales differ by orders of
magnitude: standardise over the collection before comparing.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from artrec.errors import ShapeError
from artrec.features.lbp import luma

METRICS: Final = (
    "brightness",
    "saturation",
    "sharpness",
    "contrast",
    "colourfulness",
    "naturalness",
    "entropy",
)

# Hue range in degrees, then centre and width of the saturation that looks natural.
_NATURAL_GROUPS: Final = (
    (25, 70, 0.76, 0.52),  # skin
    (95, 135, 0.81, 0.53),  # grass
    (185, 260, 0.43, 0.22),  # sky
)

Grey = NDArray[np.float64]


def attractiveness(rgb: NDArray[np.uint8]) -> NDArray[np.float32]:
    """The seven metrics in the order of `METRICS`.

    Args:
        rgb: (H, W, 3) uint8, both sides at least 3.

    Returns:
        (7,) float32. Pixel values count in [0, 1]; entropy is in bits, 0 to 8.

    Raises:
        ShapeError: If the array is not an RGB picture of that size.
    """
    grey = luma(rgb) / 255
    if min(grey.shape) < 3:
        raise ShapeError(f"Sharpness needs at least 3 x 3 pixels, got {grey.shape[::-1]}.")
    unit = rgb / 255.0
    values = (
        grey.mean(),
        (unit.max(axis=2) - unit.min(axis=2)).mean(),
        sharpness(grey),
        grey.std(),
        colourfulness(unit),
        naturalness(unit),
        entropy(grey),
    )
    return np.array(values, np.float32)


def sharpness(grey: Grey) -> float:
    """Mean of |Laplacian| over the mean of the surrounding 3 x 3, inner pixels, (H, W) -> >= 0.

    Black surroundings count as 0: nothing can be seen there.
    """
    height, width = grey.shape
    around = np.zeros((height - 2, width - 2))
    for dy in range(3):
        for dx in range(3):
            around += grey[dy : height - 2 + dy, dx : width - 2 + dx]
    centre = grey[1:-1, 1:-1]
    cross = grey[:-2, 1:-1] + grey[2:, 1:-1] + grey[1:-1, :-2] + grey[1:-1, 2:]
    laplacian = np.abs(cross - 4 * centre)
    return float(
        np.divide(9 * laplacian, around, out=np.zeros_like(around), where=around > 0).mean()
    )


def colourfulness(unit: Grey) -> float:
    """Spread and strength of the opponent colours, (H, W, 3) in [0, 1] -> >= 0."""
    red_green = unit[..., 0] - unit[..., 1]
    yellow_blue = (unit[..., 0] + unit[..., 1]) / 2 - unit[..., 2]
    spread = np.hypot(red_green.std(), yellow_blue.std())
    strength = np.hypot(red_green.mean(), yellow_blue.mean())
    return float(spread + 0.3 * strength)


def naturalness(unit: Grey) -> float:
    """How far skin, grass and sky have their usual saturation, (H, W, 3) in [0, 1] -> [0, 1].

    Each group counts with its share of all pixels, so a picture without any of them gets 0.
    """
    hue, saturation, lightness = hsl(unit)
    counted = (lightness >= 0.2) & (lightness <= 0.8) & (saturation > 0.1)
    total = 0.0
    for low, high, centre, width in _NATURAL_GROUPS:
        group = saturation[counted & (hue >= low) & (hue <= high)]
        if group.size:
            natural = np.exp(-0.5 * ((group.mean() - centre) / width) ** 2)
            total += natural * group.size / hue.size
    return float(total)


def entropy(grey: Grey) -> float:
    """Bits per pixel of the 256-bin brightness histogram, (H, W) in [0, 1] -> [0, 8]."""
    counts = np.bincount(np.rint(grey * 255).astype(np.int64).ravel(), minlength=256)
    shares = counts[counts > 0] / grey.size
    # max() turns the -0.0 of a flat picture into 0.
    return max(0.0, float(-(shares * np.log2(shares)).sum()))


def hsl(unit: Grey) -> tuple[Grey, Grey, Grey]:
    """Hue in degrees [0, 360), saturation and lightness in [0, 1], each (H, W)."""
    red, green, blue = unit[..., 0], unit[..., 1], unit[..., 2]
    high, low = unit.max(axis=2), unit.min(axis=2)
    chroma = high - low
    lightness = (high + low) / 2
    room = 1 - np.abs(2 * lightness - 1)
    saturation = np.divide(chroma, room, out=np.zeros_like(chroma), where=room > 1e-12)
    safe = np.where(chroma > 0, chroma, 1)
    hue = np.select(
        [chroma == 0, high == red, high == green],
        [np.zeros_like(chroma), ((green - blue) / safe) % 6, (blue - red) / safe + 2],
        default=(red - green) / safe + 4,
    )
    return hue * 60, saturation, lightness
