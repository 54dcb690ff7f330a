"""Cut-outs: painted paper, scissors, weeds and leaves on bright panels."""

from __future__ import annotations

import numpy as np
from PIL import ImageDraw

from artrec.demo.canvas import Field, Hand, Picture, Points, blank, blurred, flat, lay, mask, spline
from artrec.demo.palettes import Colour, Palette, shift
from artrec.demo.textures import fbm


def _weed(
    rng: np.random.Generator, x: float, y: float, size: float, lobes: int
) -> list[tuple[Points, float]]:
    """A stem with rounded fingers on both sides: (path, thickness) capsules."""
    lean = rng.uniform(0, 2 * np.pi)
    forward, aside = np.array([np.cos(lean), np.sin(lean)]), np.array([-np.sin(lean), np.cos(lean)])
    bend = rng.uniform(-0.25, 0.25)
    at = np.linspace(-0.5, 0.5, 5)
    stem = np.array([x, y]) + np.outer(at * size, forward) + np.outer(bend * at**2 * size, aside)
    stem = spline(stem.astype(np.float32), 30)
    parts = [(stem, size * 0.10)]
    for i in range(lobes):
        share = (i + 0.5) / lobes
        root = stem[int(share * 29)]
        for sign in (-1, 1):
            reach = (
                size * (0.16 + 0.20 * np.sin(np.pi * (0.15 + 0.8 * share))) * rng.uniform(0.8, 1.15)
            )
            out = sign * aside * 0.9 + forward * 0.55
            finger = np.stack(
                (
                    root,
                    root + out * reach * 0.5 + forward * reach * 0.05,
                    root + out * reach * 0.85 + forward * reach * 0.35,
                )
            )
            parts.append(
                (spline(finger.astype(np.float32), 14), size * 0.085 * rng.uniform(0.85, 1.15))
            )
    return parts


def _stone(rng: np.random.Generator, x: float, y: float, size: float) -> Points:
    """A rounded, leaning blob."""
    a = np.linspace(0, 2 * np.pi, 9)[:-1]
    r = size * 0.42 * (1 + rng.normal(0, 0.22, 8)).clip(0.5, 1.5)
    knots = np.stack((x + r * np.cos(a), y + r * np.sin(a) * rng.uniform(0.7, 1.2)), axis=-1)
    loop = np.concatenate((knots[-2:], knots, knots[:3])).astype(np.float32)
    return spline(loop, 160)[26:-26]


def _paste(picture: Picture, shape: Field, colour: Colour, brushed: Field, unit: float) -> None:
    """Lay one piece of painted paper, with the thin shadow of its edge."""
    drop = max(1, round(unit * 0.0035))
    shade = blurred(np.roll(shape, (drop, drop), axis=(0, 1)), drop * 1.5)
    picture *= 1 - (0.30 * shade * (1 - shape))[:, :, None]
    lay(picture, colour, shape)
    lay(picture, shift(colour, 0.05), shape * brushed)


def _panel(row: int, column: int) -> int:
    """Colour number of the panel in a cell."""
    return (row * 3 + column * 2 + (row + column) % 2) % 5


def _piece(row: int, column: int, motif: int) -> int:
    """Colour number of the piece in a cell: 5 is the ground, 6 the ink, never the panel's own."""
    bare = motif == 1 and (row + column) % 2
    if bare:
        return (row * 2 + column) % 5
    return (5, (_panel(row, column) + 2) % 5, 6, 5)[(row * 2 + column) % 4]


def draw(
    rng: np.random.Generator, width: int, height: int, palette: Palette, hand: Hand
) -> Picture:
    """Draw one picture; returns (height, width, 3)."""
    unit = min(width, height)
    picture = blank(width, height, palette.ground)
    brushed = (0.35 + 0.35 * fbm(rng, width, height, unit / 8, 3, stretch=3.0)).clip(0, 1)
    rows = max(1, round((1.4 + 1.8 * hand.density) * height / unit))
    columns = max(2, round((1.4 + 1.8 * hand.density) * width / unit))
    cell_w, cell_h = width / columns, height / rows
    slack = 0.02 + 0.05 * (1 - hand.order)
    for parity in (0, 1):
        for tone in range(5):
            boxes = [(r, q) for r in range(rows) for q in range(columns)
                     if (r + q) % 2 == parity and _panel(r, q) == tone]  # fmt: skip
            if not boxes or (hand.motif == 1 and parity):
                continue

            def panels(
                pen: ImageDraw.ImageDraw, s: int, boxes: list[tuple[int, int]] = boxes
            ) -> None:
                for r, q in boxes:
                    corners = np.array([(q, r), (q + 1, r), (q + 1, r + 1), (q, r + 1)])
                    bent = (corners + rng.normal(0, slack, (4, 2))) * (cell_w, cell_h)
                    pen.polygon(flat(bent, s), fill=255)

            _paste(picture, mask(width, height, panels), palette.colours[tone], brushed, unit)
    for tone in range(7):

        def pieces(pen: ImageDraw.ImageDraw, s: int, tone: int = tone) -> None:
            for r in range(rows):
                for q in range(columns):
                    if _piece(r, q, hand.motif) != tone:
                        continue
                    x = (q + 0.5 + rng.normal(0, slack)) * cell_w
                    y = (r + 0.5 + rng.normal(0, slack)) * cell_h
                    size = min(cell_w, cell_h) * rng.uniform(0.75, 1.0)
                    if hand.motif == 2 or (hand.motif == 1 and rng.random() < 0.5):
                        pen.polygon(flat(_stone(rng, x, y, size), s), fill=255)
                        continue
                    for path, thick in _weed(rng, x, y, size, int(rng.integers(3, 6))):
                        wide = thick * (0.8 + 0.6 * hand.line) * s
                        pen.line(flat(path, s), fill=255, width=round(wide), joint="curve")
                        for ex, ey in (path[0] * s, path[-1] * s):
                            pen.ellipse(
                                (ex - wide / 2, ey - wide / 2, ex + wide / 2, ey + wide / 2),
                                fill=255,
                            )

        shape = mask(width, height, pieces)
        if shape.any():
            _paste(
                picture, shape, (*palette.colours, palette.ground, palette.ink)[tone], brushed, unit
            )
    return picture
