"""Botanical: pressed stems, leaves and seed heads on old paper."""

from __future__ import annotations

import numpy as np
from PIL import ImageDraw

from artrec.demo.canvas import Hand, Picture, Points, blank, drawn, flat, ink, lay, ribbon, spline
from artrec.demo.palettes import Colour, Palette, mix, shift
from artrec.demo.textures import fbm


def _leaf(
    pen: ImageDraw.ImageDraw,
    s: int,
    root: Points,
    lean: float,
    size: float,
    plump: float,
    tone: Colour,
    vein: Colour,
) -> None:
    """One leaf: two halves of slightly different tone and a vein."""
    at = np.linspace(0, 1, 24, dtype=np.float32)
    curl = 0.25 * np.sin(at * 2)
    path = root + size * np.stack(
        (
            np.cos(lean) * at - np.sin(lean) * curl * at,
            np.sin(lean) * at + np.cos(lean) * curl * at,
        ),
        axis=-1,
    )
    half = (size * plump * np.sin(np.pi * at**0.8).clip(0) ** 1.1).astype(np.float32)
    pen.polygon(flat(ribbon(path.astype(np.float32), half), s), fill=ink(tone))
    outline = ribbon(path.astype(np.float32), half)
    pen.polygon(
        flat(np.concatenate((outline[:24], path[::-1].astype(np.float32))), s),
        fill=ink(shift(tone, 0.045)),
    )
    pen.line(
        flat(path[:22].astype(np.float32), s), fill=ink(vein), width=max(1, round(size * 0.012 * s))
    )


def draw(
    rng: np.random.Generator, width: int, height: int, palette: Palette, hand: Hand
) -> Picture:
    """Draw one picture; returns (height, width, 3)."""
    unit = min(width, height)
    c = palette.colours
    paper = palette.ground
    picture = blank(width, height, paper)
    lay(
        picture,
        mix(paper, c[1], 0.45),
        (0.14 + 0.12 * fbm(rng, width, height, unit / 2, 4)).clip(0, 0.5),
    )
    tones = [mix(c[i], palette.ink, 0.10) for i in (0, 2, 1)]

    def plant(pen: ImageDraw.ImageDraw, s: int) -> None:
        stems = max(1, round((1 + 3 * hand.density) * max(1.0, width / height * 0.8)))
        for i in range(stems):
            x = width * ((i + 0.5) / stems) + rng.normal(0, 0.02) * unit
            tall = height * rng.uniform(0.62, 0.84)
            sway = rng.normal(0, 0.07 + 0.06 * (1 - hand.order)) * unit
            bottom = height * 0.94
            knots = np.array(
                [
                    (x, bottom),
                    (x + sway * 0.2, bottom - tall * 0.35),
                    (x + sway * 0.9, bottom - tall * 0.7),
                    (x + sway * 1.3, bottom - tall),
                ]
            )
            stem = spline(knots.astype(np.float32), 60)
            green = tones[int(rng.integers(2))]
            thick = unit * (0.003 + 0.005 * hand.line)
            pen.polygon(
                flat(ribbon(stem, np.linspace(thick, thick * 0.35, 60, dtype=np.float32)), s),
                fill=ink(shift(green, -0.08)),
            )
            pairs = 5 + int(hand.density * 9) + (5 if hand.motif == 1 else 0)
            span = min(width / stems * 0.62, unit * 0.34, tall * 0.4)
            plump = (0.20, 0.075, 0.14)[hand.motif] * rng.uniform(0.85, 1.15)
            for k in range(pairs):
                share = 0.14 + 0.80 * k / pairs
                for side in (-1, 1):
                    shifted = min(
                        0.985, share + (0.5 / pairs if side > 0 and hand.motif == 2 else 0)
                    )
                    root = stem[int(shifted * 59)]
                    size = span * np.sin(np.pi * (0.25 + 0.68 * share)) * rng.uniform(0.85, 1.1)
                    lean = (
                        -np.pi / 2
                        + side * (1.05 - 0.45 * share)
                        + rng.normal(0, 0.05 + 0.1 * (1 - hand.order))
                    )
                    leaf = mix(green, tones[2], rng.uniform(0, 0.35))
                    _leaf(pen, s, root, float(lean), float(size), plump, leaf, shift(green, -0.10))
            tip = stem[-1]
            if hand.motif == 2:  # a seed head or flower
                petals = int(rng.integers(7, 14))
                r = span * 0.34
                for k in range(petals):
                    _leaf(
                        pen,
                        s,
                        tip,
                        2 * np.pi * k / petals + rng.normal(0, 0.06),
                        r,
                        0.22,
                        mix(c[4], paper, 0.12),
                        shift(c[4], -0.08),
                    )
                pen.ellipse(
                    [float(v) for v in np.array((*(tip - r * 0.24), *(tip + r * 0.24))) * s],
                    fill=ink(shift(c[2], -0.05)),
                )
            else:
                _leaf(
                    pen,
                    s,
                    tip,
                    -np.pi / 2 + rng.normal(0, 0.15),
                    span * 0.6,
                    plump,
                    green,
                    shift(green, -0.10),
                )
            if hand.motif == 0:  # berries
                for _ in range(int(rng.integers(5, 12))):
                    at = stem[int(rng.uniform(0.45, 0.97) * 59)] + rng.normal(0, 0.035, 2) * unit
                    r = unit * rng.uniform(0.006, 0.011)
                    pen.ellipse(
                        [float(v) for v in np.array((*(at - r), *(at + r))) * s], fill=ink(c[4])
                    )

    return drawn(picture, plant)
