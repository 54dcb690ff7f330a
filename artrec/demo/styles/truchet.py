"""Tilings after Truchet (1704): one tile, turned at random or by rule, until paths appear."""

from __future__ import annotations

import numpy as np
from PIL import ImageDraw

from artrec.demo.canvas import Hand, Picture, blank, drawn, ink
from artrec.demo.palettes import Palette, mix
from artrec.demo.textures import fbm


def draw(
    rng: np.random.Generator, width: int, height: int, palette: Palette, hand: Hand
) -> Picture:
    """Draw one picture; returns (height, width, 3)."""
    side = min(width, height) / (5 + int(hand.density * 7))
    columns, rows = int(np.ceil(width / side)), int(np.ceil(height / side))
    wave = fbm(rng, max(columns, 4), max(rows, 4), 4, 2)
    turned = wave[:rows, :columns] > 0
    turned ^= rng.random((rows, columns)) < 0.5 * (1 - hand.order)
    c = palette.colours
    family = fbm(rng, max(columns, 4), max(rows, 4), 5, 1)
    band = 0.16 + 0.22 * hand.line

    def arcs(pen: ImageDraw.ImageDraw, scale: int) -> None:
        s = side * scale
        for row in range(rows):
            for column in range(columns):
                left, top = column * s, row * s
                tint = c[1] if family[row, column] > 0.35 else c[0]
                corners = ((0, 0), (1, 1)) if turned[row, column] else ((1, 0), (0, 1))
                for cx, cy in corners:
                    start = {(0, 0): 0, (1, 0): 90, (1, 1): 180, (0, 1): 270}[cx, cy]
                    x, y = left + cx * s, top + cy * s
                    for share, tone in (
                        (band, palette.ink),
                        (band * 0.78, tint),
                        (band * 0.38, mix(tint, palette.ground, 0.75)),
                        (band * 0.14, c[4]),
                    ):
                        r = s * (0.5 + share / 2)
                        pen.arc(
                            (x - r, y - r, x + r, y + r),
                            start,
                            start + 90,
                            fill=ink(tone),
                            width=max(1, round(s * share)),
                        )

    def triangles(pen: ImageDraw.ImageDraw, scale: int) -> None:
        s = side * scale
        for row in range(rows):
            for column in range(columns):
                left, top = column * s, row * s
                first = c[
                    int(np.digitize(family[row, column] + rng.normal(0, 0.2), [-0.6, 0.4, 1.1]))
                ]
                pen.rectangle((left, top, left + s, top + s), fill=ink(palette.ground))
                a, b, d, e = (left, top), (left + s, top), (left + s, top + s), (left, top + s)
                flip = rng.random() < 0.5 * (1 - hand.order)
                half = (
                    ((a, b, e) if flip else (b, d, e))
                    if turned[row, column]
                    else ((a, b, d) if flip else (a, d, e))
                )
                pen.polygon(half, fill=ink(first))

    def blobs(pen: ImageDraw.ImageDraw, scale: int) -> None:
        s = side * scale
        for row in range(rows):
            for column in range(columns):
                left, top = column * s, row * s
                # Parity decides which side of the arcs is inside, so the shapes close.
                odd = bool((row + column) % 2) ^ bool(turned[row, column])
                outer, inner = (c[0], palette.ground) if odd else (palette.ground, c[0])
                pen.rectangle((left, top, left + s, top + s), fill=ink(outer))
                corners = ((0, 0), (1, 1)) if turned[row, column] else ((1, 0), (0, 1))
                for cx, cy in corners:
                    x, y, r = left + cx * s, top + cy * s, s / 2
                    start = {(0, 0): 0, (1, 0): 90, (1, 1): 180, (0, 1): 270}[cx, cy]
                    pen.pieslice((x - r, y - r, x + r, y + r), start, start + 90, fill=ink(inner))

    return drawn(blank(width, height, palette.ground), (arcs, triangles, blobs)[hand.motif])
