"""Ink marks: brush writing that says nothing, circles in one breath, bamboo and reeds."""

from __future__ import annotations

import numpy as np
from PIL import ImageDraw

from artrec.demo.canvas import (
    Field,
    Hand,
    Picture,
    Points,
    blank,
    flat,
    lay,
    mask,
    normals,
    ribbon,
    spline,
)
from artrec.demo.palettes import Palette, mix
from artrec.demo.textures import fbm, noise

Stroke = tuple[Points, float]
"""Knots of the path, and half the width of the brush in pixels."""


def _pressure(rng: np.random.Generator, steps: int, start: float, end: float) -> Field:
    """Brush pressure along a stroke: set down, ease, press, lift."""
    knots = np.array([start, 1.0, rng.uniform(0.45, 0.85), rng.uniform(0.6, 1.1), end])
    return np.asarray(np.interp(np.linspace(0, 4, steps), np.arange(5), knots))


def _glyph(rng: np.random.Generator, x: float, y: float, size: float, free: float) -> list[Stroke]:
    """Three to six strokes that sit together in a square like a character."""
    strokes = []
    beams = int(rng.integers(2, 4))
    for i in range(beams):  # level strokes, rising a little to the right, at set heights
        level = (i + 0.5) / beams - 0.5 + rng.normal(0, 0.04)
        half = size * rng.uniform(0.22, 0.46)
        rise = -size * rng.uniform(0.03, 0.10 + 0.15 * free)
        bend = rng.normal(0, 0.05 + 0.10 * free) * size
        middle = np.array([x + rng.normal(0, 0.08) * size, y + level * size * 0.95])
        knots = middle + np.array([(-half, -rise), (0, bend * 0.5), (half, rise)])
        strokes.append((knots.astype(np.float32), size * 0.060))
    for _ in range(int(rng.integers(1, 4))):  # falling strokes that sweep to one side
        side = rng.choice([-1.0, 0.0, 1.0])
        top = np.array([x + rng.uniform(-0.25, 0.25) * size, y - size * rng.uniform(0.3, 0.5)])
        fall = size * rng.uniform(0.6, 0.95)
        sweep = side * size * rng.uniform(0.2, 0.5)
        knots = top + np.array(
            [(0, 0), (0.05 * sweep, 0.4 * fall), (0.35 * sweep, 0.75 * fall), (sweep, fall)]
        )
        strokes.append((knots.astype(np.float32), size * 0.055))
    return strokes


def _enso(rng: np.random.Generator, width: int, height: int) -> list[Stroke]:
    unit = min(width, height)
    start = rng.uniform(0, 2 * np.pi)
    a = start + np.linspace(0, 2 * np.pi * rng.uniform(0.86, 0.97), 14)
    r = unit * 0.31 * (1 + 0.04 * np.sin(a * 2 + start) + np.linspace(-0.03, 0.04, 14))
    ring = np.stack((width / 2 + r * np.cos(a), height * 0.47 + r * np.sin(a)), axis=-1)
    return [(ring.astype(np.float32), unit * 0.050)]


def _reeds(rng: np.random.Generator, width: int, height: int, density: float) -> list[Stroke]:
    unit = min(width, height)
    strokes = []
    for _ in range(3 + int(density * 5)):
        foot = np.array([rng.uniform(0.2, 0.8) * width, height * 1.02])
        tip = foot + np.array([rng.normal(0, 0.16) * unit, -height * rng.uniform(0.55, 0.95)])
        way = np.linspace(0, 1, 5)[:, None]
        stem = foot * (1 - way) + tip * way + rng.normal(0, 0.012, (5, 2)) * unit
        strokes.append((stem.astype(np.float32), unit * rng.uniform(0.006, 0.013)))
        for _ in range(int(rng.integers(3, 8))):
            root = foot + (tip - foot) * rng.uniform(0.35, 0.98)
            lean = rng.choice([-1, 1]) * rng.uniform(0.5, 1.3) + np.pi / 2
            out = np.array([np.cos(lean), np.sin(lean) * 0.8]) * unit * rng.uniform(0.12, 0.24)
            leaf = np.stack((root, root + out * 0.5 + [0, -0.02 * unit], root + out))
            strokes.append((leaf.astype(np.float32), unit * rng.uniform(0.010, 0.018)))
    return strokes


