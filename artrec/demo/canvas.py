"""What every style draws with: fields in 0..1, masks with soft edges, strokes with bristles."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

from artrec.demo.palettes import Colour

Field = NDArray[np.floating]
"""(height, width), or what broadcasts to it; float32 where it is large."""
Picture = NDArray[np.float32]
"""(height, width, 3) float32 sRGB in 0..1."""
Points = NDArray[np.floating]
"""(N, 2) positions, x then y, in pixels."""

OVERSAMPLE = 2


@dataclass(frozen=True, slots=True)
class Hand:
    """How a studio works. All in 0..1; each style reads them in its own way."""

    density: float
    """Few large things to many small ones."""
    line: float
    """Thin to heavy line."""
    order: float
    """Free to strict."""
    grain: float
    """Smooth to rough surface."""
    motif: int
    """Which of a style's two or three subjects the studio keeps to."""


def blank(width: int, height: int, colour: Colour) -> Picture:
    """A picture of one colour."""
    picture = np.empty((height, width, 3), dtype=np.float32)
    picture[:] = colour
    return picture


def coordinates(width: int, height: int) -> tuple[Field, Field]:
    """Column (1, width) and row (height, 1) coordinates in 0..1, ready to broadcast."""
    x = ((np.arange(width, dtype=np.float32) + 0.5) / width)[None, :]
    y = ((np.arange(height, dtype=np.float32) + 0.5) / height)[:, None]
    return x, y


def step(field: Field, softness: float) -> Field:
    """Smooth 0 to 1 where `field` passes zero, over `softness` on either side."""
    t = np.clip(field / (2 * softness) + 0.5, 0, 1)
    return np.asarray(t * t * (3 - 2 * t), dtype=np.float32)


def lay(picture: Picture, colour: Colour | Picture, alpha: Field | float) -> None:
    """Lay a colour over the picture in place, as thick as `alpha` says."""
    a = np.asarray(alpha, dtype=np.float32)
    if a.ndim == 2:
        a = a[:, :, None]
    picture += a * (np.asarray(colour, dtype=np.float32) - picture)


def glaze(picture: Picture, colour: Colour, alpha: Field) -> None:
    """Multiply a transparent colour into the picture in place, as watercolour does."""
    picture *= 1 - alpha[:, :, None] * (1 - colour)


def drawn(picture: Picture, draw: Callable[[ImageDraw.ImageDraw, int], None]) -> Picture:
    """Draw with Pillow on an oversampled copy of the picture and bring it back, antialiased.

    `draw` gets the pen and the scale: multiply pixel positions and widths by it.
    """
    height, width = picture.shape[:2]
    image = to_image(picture).resize(
        (width * OVERSAMPLE, height * OVERSAMPLE), Image.Resampling.BOX
    )
    draw(ImageDraw.Draw(image), OVERSAMPLE)
    return to_picture(image.reduce(OVERSAMPLE))


def mask(width: int, height: int, draw: Callable[[ImageDraw.ImageDraw, int], None]) -> Field:
    """Draw white (255) shapes on black with Pillow; (height, width) coverage in 0..1."""
    image = Image.new("L", (width * OVERSAMPLE, height * OVERSAMPLE), 0)
    draw(ImageDraw.Draw(image), OVERSAMPLE)
    return np.asarray(image.reduce(OVERSAMPLE), dtype=np.float32) / 255


def blurred(field: Field, radius: float) -> Field:
    """Gaussian-like blur of a 0..1 field; `radius` in pixels."""
    image = Image.fromarray((field.clip(0, 1) * 255).astype(np.uint8))
    soft = image.filter(ImageFilter.BoxBlur(radius)).filter(ImageFilter.BoxBlur(radius))
    return np.asarray(soft, dtype=np.float32) / 255


def to_image(picture: Picture) -> Image.Image:
    """The picture as an 8-bit RGB image."""
    return Image.fromarray((picture.clip(0, 1) * 255 + 0.5).astype(np.uint8))


def to_picture(image: Image.Image) -> Picture:
    """An 8-bit RGB image as a picture."""
    return np.asarray(image, dtype=np.float32) / np.float32(255)


def ink(colour: Colour) -> tuple[int, int, int]:
    """A colour as Pillow wants it."""
    r, g, b = (int(v) for v in (np.clip(colour, 0, 1) * 255 + 0.5))
    return r, g, b


def flat(points: Points, scale: float) -> list[tuple[float, float]]:
    """Points as Pillow wants them, scaled."""
    return [(float(x), float(y)) for x, y in points * scale]


def spline(knots: Points, steps: int) -> Points:
    """Catmull-Rom curve through (K, 2) knots as (steps, 2) points."""
    padded = np.concatenate((2 * knots[:1] - knots[1:2], knots, 2 * knots[-1:] - knots[-2:-1]))
    at = np.linspace(0, len(knots) - 1, steps)
    i = np.minimum(at.astype(int), len(knots) - 2)
    t = (at - i)[:, None]
    a, b, c, d = (padded[i + k] for k in range(4))
    curve = 0.5 * (
        2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3
    )
    return np.asarray(curve, dtype=np.float32)


def normals(curve: Points) -> Points:
    """Unit normals of a curve, (N, 2)."""
    tangent = np.gradient(curve, axis=0)
    length = np.hypot(tangent[:, 0], tangent[:, 1]).clip(1e-6)[:, None]
    return np.asarray(np.stack((-tangent[:, 1], tangent[:, 0]), axis=-1) / length, dtype=np.float32)


def ribbon(curve: Points, half_width: Field) -> Points:
    """Outline of a stroke with varying half width (N,) along a curve: (2N, 2) polygon."""
    side = normals(curve) * half_width[:, None]
    return np.concatenate((curve + side, (curve - side)[::-1]))


def bristles(
    rng: np.random.Generator,
    pen: ImageDraw.ImageDraw,
    scale: int,
    curve: Points,
    half_width: float,
    colours: Colour,
    dryness: float,
) -> None:
    """Draw one loaded-brush stroke: many hairs beside each other, some running dry early.

    `colours` is (K, 3); neighbouring hairs take neighbouring colours, as unmixed paint does.
    """
    count = int(np.clip(half_width * 0.9, 8, 90))
    side = normals(curve)
    taper = np.sqrt(np.clip(np.sin(np.linspace(0.12, np.pi - 0.05, len(curve))), 0, 1))
    streak = np.cumsum(rng.normal(0, 0.22, count)) + rng.uniform(0, len(colours))
    offsets = np.linspace(-1, 1, count) + rng.normal(0, 0.6 / count, count)
    for j in rng.permutation(count):
        # Hairs lift at different moments: nearly together when wet, early when dry.
        early = abs(rng.normal(0, 0.05)) + (rng.uniform(0, 0.55) if rng.random() < dryness else 0)
        late = abs(rng.normal(0, 0.025)) + (
            rng.uniform(0, 0.2) if rng.random() < dryness / 3 else 0
        )
        start = int(late * len(curve))
        stop = max(start + 2, int(len(curve) * (1 - early)))
        hair = curve + side * (offsets[j] * half_width * (0.55 + 0.45 * taper))[:, None]
        colour = colours[int(streak[j]) % len(colours)] * rng.uniform(0.93, 1.06)
        width = max(1, round(scale * half_width * 2.6 / count * rng.uniform(0.6, 1.2)))
        pen.line(flat(hair[start:stop], scale), fill=ink(colour), width=width)
