"""Engraving: spheres, columns and terrain in crossed hatching on cream paper."""

from __future__ import annotations

import numpy as np

from artrec.demo.canvas import Field, Hand, Picture, blank, coordinates, lay, step
from artrec.demo.palettes import Palette, mix
from artrec.demo.textures import fbm, line_noise, noise


def _scene(
    rng: np.random.Generator, x: Field, y: Field, aspect: float, hand: Hand
) -> tuple[Field, Field]:
    """Darkness in 0..1 and the bend of the lines over the forms."""
    horizon = 0.64
    light = np.array([-0.55, -0.55, 0.63]) * (rng.choice([-1, 1]), 1, 1)
    px = ((x - 0.5) * aspect + 0 * y).astype(np.float32)
    tone = (0.22 + 0.30 * (1 - y) * np.ones_like(px)).astype(np.float32)
    floor = y > horizon
    tone = np.where(floor, 0.20 + 0.5 * (y - horizon), tone).astype(np.float32)
    bend = np.where(floor, 0.0, 0.02 * np.sin(px * 5)).astype(np.float32)
    if hand.motif == 2:  # terrain
        height, width = px.shape
        tone[:] = 0.05 + 0.30 * (1 - y) ** 1.5
        bend[:] = 0
        ridges = 3 + int(hand.density * 4)
        for k in range(ridges):
            rise = 0.8 - np.abs(line_noise(rng, width, width / 2.6 / aspect**0.5, 5)) * 1.4
            crest = 0.34 + 0.60 * k / ridges - 0.15 * rise
            under = y - crest[None, :]
            # Slopes that face the light stay bare; folds run down from the crest.
            slope = np.gradient(rise)[None, :] * width * 0.035
            fold = fbm(rng, width, height, height / 7, 3, stretch=0.6) * 0.22
            shade = (0.16 + 0.11 * k + light[0] * -0.8 * slope + fold - 0.5 * under).clip(0.03, 1)
            tone = np.where(under > 0, shade, tone)
            tone = np.where(np.abs(under) < 0.004, 0.9, tone)
            bend = np.where(under > 0, 0.25 * crest[None, :], bend)
        return tone.astype(np.float32), bend.astype(np.float32)
    count = 1 + int(hand.density * 4.2)
    spots = (np.linspace(-0.5, 0.5, count) if count > 1 else np.zeros(1)) * min(aspect, 2.6) * 0.66
    for spot in spots[rng.permutation(count)]:
        r = rng.uniform(0.12, 0.24) * (1.45 if count == 1 else 1.0) * min(1.0, aspect + 0.25)
        foot = horizon + 0.04 + rng.uniform(0, 0.14)
        away = np.sign(-light[0]) * r
        cast = ((px - spot - away * 0.9) / (r * 1.7)) ** 2 + ((y - foot) / (r * 0.30)) ** 2
        tone = np.where(floor, np.maximum(tone, 0.95 * np.exp(-cast * 1.4)), tone)
        if hand.motif == 1 and rng.random() < 0.75:  # a column
            half, top = r * 0.42, foot - r * rng.uniform(2.0, 2.9)
            u = ((px - spot) / half).clip(-1, 1)
            inside = (
                (np.abs(px - spot) < half) & (y > top) & (y < foot + 0.05 * r * np.sqrt(1 - u**2))
            )
            flutes = 0.16 * np.cos(np.arcsin(u) * 14)
            lit = light[0] * u + light[2] * np.sqrt(1 - u**2)
            cap = (np.abs(px - spot) < half * 1.3) & (np.abs(y - top) < r * 0.10)
            tone = np.where(inside, (0.80 - 0.75 * lit + flutes).clip(0, 1), tone)
            tone = np.where(cap, 0.25 + 0.4 * (px > spot), tone)
            bend = np.where(inside, 0.05 * u**2, bend)
            continue
        u, v = (px - spot) / r, (y - (foot - r)) / r
        inside = u**2 + v**2 < 1
        w = np.sqrt((1 - u**2 - v**2).clip(0))
        lit = u * light[0] + v * light[1] + w * light[2]
        tone = np.where(inside, (0.82 - 0.95 * lit.clip(0) - 0.20 * (v > 0.7)).clip(0, 1), tone)
        bend = np.where(inside, -0.32 * r * w, bend)
    return tone.astype(np.float32), bend.astype(np.float32)


def draw(
    rng: np.random.Generator, width: int, height: int, palette: Palette, hand: Hand
) -> Picture:
    """Draw one picture; returns (height, width, 3)."""
    x, y = coordinates(width, height)
    aspect = width / height
    paper, key = (palette.ink, palette.ground) if palette.dark else (palette.ground, palette.ink)
    picture = blank(width, height, paper)
    tone, bend = _scene(rng, x, y, aspect, hand)
    pitch = max(width, height) / (150 - 50 * hand.line) / height
    tremble = noise(rng, width, height, width / 9, height / 9) * 0.0016 * (1.5 - hand.order)
    tremble += noise(rng, width, height, 40, 12) * 0.0005
    bite = 0.92 + 0.08 * noise(rng, width, height, 4, 4)
    soft = 0.8 / (pitch * height)
    angles = (0.12, 0.95, -0.75, 1.55)
    tint = mix(paper, palette.colours[1], 0.5)
    lay(picture, tint, (0.55 * step(tone - 0.45, 0.3)).astype(np.float32))
    for layer, angle in enumerate(angles):
        phase = ((y + bend + tremble) * np.cos(angle) + x * aspect * np.sin(angle)) / pitch
        wave = np.abs(phase % 1 - 0.5) * 2
        # Later layers only enter where the earlier ones cannot get darker.
        dark = ((tone - 0.22 * layer) * 0.95).clip(0, 0.62)
        lay(picture, key, step((dark - wave), soft) * (dark > 0.02) * bite)
    margin = np.minimum(np.minimum(x, 1 - x) * aspect, np.minimum(y, 1 - y)).astype(np.float32)
    lay(picture, paper, step(0.055 - margin, 0.001))
    lay(picture, key, step(0.0016 - np.abs(margin - 0.055), 0.0008) * 0.8)
    return picture
