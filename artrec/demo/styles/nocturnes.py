"""Nocturnes: a dark sky, a moon or stars, water or land below."""

from __future__ import annotations

import numpy as np

from artrec.demo.canvas import Hand, Picture, coordinates, lay, step
from artrec.demo.palettes import Palette, mix, ramp, shift
from artrec.demo.textures import fbm, line_noise, noise


def draw(
    rng: np.random.Generator, width: int, height: int, palette: Palette, hand: Hand
) -> Picture:
    """Draw one picture; returns (height, width, 3)."""
    x, y = coordinates(width, height)
    aspect = width / height
    c = palette.colours
    night = palette.ground if palette.dark else mix(palette.ink, c[0], 0.25)
    pale = palette.ink if palette.dark else palette.ground
    horizon = rng.choice([0.58, 0.64, 0.72]) + rng.normal(0, 0.01)
    veil = fbm(rng, width, height, height / 2.2, 5, stretch=1.7)
    sky = ramp(
        [shift(night, -0.04), mix(night, c[0], 0.35), mix(night, c[0], 0.75), mix(c[3], c[4], 0.3)]
    )
    depth = (y / horizon) ** 1.6 * 0.86 + 0.055 * veil * (0.5 + hand.grain)
    picture: Picture = sky[(depth * 255).clip(0, 255).astype(np.intp)].copy()
    mx, my = rng.uniform(0.22, 0.78), horizon * rng.uniform(0.22, 0.62)
    distance = np.hypot((x - mx) * aspect, y - my).astype(np.float32)
    r = rng.uniform(0.035, 0.075)
    moon = hand.motif != 1
    if not moon:  # the river of stars
        lean = rng.uniform(-0.9, 0.9)
        band = np.exp(-(((y - 0.33 - lean * (x - 0.5)) / 0.16) ** 2)).astype(np.float32)
        lay(
            picture,
            mix(c[3], pale, 0.35),
            (band * (0.20 + 0.16 * fbm(rng, width, height, height / 5, 5))).clip(0, 0.6),
        )
    count = int((300 + 1500 * hand.density) * (1.0 if not moon else 0.3))
    size = np.minimum(1 + rng.pareto(2.6, count), 5) * max(width, height) / 2400
    for px, py, s in zip(
        rng.uniform(2, width - 3, count),
        rng.uniform(2, height * horizon - 3, count),
        size,
        strict=True,
    ):
        reach = int(np.ceil(s * 2.2)) + 1
        x0, y0 = max(0, int(px) - reach), max(0, int(py) - reach)
        patch = picture[y0 : int(py) + reach + 1, x0 : int(px) + reach + 1]
        gy, gx = np.ogrid[y0 : y0 + patch.shape[0], x0 : x0 + patch.shape[1]]
        spot = np.exp(-((gx - px) ** 2 + (gy - py) ** 2) / (s * s)).astype(np.float32)
        lay(patch, pale, spot * min(0.95, 0.30 + 0.30 * float(s)))
    if moon:
        lay(picture, mix(c[4], pale, 0.6), np.exp(-(distance - r).clip(0) / 0.13) * 0.40)
        full = step(r - distance, 0.0022)
        lay(picture, mix(c[4], pale, 0.72), full * (0.94 + 0.05 * veil).clip(0, 1))
        if hand.order < 0.4:
            bite = np.hypot((x - mx - r * 0.45) * aspect, y - my + r * 0.2).astype(np.float32)
            lay(picture, mix(night, c[0], 0.4), full * step(r * 0.95 - bite, 0.003))
    below = step((y - horizon), 0.0012)
    if hand.motif == 2:  # land
        for k in range(3):
            crest = horizon - 0.03 + 0.10 * k + 0.035 * line_noise(rng, width, width / 3, 6)
            lay(
                picture,
                mix(shift(night, -0.05), c[0], 0.38 - 0.17 * k),
                step((y - crest[None, :]), 0.0015),
            )
        return picture
    far = ((y - horizon) / (1 - horizon)).clip(0, 1)
    water = ramp([mix(night, c[0], 0.7), mix(night, c[0], 0.4), shift(night, -0.05)])
    lay(picture, water[(np.broadcast_to(far, (height, width)) * 255).astype(np.intp)], below)
    # Three sizes of ripples, each where the perspective would put it.
    ripple = np.zeros((height, width), dtype=np.float32)
    for k, cell in enumerate((2.2, 5.0, 11.0)):
        weight = np.exp(-(((far - 0.15 - 0.35 * k) / 0.28) ** 2))
        ripple += weight * noise(rng, width, height, cell * 11, cell * max(width, height) / 1200)
    lay(picture, mix(c[3], pale, 0.2), below * step(ripple - 1.25, 0.5) * 0.35)
    if moon:
        path = np.exp(-(((x - mx) * aspect / (0.025 + 0.16 * far)) ** 2))
        lay(
            picture,
            mix(c[4], pale, 0.65),
            below * step((ripple + 2.4 * path - 1.75), 0.45) * 0.9,
        )
    return picture
