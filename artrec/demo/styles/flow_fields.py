"""Flow fields: ribbons that follow one slow current and never quite touch."""

from __future__ import annotations

import numpy as np
from PIL import ImageDraw

from artrec.demo.canvas import Hand, Picture, blank, drawn, ink
from artrec.demo.palettes import Palette, mix
from artrec.demo.textures import fbm


def draw(
    rng: np.random.Generator, width: int, height: int, palette: Palette, hand: Hand
) -> Picture:
    """Draw one picture; returns (height, width, 3)."""
    longest = max(width, height)
    small_w, small_h = width // 8 + 2, height // 8 + 2
    turn = fbm(rng, small_w, small_h, longest / 8 * (0.75 - 0.35 * hand.density), 2)
    lean = rng.uniform(0, 2 * np.pi)
    angle = lean + turn * (0.5 + 1.3 * (1 - hand.order))
    if hand.motif == 1:  # a vortex pulls the current round
        gy, gx = np.mgrid[0:small_h, 0:small_w]
        cx, cy = small_w * rng.uniform(0.3, 0.7), small_h * rng.uniform(0.3, 0.7)
        angle = np.arctan2(gy - cy, gx - cx) + 1.35 + 0.35 * turn
    count = int(700 + 1500 * hand.density)
    steps = 70
    position = rng.uniform(-0.08, 1.08, (count, 2)) * (width, height)
    seeds = position.copy()
    trail = np.empty((steps, count, 2), dtype=np.float32)
    stride = longest / 230
    for i in range(steps):
        trail[i] = position
        column = (position[:, 0] / 8).clip(0, small_w - 1).astype(int)
        row = (position[:, 1] / 8).clip(0, small_h - 1).astype(int)
        a = angle[row, column]
        position = position + np.stack((np.cos(a), np.sin(a)), axis=-1) * stride
    region = fbm(rng, small_w, small_h, longest / 8 / 2.2, 2)
    local = region[
        (seeds[:, 1] / 8).clip(0, small_h - 1).astype(int),
        (seeds[:, 0] / 8).clip(0, small_w - 1).astype(int),
    ]
    choice = np.digitize(local + rng.normal(0, 0.35, count), [-0.9, -0.1, 0.6, 1.25])
    thick = (
        longest
        * (0.0016 + 0.0058 * hand.line)
        * rng.choice([0.5, 1.0, 1.0, 2.1], count, p=[0.35, 0.3, 0.25, 0.1])
    )
    if hand.motif == 2:
        thick[:] = longest * (0.0012 + 0.002 * hand.line)
    length = (steps * rng.uniform(0.3, 1, count)).astype(int)
    ground = palette.ground

    def ribbons(pen: ImageDraw.ImageDraw, scale: int) -> None:
        for i in np.argsort(-thick + rng.normal(0, longest * 0.001, count)):
            points = [(float(px), float(py)) for px, py in trail[: length[i], i] * scale]
            wide = max(1, round(thick[i] * scale * 2))
            # A rim of bare ground keeps each ribbon apart from what lies under it.
            pen.line(points, fill=ink(ground), width=wide + round(longest * 0.0032 * scale))
            tone = palette.ink if rng.random() < 0.07 else palette.colours[choice[i]]
            pen.line(points, fill=ink(mix(tone, ground, 0.04)), width=wide)

    return drawn(blank(width, height, ground), ribbons)
