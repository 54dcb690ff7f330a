"""Woodcut: colour blocks with a graded sky, and a key block of carved lines."""

from __future__ import annotations

import numpy as np

from artrec.demo.canvas import Field, Hand, Picture, blank, coordinates, lay, step
from artrec.demo.palettes import Palette, mix
from artrec.demo.textures import fbm, line_noise, noise


def _carved(phase: Field, tone: Field | float, softness: float) -> Field:
    """Ink coverage of lines one unit of `phase` apart, `tone` of each unit inked."""
    wave = np.abs((phase % 1) - 0.5) * 2
    return step(np.asarray(tone - wave, dtype=np.float32), softness)


def draw(
    rng: np.random.Generator, width: int, height: int, palette: Palette, hand: Hand
) -> Picture:
    """Draw one picture; returns (height, width, 3)."""
    x, y = coordinates(width, height)
    aspect = width / height
    c = palette.colours
    paper, key = (palette.ink, palette.ground) if palette.dark else (palette.ground, palette.ink)
    picture = blank(width, height, paper)
    lines = (34 + 30 * hand.density) * min(1.0, 1.2 / aspect) * max(1.0, 0.9 / aspect)
    soft = 0.16 * lines / 45
    shake = noise(rng, width, height, width / 14, height / 40) * 0.10
    wood = fbm(rng, width, height, height / 5, 3, stretch=5.0)
    horizon = rng.uniform(0.50, 0.66)
    lay(
        picture,
        mix(c[1], paper, 0.25),
        ((1 - y / horizon).clip(0, 1) ** 1.2 * (0.8 + 0.1 * wood)).clip(0, 1),
    )
    sx, sy, r = rng.uniform(0.25, 0.75), horizon * rng.uniform(0.35, 0.7), rng.uniform(0.08, 0.15)
    distance = np.hypot((x - sx) * aspect, y - sy).astype(np.float32)
    if hand.motif == 1:  # rays
        angle = np.arctan2(y - sy, (x - sx) * aspect) / (2 * np.pi)
        rays = _carved(
            angle * (48 + 30 * hand.density), 0.15 + 0.5 * (distance - r).clip(0, 1), 0.2
        )
        lay(picture, key, rays * step(distance - r * 1.25, 0.01) * 0.9)
    elif hand.motif == 2:  # rings of weather
        rings = _carved(distance * lines + shake * 3, 0.10 + 0.55 * distance, soft)
        lay(picture, key, rings * step(distance - r * 1.2, 0.01) * 0.9)
    else:  # level sky
        lay(picture, key, _carved(y * lines + shake * 2, 0.62 - 1.1 * y / horizon, soft))
    lay(picture, c[4], step(r - distance, 0.003) * (0.93 + 0.05 * wood).clip(0, 1))
    ridges = 2 + int(hand.density * 2.5)
    for k in range(ridges):
        crest = horizon - 0.06 + 0.15 * k / ridges + 0.075 * line_noise(rng, width, width / 2.6, 3)
        under = (y - crest[None, :]).astype(np.float32)
        inside = step(under, 0.0025)
        lay(
            picture,
            mix(c[(0, 3, 2, 0, 2)[k]], paper, 0.30 - 0.08 * k),
            inside * (0.94 + 0.05 * wood).clip(0, 1),
        )
        lean = (-0.8, 0.9, -0.5, 0.7, -0.9)[k]
        phase = (under + lean * (x - 0.5) * aspect * (0.45 + 0.3 * under)) * lines + shake * 2
        tone = 0.16 + 0.32 * hand.line + 0.30 * np.sin(6 * x * aspect + k * 2.1) + 0.35 * under
        lay(
            picture,
            key,
            _carved(phase.astype(np.float32), tone.clip(0.05, 0.85).astype(np.float32), soft)
            * inside,
        )
        lay(picture, key, step(0.0045 - np.abs(under), 0.0022) * 0.95)
    sea = step(y - (horizon + 0.20), 0.0025)
    swell = 0.012 * np.sin(18 * x * aspect + 30 * y)
    wave_phase = (y + swell) * lines * (1.35 - 0.6 * (y - horizon)) + shake * 3
    lay(picture, mix(c[1], c[0], 0.4), sea * (0.95 + 0.04 * wood).clip(0, 1))
    glint = np.exp(-(((x - sx) * aspect / 0.22) ** 2))
    lay(picture, key, _carved(wave_phase, 0.30 + 0.3 * y - 0.35 * glint, soft) * sea)
    margin = np.minimum(np.minimum(x, 1 - x) * aspect, np.minimum(y, 1 - y))
    lay(picture, paper, step(0.028 - margin + 0.0008 * shake * 10, 0.0015))
    return picture
