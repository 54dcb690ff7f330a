"""Waves: parallel bands that swell and pinch until the plane moves."""

from __future__ import annotations

import numpy as np

from artrec.demo.canvas import Hand, Picture, coordinates
from artrec.demo.palettes import Palette


def draw(
    rng: np.random.Generator, width: int, height: int, palette: Palette, hand: Hand
) -> Picture:
    """Draw one picture; returns (height, width, 3)."""
    x, y = coordinates(width, height)
    unit = min(width, height)
    px, py = (x - 0.5) * width / unit, (y - 0.5) * height / unit
    if rng.random() < 0.5:
        px, py = py, px
    amount = 0.10 + 0.16 * (1 - hand.order)
    phase = rng.uniform(0, 2 * np.pi, 3)
    if hand.motif == 0:  # level bands, one long swell
        drift = (
            amount
            * np.sin(px * rng.uniform(2.2, 4.5) + phase[0])
            * np.cos(py * rng.uniform(0.6, 2.0) + phase[1])
        )
        t = py + drift
    elif hand.motif == 1:  # pinched: the bands narrow towards an axis
        axis = rng.uniform(-0.2, 0.2)
        t = np.arcsinh((py - axis + 0.10 * np.sin(px * 3 + phase[0])) * 5) / 3.2
    else:  # two swells meeting
        t = (
            py
            + amount * np.sin(px * 3.1 + phase[0])
            + 0.5 * amount * np.sin(px * 7.3 + py * 4 + phase[1])
        )
    bands = 14 + 34 * hand.density
    t = ((t + 4) * bands).astype(np.float32)
    t = np.broadcast_to(t, (height, width))
    length = int(rng.choice([4, 5, 6, 8]))
    pool = np.stack((palette.ground, *palette.colours, palette.ink))
    if hand.line > 0.6:
        run = np.stack(
            [palette.ground if i % 2 else pool[1 + i // 2 % 5] for i in range(length + length % 2)]
        )
    else:
        run = pool[rng.choice(7, length, p=[0.24, 0.20, 0.17, 0.14, 0.12, 0.07, 0.06])]
    index = np.floor(t).astype(np.intp)
    # How far one pixel goes in phase: the width of the blend at each edge.
    slope = np.hypot(*np.gradient(t)).clip(1e-4)
    part = t - index
    blend = ((part - 1) / slope + 1).clip(0, 1).astype(np.float32)[:, :, None]
    here, following = run[index % len(run)], run[(index + 1) % len(run)]
    return np.asarray(here * (1 - blend) + following * blend, dtype=np.float32)
