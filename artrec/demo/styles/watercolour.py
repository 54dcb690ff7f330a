"""Watercolour: wet blots that overlap, with the dark rim pigment leaves when it dries."""

from __future__ import annotations

import numpy as np

from artrec.demo.canvas import Hand, Picture, blank, glaze, step
from artrec.demo.palettes import Palette, mix, shift
from artrec.demo.textures import fbm, noise


def draw(
    rng: np.random.Generator, width: int, height: int, palette: Palette, hand: Hand
) -> Picture:
    """Draw one picture; returns (height, width, 3)."""
    unit = min(width, height)
    paper = palette.ground if not palette.dark else mix(palette.ink, palette.colours[3], 0.08)
    picture = blank(width, height, paper)
    bleed = fbm(rng, width, height, unit / 4, 6)
    rag = fbm(rng, width, height, unit / 16, 4)
    granules = noise(rng, width, height, 2.4, 2.4)
    count = 4 + int(hand.density * 11)
    longest = max(width, height)
    for i in range(count):
        if hand.motif == 0:  # a drift of stones
            cx, cy = rng.uniform(0.15, 0.85) * width, rng.uniform(0.15, 0.85) * height
            rx = unit * rng.uniform(0.12, 0.30) * (1.25 - 0.45 * hand.density)
            ry = rx * rng.uniform(0.7, 1.25)
        elif hand.motif == 1:  # a column or row that holds together
            along = (i + 0.5) / count * 0.8 + 0.1
            cx, cy = (
                (along * width, height * rng.normal(0.5, 0.05))
                if width > height
                else (width * rng.normal(0.5, 0.05), along * height)
            )
            rx = ry = 0.62 * longest * 0.8 / count * rng.uniform(0.75, 1.15)
            rx, ry = (
                (rx, unit * rng.uniform(0.2, 0.34))
                if width > height
                else (unit * rng.uniform(0.2, 0.34), ry)
            )
        else:  # washes in level bands
            cx, cy = width * rng.normal(0.5, 0.06), height * ((i + 0.5) / count * 0.84 + 0.08)
            rx, ry = width * rng.uniform(0.34, 0.52), height * 0.62 / count * rng.uniform(0.7, 1.5)
        reach = 1.7
        x0, x1 = int(max(0, cx - rx * reach)), int(min(width, cx + rx * reach))
        y0, y1 = int(max(0, cy - ry * reach)), int(min(height, cy + ry * reach))
        if x1 - x0 < 3 or y1 - y0 < 3:
            continue
        gx = ((np.arange(x0, x1, dtype=np.float32) - cx) / rx)[None, :]
        gy = ((np.arange(y0, y1, dtype=np.float32) - cy) / ry)[:, None]
        power = 2.0 if hand.motif == 0 else 3.2
        near, fine = bleed[y0:y1, x0:x1], rag[y0:y1, x0:x1]
        wet = (1 - hand.order) * 0.12 + 0.05
        inside = (
            1
            - (np.abs(gx) ** power + np.abs(gy) ** power) ** (1 / power)
            + wet * near
            + 0.020 * fine
        )
        soft = 0.012 if rng.random() > 0.25 else 0.12
        body = step(inside.astype(np.float32), soft)
        rim = np.exp(-(((inside - 0.025) / 0.022) ** 2)) * (0.5 if soft < 0.1 else 0.0)
        pool = 0.50 + 0.20 * near * np.sign(rng.normal()) + 0.20 * gy + 0.12 * gx
        grains = 0.06 * granules[y0:y1, x0:x1] * (0.4 + hand.grain)
        load = body * (pool.clip(0.16, 0.92) + rim + grains)
        first = palette.colours[rng.choice(5, p=[0.3, 0.26, 0.2, 0.14, 0.1])]
        second = palette.colours[rng.choice(5)]
        # A second colour dropped in while wet.
        drop = step((near * 0.6 + gx + gy * 0.5), 0.8)
        patch = picture[y0:y1, x0:x1]
        glaze(patch, shift(first, 0.04), (load * (1 - drop * 0.8)).clip(0, 0.95).astype(np.float32))
        glaze(patch, second, (load * drop * 0.8).clip(0, 0.9).astype(np.float32))
    return picture
