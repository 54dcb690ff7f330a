"""Concentric: rings, halves and quarters that change colour where they cross an axis."""

from __future__ import annotations

import numpy as np
from PIL import ImageDraw

from artrec.demo.canvas import Hand, Picture, blank, drawn, ink
from artrec.demo.palettes import Palette, mix


def draw(
    rng: np.random.Generator, width: int, height: int, palette: Palette, hand: Hand
) -> Picture:
    """Draw one picture; returns (height, width, 3)."""
    unit = min(width, height)
    fills = [ink(c) for c in palette.colours] + [ink(palette.ground), ink(palette.ink)]
    weights = np.array([1.2, 1.0, 0.9, 0.7, 0.5, 1.1, 0.35])
    weights /= weights.sum()

    def rings(
        pen: ImageDraw.ImageDraw, x: float, y: float, radius: float, arcs: list[tuple[int, int]]
    ) -> None:
        count = 3 + int(hand.density * 5)
        even = np.linspace(1, 0.14, count)
        loose = np.sort(rng.uniform(0.1, 1, count))[::-1]
        loose[0] = 1
        radii = radius * (even * hand.order + loose * (1 - hand.order))
        last = dict.fromkeys(arcs, -1)
        for r in radii:
            for arc in arcs:
                pick = int(rng.choice(7, p=weights))
                if pick == last[arc]:
                    pick = (pick + 1) % 5
                last[arc] = pick
                pen.pieslice((x - r, y - r, x + r, y + r), *arc, fill=fills[pick])

    def grid(pen: ImageDraw.ImageDraw, scale: int) -> None:
        rows = 2 + int(hand.density * 2.9)
        side = unit / rows * scale
        columns, lines = int(np.ceil(width * scale / side)), int(np.ceil(height * scale / side))
        for row in range(lines):
            for column in range(columns):
                left, top = column * side, row * side
                pen.rectangle(
                    (left, top, left + side, top + side), fill=fills[rng.choice([0, 1, 2, 3, 5, 5])]
                )
                corner = (
                    int(rng.integers(4)) if rng.random() > hand.order * 0.6 else (row + column) % 4
                )
                cx, cy = left + side * (corner in (1, 2)), top + side * (corner in (2, 3))
                start = (0, 90, 180, 270)[corner]
                rings(pen, cx, cy, side, [(start, start + 90)])

    def discs(pen: ImageDraw.ImageDraw, scale: int) -> None:
        x, y = width * scale, height * scale
        pen.rectangle((0, 0, x, y), fill=ink(palette.ground))
        pen.rectangle(
            (0, 0, x, y * rng.choice([0.38, 0.5, 0.62])),
            fill=ink(mix(palette.ground, palette.colours[3], 0.5)),
        )
        count = 1 if hand.motif == 1 else 3
        longest = max(width, height) * scale
        for i in range(count):
            share = 0.5 if count == 1 else (0.22, 0.56, 0.82)[i]
            along = longest * share
            cx, cy = (
                (along, y * rng.uniform(0.38, 0.62))
                if width >= height
                else (x * rng.uniform(0.38, 0.62), along)
            )
            radius = unit * scale * (0.42 if count == 1 else (0.24, 0.36, 0.17)[i])
            turn = int(rng.choice([0, 90, 45]))
            parts = int(rng.choice([2, 4]))
            arcs = [(turn + 360 // parts * k, turn + 360 // parts * (k + 1)) for k in range(parts)]
            rings(pen, cx, cy, radius, arcs)

    return drawn(blank(width, height, palette.ground), grid if hand.motif == 0 else discs)