def _brushed(
    rng: np.random.Generator, width: int, height: int, strokes: list[Stroke], hand: Hand
) -> tuple[Field, Field]:
    """Coverage of the strokes, and of the dry gaps the hairs leave along them."""
    outlines, gaps = [], []
    for knots, thick in strokes:
        curve = spline(knots, 60)
        half = _pressure(rng, 60, 0.6, 0.06 if hand.motif == 2 else rng.uniform(0.1, 0.5))
        half = half * thick * (0.7 + 0.8 * hand.line)
        edge = 1 + (0.03 + 0.05 * hand.grain) * rng.standard_normal(60).astype(np.float32)
        outlines.append(ribbon(curve, half * edge))
        side = normals(curve) * half[:, None]
        for _ in range(int(26 * hand.grain)):
            start = int(60 * rng.uniform(0.25, 0.9))
            stop = min(60, start + int(rng.uniform(6, 26)))
            hair = curve + side * rng.uniform(-0.95, 0.95)
            gaps.append((hair[start:stop], thick * rng.uniform(0.02, 0.11)))

    def bodies(pen: ImageDraw.ImageDraw, scale: int) -> None:
        for outline in outlines:
            pen.polygon(flat(outline, scale), fill=255)

    def hairs(pen: ImageDraw.ImageDraw, scale: int) -> None:
        for hair, wide in gaps:
            pen.line(flat(hair, scale), fill=225, width=max(1, round(wide * scale)))

    return mask(width, height, bodies), mask(width, height, hairs)


def _seal(
    rng: np.random.Generator,
    picture: Picture,
    palette: Palette,
    at: tuple[float, float],
    side: float,
) -> None:
    """Press a small square seal in the accent colour."""
    height, width = picture.shape[:2]
    left, top = at
    cuts = rng.uniform(0.15, 0.85, (4, 4)).round(1) * side + np.array([left, top, left, top])

    def block(pen: ImageDraw.ImageDraw, scale: int) -> None:
        pen.rectangle(
            (left * scale, top * scale, (left + side) * scale, (top + side) * scale), fill=255
        )
        for cut in cuts * scale:
            pen.line([float(v) for v in cut], fill=30, width=round(side * 0.11 * scale))

    worn = (0.85 + 0.15 * noise(rng, width, height, 3, 3)).clip(0.3, 1)
    lay(picture, palette.colours[4], mask(width, height, block) * worn)


def draw(
    rng: np.random.Generator, width: int, height: int, palette: Palette, hand: Hand
) -> Picture:
    """Draw one picture; returns (height, width, 3)."""
    unit, longest = min(width, height), max(width, height)
    free = 1 - hand.order
    paper = palette.ground if not palette.dark else mix(palette.ground, palette.colours[3], 0.2)
    picture = blank(width, height, paper)
    lay(
        picture,
        mix(paper, palette.colours[1], 0.5),
        (0.12 + 0.10 * fbm(rng, width, height, unit / 2, 3)).clip(0, 0.4),
    )
    if hand.motif == 0:
        lines = 1 + int(hand.density * 2.6)
        size = unit / (lines + 0.35)
        rows = max(1, int(longest * 0.86 / size))
        strokes = []
        for line in range(lines):
            for row in range(rows - (line % 2 if rows > 2 else 0)):
                across = unit * (line + 0.675) / (lines + 0.35)
                along = (longest - rows * size) / 2 + size * (row + 0.5)
                px, py = (across, along) if height >= width else (along, across)
                strokes += _glyph(rng, px, py, size * 0.92, free)
    elif hand.motif == 1:
        strokes = _enso(rng, width, height)
    else:
        strokes = _reeds(rng, width, height, hand.density)
    # Reeds stand in two depths, the far ones in thinner ink.
    groups = [strokes[::2], strokes[1::2]] if hand.motif == 2 else [strokes]
    for depth, chosen in enumerate(groups):
        body, gaps = _brushed(rng, width, height, chosen, hand)
        pool = (0.90 + 0.07 * fbm(rng, width, height, unit / 12, 3)).clip(0, 1)
        tone = (
            mix(palette.ink, palette.colours[2], 0.12)
            if depth == 0
            else mix(palette.ink, paper, 0.42)
        )
        lay(picture, tone, body * (1 - gaps) * pool)
    _seal(
        rng, picture, palette, (width * (0.84 if hand.motif else 0.07), height * 0.88), unit * 0.055
    )
    return picture
