"""Palettes chosen by hand in OKLCH, and the few colour operations the styles need.

A mood is a ground, an ink and five colours, written as (lightness, chroma, hue in degrees) in the
OKLCH space (Ottosson 2020, "A perceptual color space for image processing"). A studio turns its
mood by a few degrees and keeps it; a picture moves it a little more. Nothing is picked at random
from the whole wheel, which is how the pictures keep quiet.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Colour = NDArray[np.float32]
"""(3,) or (..., 3) float32 sRGB in 0..1."""

Lch = tuple[float, float, float]

# Name: ground, ink, then five colours from the most used to the accent.
MOODS: dict[str, tuple[Lch, ...]] = {
    "chalk and rust": (
        (.95, .014, 85), (.26, .02, 50),
        (.60, .13, 42), (.80, .06, 75), (.44, .06, 32), (.70, .03, 225), (.66, .14, 60),
    ),
    "north sea": (
        (.93, .012, 220), (.24, .03, 245),
        (.52, .07, 235), (.70, .05, 215), (.37, .06, 250), (.84, .03, 195), (.70, .14, 55),
    ),
    "olive grove": (
        (.94, .02, 100), (.27, .03, 120),
        (.57, .07, 118), (.74, .07, 105), (.42, .05, 135), (.83, .05, 90), (.62, .13, 40),
    ),
    "plaster rose": (
        (.94, .016, 50), (.30, .04, 20),
        (.74, .08, 25), (.84, .045, 50), (.55, .09, 15), (.66, .03, 280), (.45, .11, 22),
    ),
    "lamp black": (
        (.20, .01, 270), (.93, .015, 90),
        (.44, .02, 260), (.32, .02, 265), (.63, .03, 80), (.80, .03, 85), (.60, .18, 32),
    ),
    "indigo cloth": (
        (.92, .014, 90), (.25, .07, 270),
        (.40, .11, 268), (.56, .09, 262), (.30, .09, 274), (.76, .05, 250), (.78, .10, 80),
    ),
    "ochre earth": (
        (.91, .03, 85), (.25, .025, 60),
        (.70, .11, 75), (.55, .10, 58), (.40, .07, 45), (.83, .07, 88), (.48, .07, 200),
    ),
    "celadon": (
        (.95, .012, 150), (.28, .03, 185),
        (.74, .05, 165), (.62, .06, 180), (.85, .035, 145), (.45, .055, 195), (.68, .12, 45),
    ),
    "vermilion and bone": (
        (.93, .02, 80), (.20, .01, 60),
        (.60, .20, 32), (.22, .01, 60), (.84, .035, 80), (.50, .16, 30), (.68, .02, 80),
    ),
    "winter dusk": (
        (.30, .04, 285), (.94, .02, 70),
        (.45, .07, 290), (.58, .08, 320), (.72, .08, 25), (.36, .06, 270), (.84, .09, 70),
    ),
    "moss and peat": (
        (.28, .025, 130), (.90, .03, 105),
        (.42, .06, 130), (.54, .07, 122), (.35, .035, 90), (.68, .07, 110), (.74, .12, 78),
    ),
    "bauhaus": (
        (.94, .016, 90), (.22, .01, 270),
        (.55, .19, 29), (.45, .13, 260), (.82, .14, 88), (.25, .01, 270), (.78, .02, 90),
    ),
    "sea glass": (
        (.96, .01, 190), (.32, .05, 215),
        (.78, .065, 195), (.65, .08, 205), (.87, .04, 170), (.50, .08, 220), (.80, .09, 30),
    ),
    "apricot noon": (
        (.96, .02, 80), (.33, .06, 30),
        (.82, .10, 65), (.74, .12, 48), (.89, .06, 85), (.60, .13, 32), (.55, .07, 245),
    ),
    "slate and lemon": (
        (.90, .008, 240), (.25, .02, 250),
        (.50, .03, 245), (.65, .025, 235), (.36, .03, 255), (.78, .02, 220), (.88, .14, 100),
    ),
    "wine cellar": (
        (.24, .04, 10), (.92, .025, 70),
        (.40, .11, 15), (.52, .12, 22), (.32, .07, 355), (.66, .07, 45), (.79, .09, 78),
    ),
    "heather": (
        (.93, .014, 320), (.29, .05, 305),
        (.62, .08, 315), (.76, .05, 320), (.46, .08, 300), (.72, .05, 145), (.84, .07, 90),
    ),
    "grisaille": (
        (.94, .006, 90), (.23, .006, 80),
        (.58, .010, 80), (.74, .010, 90), (.40, .008, 70), (.85, .010, 90), (.66, .03, 60),
    ),
    "lagoon night": (
        (.25, .05, 230), (.93, .02, 110),
        (.42, .08, 215), (.55, .09, 200), (.33, .07, 245), (.71, .08, 185), (.76, .13, 50),
    ),
    "persimmon and teal": (
        (.94, .018, 80), (.27, .04, 205),
        (.68, .16, 48), (.47, .075, 200), (.83, .07, 75), (.34, .055, 210), (.60, .07, 190),
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Palette:
    """The colours of one picture."""

    ground: Colour
    ink: Colour
    colours: Colour
    """(5, 3): from the most used to the accent."""
    traits: tuple[float, float, float]
    """Mean OKLab (lightness, a, b) of ground and colours: the picture's true colour."""

    @property
    def dark(self) -> bool:
        """Whether the ground is darker than the ink."""
        return bool(self.ground.mean() < self.ink.mean())


