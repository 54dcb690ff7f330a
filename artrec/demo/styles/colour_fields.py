"""Colour fields: two to four soft-edged rectangles breathing on a stained ground."""

from __future__ import annotations

import numpy as np

from artrec.demo.canvas import Hand, Picture, blank, coordinates, lay, step
from artrec.demo.palettes import Palette, mix, shift
from artrec.demo.textures import fbm


def draw(
    rng: np.random.Generator, width: int, height: int, palette: Palette, hand: Hand
) -> Picture:
    """Draw one picture; returns (height, width, 3)."""
    c = palette.colours
    base = mix(c[2], palette.ground, 0.25) if hand.motif else mix(c[0], palette.ink, 0.25)
    picture = blank(width, height, base)
    lay(picture, shift(base, 0.05), 0.5 + 0.25 * fbm(rng, width, height, height / 3, 3).clip(-2, 2))
    x, y = coordinates(width, height)
    unit = min(width, height)
    # Fields stand side by side in a panorama, on top of each other otherwise.
    along, across = (x, y) if width > 1.6 * height else (y, x)
    count = 2 + int(hand.density * 2.4)
    shares = rng.dirichlet(np.full(count, 6.0)) * 0.88
    gap = 0.12 / (count + 1)
    order = rng.permutation(5)[:count]
    edge = gap
    ragged = fbm(rng, width, height, unit / 4, 5) * (0.0025 + 0.005 * (1 - hand.order))
    soft = 0.010 + 0.030 * (1 - hand.order)
    for share, index in zip(shares, order, strict=True):
        low, high = edge, edge + share
        margin = 0.055 + 0.02 * rng.random()
        inside = np.minimum(
            np.minimum(along - low, high - along),
            np.minimum(across - margin, 1 - margin - across),
        )
        scumble = fbm(rng, width, height, unit / 5, 4, stretch=2.2)
        colour = c[index] if palette.dark else mix(c[index], palette.ink, 0.06)
        alpha = step(inside + ragged, soft) * (0.86 + 0.10 * scumble * (0.5 + hand.grain)).clip(
            0, 1
        )
        lay(picture, colour, alpha)
        glow = step(inside - 0.02, 0.09) * (0.20 + 0.12 * scumble).clip(0, 0.5)
        lay(picture, shift(c[index], rng.choice([-0.07, 0.06]), 1.08), glow)
        edge = high + gap
    return picture
