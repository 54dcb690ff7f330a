"""Ridges: hills behind hills, each paler with distance, mist between them."""

from __future__ import annotations

import numpy as np

from artrec.demo.canvas import Hand, Picture, coordinates, lay, step
from artrec.demo.palettes import Palette, mix, ramp, shift
from artrec.demo.textures import fbm, line_noise


def draw(
    rng: np.random.Generator, width: int, height: int, palette: Palette, hand: Hand
) -> Picture:
    """Draw one picture; returns (height, width, 3)."""
    x, y = coordinates(width, height)
    aspect = width / height
    c = palette.colours
    pale, deep = (palette.ink, palette.ground) if palette.dark else (palette.ground, palette.ink)
    top = mix(c[3], pale, 0.35) if not palette.dark else mix(c[3], deep, 0.3)
    low = mix(c[4], pale, 0.55)
    sky = ramp([top, mix(top, low, 0.5), low, mix(low, pale, 0.4)])
    start = rng.uniform(0.30, 0.48)
    cloud = fbm(rng, width, height, height / 3, 4, stretch=2.6) * 0.05 * (0.4 + hand.grain)
    picture: Picture = sky[((y / (start + 0.18) + cloud) * 255).clip(0, 255).astype(np.intp)].copy()
    sx, sy, r = rng.uniform(0.2, 0.8), start * rng.uniform(0.35, 0.85), rng.uniform(0.028, 0.06)
    distance = np.hypot((x - sx) * aspect, y - sy).astype(np.float32)
    lay(picture, mix(c[4], pale, 0.75), np.exp(-distance / 0.16) * 0.45)
    if hand.motif != 2:
        lay(picture, mix(c[4], pale, 0.45 if hand.motif else 0.8), step(r - distance, 0.002))
    count = 4 + int(hand.density * 5)
    haze = mix(low, pale, 0.25)
    near = mix(shift(c[2], -0.10), deep, 0.45)
    tones = ramp([mix(haze, c[0], 0.30), mix(c[0], c[1], 0.2), c[0], near], count)
    sharp = 0.5 + 0.9 * (1 - hand.order)
    for k in range(count):
        share = k / max(count - 1, 1)
        base = start + (0.96 - start) * share**1.15
        shape = line_noise(rng, width, width * (0.20 + 0.25 * rng.random()) / aspect**0.5, 6)
        if hand.motif == 0:  # folded, alpine crests
            shape = 0.8 - np.abs(shape) * 1.5
        rise = (0.085 - 0.03 * share) * sharp
        fine = line_noise(rng, width, 9, 2) * 0.0016 * (1 + 3 * share) * hand.grain
        under = (y - (base - rise * shape - fine)[None, :]).astype(np.float32)
        inside = step(under, 1.2 / height)
        mist = (under / (0.16 + 0.08 * rng.random())).clip(0, 1)
        lay(picture, tones[k], inside)
        lay(picture, mix(tones[k], haze, 0.75), inside * mist**1.4 * (0.62 * (1 - share) + 0.1))
        if share < 0.95 and hand.grain > 0.45:
            slope = np.gradient(shape)[None, :] * width * 0.05
            lay(
                picture,
                shift(tones[k], -0.05),
                inside * (slope.clip(0, 1) * np.exp(-under / 0.06)).clip(0, 0.6),
            )
    return picture