def oklab_to_srgb(lab: NDArray[np.float32]) -> Colour:
    """Convert (..., 3) OKLab to sRGB, clipped to 0..1 (Ottosson 2020)."""
    l_, a, b = lab[..., 0], lab[..., 1], lab[..., 2]
    long = (l_ + 0.3963377774 * a + 0.2158037573 * b) ** 3
    middle = (l_ - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (l_ - 0.0894841775 * a - 1.2914855480 * b) ** 3
    linear = np.stack(
        (
            4.0767416621 * long - 3.3077115913 * middle + 0.2309699292 * short,
            -1.2684380046 * long + 2.6097574011 * middle - 0.3413193965 * short,
            -0.0041960863 * long - 0.7034186147 * middle + 1.7076147010 * short,
        ),
        axis=-1,
    ).clip(0, 1)
    srgb = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
    return srgb.astype(np.float32)


def srgb_to_oklab(srgb: Colour) -> NDArray[np.float32]:
    """Convert (..., 3) sRGB in 0..1 to OKLab (Ottosson 2020)."""
    linear = np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)
    r, g, b = linear[..., 0], linear[..., 1], linear[..., 2]
    long = np.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b)
    middle = np.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b)
    short = np.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b)
    lab = np.stack(
        (
            0.2104542553 * long + 0.7936177850 * middle - 0.0040720468 * short,
            1.9779984951 * long - 2.4285922050 * middle + 0.4505937099 * short,
            0.0259040371 * long + 0.7827717662 * middle - 0.8086757660 * short,
        ),
        axis=-1,
    )
    return lab.astype(np.float32)


def make_palette(
    rng: np.random.Generator, mood: str, turn: float, lift: float, strength: float
) -> Palette:
    """Mix one picture's palette from a mood.

    `turn` is a hue rotation in degrees, `lift` is added to lightness, `strength` scales chroma:
    these belong to the studio. The picture adds its own small jitter from `rng`.
    """
    lch = np.asarray(MOODS[mood], dtype=np.float32).copy()
    count = len(lch) - 2
    lch[2:, 0] += lift + rng.normal(0, 0.015, count)
    lch[:, 1] *= strength * rng.uniform(0.92, 1.06)
    lch[:, 2] += turn + rng.normal(0, 3.0)
    hue = np.deg2rad(lch[:, 2])
    lab = np.stack((lch[:, 0], lch[:, 1] * np.cos(hue), lch[:, 1] * np.sin(hue)), axis=-1)
    if rng.random() < 0.35:
        # The two leading colours change places: same family, another key.
        lab[[2, 3]] = lab[[3, 2]]
    lightness, a, b = lab[[0, 2, 3, 4, 5]].mean(axis=0)
    srgb = oklab_to_srgb(lab.astype(np.float32))
    return Palette(srgb[0], srgb[1], srgb[2:], (float(lightness), float(a), float(b)))


def mix(first: Colour, second: Colour, share: float) -> Colour:
    """Mix two colours in OKLab; `share` 0 gives the first, 1 the second."""
    lab = srgb_to_oklab(first) * (1 - share) + srgb_to_oklab(second) * share
    return oklab_to_srgb(lab.astype(np.float32))


def shift(colour: Colour, lightness: float, chroma: float = 1.0) -> Colour:
    """Make a colour lighter or darker by `lightness` and scale its chroma."""
    lab = srgb_to_oklab(colour)
    lab[..., 0] = (lab[..., 0] + lightness).clip(0, 1)
    lab[..., 1:] *= chroma
    return oklab_to_srgb(lab)


def ramp(colours: list[Colour], steps: int = 256) -> Colour:
    """(steps, 3) colours running through `colours`, mixed in OKLab."""
    lab = srgb_to_oklab(np.stack(colours))
    at = np.linspace(0, len(colours) - 1, steps)
    channels = [np.interp(at, np.arange(len(colours)), lab[:, i]) for i in range(3)]
    return oklab_to_srgb(np.stack(channels, axis=-1).astype(np.float32))
