"""Hard edge: flat planes and bars in a divided rectangle."""

from __future__ import annotations

import numpy as np
from PIL import ImageDraw

from artrec.demo.canvas import Hand, Picture, blank, drawn, ink
from artrec.demo.palettes import Palette, mix

Box = tuple[float, float, float, float]


def _divide(rng: np.random.Generator, box: Box, least: float, free: float) -> list[Box]:
    left, top, right, bottom = box
    wide, tall = right - left, bottom - top
    if max(wide, tall) < least * 2 or (max(wide, tall) < least * 4 and rng.random() < 0.22):
        return [box]
    # Cuts at simple ratios look decided; the free share moves them off.
    share = rng.choice([1 / 3, 0.382, 0.5, 0.618, 2 / 3]) + rng.normal(0, 0.04) * free
    if wide * rng.uniform(0.75, 1.3) > tall:
        cut = left + wide * share
        halves: tuple[Box, Box] = ((left, top, cut, bottom), (cut, top, right, bottom))
    else:
        cut = top + tall * share
        halves = ((left, top, right, cut), (left, cut, right, bottom))
    return [part for half in halves for part in _divide(rng, half, least, free)]


def _nested(rng: np.random.Generator, pen: ImageDraw.ImageDraw, box: Box, palette: Palette) -> None:
    """Squares within a square, hanging low, as in a colour study."""
    left, top, right, bottom = box
    chosen = rng.permutation(5)[:4]
    for depth, index in enumerate(chosen):
        share = depth * 0.1
        wide, tall = right - left, bottom - top
        pen.rectangle(
            (
                left + wide * share * 1.25,
                top + tall * share * 1.85,
                right - wide * share * 1.25,
                bottom - tall * share * 0.65,
            ),
            fill=ink(palette.colours[index]),
        )


def draw(
    rng: np.random.Generator, width: int, height: int, palette: Palette, hand: Hand
) -> Picture:
    """Draw one picture; returns (height, width, 3)."""
    unit = min(width, height)
    picture = blank(width, height, palette.ground)

    def planes(pen: ImageDraw.ImageDraw, scale: int) -> None:
        least = unit * (0.20 - 0.11 * hand.density)
        boxes = _divide(rng, (0, 0, width, height), least, 1 - hand.order)
        bar = unit * (0.006 + 0.018 * hand.line)
        plain = mix(palette.ground, palette.colours[3], 0.35)
        fills = [palette.ground, plain, *palette.colours]
        weights = np.array([4.2, 1.6, 1.1, 0.9, 0.7, 0.5, 0.45])
        for box in boxes:
            pick = fills[rng.choice(len(fills), p=weights / weights.sum())]
            scaled = tuple(v * scale for v in box)
            pen.rectangle(scaled, fill=ink(pick))
            if hand.motif == 0:
                pen.rectangle(scaled, outline=ink(palette.ink), width=max(1, round(bar * scale)))
        if hand.motif == 0:
            pen.rectangle((0, 0, width * scale - 1, height * scale - 1), outline=ink(palette.ink),
                          width=round(bar * scale))  # fmt: skip

    def study(pen: ImageDraw.ImageDraw, scale: int) -> None:
        rows = 1 + int(hand.density * 1.99)
        columns = max(1, round(rows * width / height))
        border = unit * 0.07
        cell_w = (width - border * (columns + 1)) / columns
        cell_h = (height - border * (rows + 1)) / rows
        for row in range(rows):
            for column in range(columns):
                left = border + column * (cell_w + border)
                top = border + row * (cell_h + border)
                box = (left, top, left + cell_w, top + cell_h)
                _nested(rng, pen, tuple(v * scale for v in box), palette)  # type: ignore[arg-type]  # tuple() forgets its length

    return drawn(picture, study if hand.motif == 2 else planes)
