"""Gestural: a few wide loaded-brush sweeps, a scrape or two, some spatter."""

from __future__ import annotations

import numpy as np
from PIL import ImageDraw

from artrec.demo.canvas import Hand, Picture, Points, blank, bristles, drawn, ink, lay, spline
from artrec.demo.palettes import Palette, mix, shift
from artrec.demo.textures import fbm


def _sweep(rng: np.random.Generator, width: int, height: int, strict: float) -> Points:
    """A gesture: knots that keep a direction and swing around it."""
    centre = np.array([rng.uniform(0.25, 0.75) * width, rng.uniform(0.25, 0.75) * height])
    lean = rng.choice([0.0, 0.5, -0.5, 1.2]) if strict > 0.5 else rng.uniform(-1.5, 1.5)
    forward = np.array([np.cos(lean), np.sin(lean)])
    aside = np.array([-forward[1], forward[0]])
    reach = rng.uniform(0.3, 0.62) * np.hypot(width, height) * 0.7
    swing = reach * rng.uniform(0.05, 0.5) * (1.2 - strict)
    phase = rng.uniform(0, 2 * np.pi)
    at = np.linspace(-1, 1, 6)
    bend = np.sin(at * rng.uniform(1.2, 3.4) + phase)
    return (centre + np.outer(at * reach, forward) + np.outer(bend * swing, aside)).astype(
        np.float32
    )


def draw(
    rng: np.random.Generator, width: int, height: int, palette: Palette, hand: Hand
) -> Picture:
    """Draw one picture; returns (height, width, 3)."""
    unit = min(width, height)
    picture = blank(width, height, palette.ground)
    stain = fbm(rng, width, height, unit / 2.5, 4)
    lay(picture, mix(palette.ground, palette.colours[1], 0.55), (0.25 + 0.3 * stain).clip(0, 0.7))
    sweeps = 9 + int(hand.density * 14)

    def strokes(pen: ImageDraw.ImageDraw, scale: int) -> None:
        for i in range(sweeps):
            main = palette.colours[rng.choice(5, p=[0.34, 0.24, 0.20, 0.14, 0.08])]
            if rng.random() < 0.16:
                main = palette.ink
            if i > 2 and rng.random() < 0.14:
                main = palette.ground
            loaded = np.stack(
                (
                    main,
                    main,
                    shift(main, 0.06),
                    shift(main, -0.06),
                    mix(main, palette.colours[1], 0.3),
                )
            )
            thick = (
                unit * (0.03 + 0.09 * hand.line) * rng.uniform(0.5, 1.3) * (1.7 - 1.3 * i / sweeps)
            )
            curve = spline(_sweep(rng, width, height, hand.order), 46)
            bristles(rng, pen, scale, curve, float(thick), loaded, 0.25 + 0.5 * hand.grain)
        for _ in range(int(60 * (1 - hand.order) + 12)):
            x, y = rng.uniform(0, width), rng.uniform(0, height)
            r = unit * 0.0012 * (1 + rng.pareto(1.9))
            r = min(r, unit * 0.012) * scale
            tone = palette.ink if rng.random() < 0.6 else palette.colours[4]
            pen.ellipse(
                (x * scale - r, y * scale - r, x * scale + r, y * scale + r), fill=ink(tone)
            )

    return drawn(picture, strokes)
