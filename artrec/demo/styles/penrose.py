"""Quasi-crystals: Penrose's rhombs (1974), by cutting Robinson triangles again and again."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import ImageDraw

from artrec.demo.canvas import Hand, Picture, blank, drawn, ink
from artrec.demo.palettes import Palette, mix

PHI = (1 + 5**0.5) / 2
Triangles = NDArray[np.complex128]
"""(N, 3) corners as complex numbers."""


def _cut(acute: Triangles, obtuse: Triangles) -> tuple[Triangles, Triangles]:
    """One deflation of both kinds of triangles."""
    a, b, c = acute.T
    p = a + (b - a) / PHI
    d, e, f = obtuse.T
    q = e + (d - e) / PHI
    r = e + (f - e) / PHI
    acute_next = np.concatenate((np.stack((c, p, b), 1), np.stack((r, q, d), 1)))
    obtuse_next = np.concatenate(
        (np.stack((p, c, a), 1), np.stack((r, f, d), 1), np.stack((q, r, e), 1))
    )
    return acute_next, obtuse_next


def _wheel() -> Triangles:
    corners = np.exp(1j * np.pi * (2 * np.arange(11) - 1) / 10)
    first, second = corners[:-1].copy(), corners[1:].copy()
    # Every second triangle is mirrored, so that the rhombs match.
    first[::2], second[::2] = corners[1:][::2], corners[:-1][::2]
    return np.stack((np.zeros(10), first, second), axis=1)


def draw(
    rng: np.random.Generator, width: int, height: int, palette: Palette, hand: Hand
) -> Picture:
    """Draw one picture; returns (height, width, 3)."""
    acute, obtuse = _wheel(), np.empty((0, 3), dtype=np.complex128)
    for _ in range(5 + int(hand.density * 1.99)):
        acute, obtuse = _cut(acute, obtuse)
    reach = np.hypot(width, height) * 0.62
    shift = complex(rng.uniform(-0.25, 0.25), rng.uniform(-0.25, 0.25)) if hand.order < 0.5 else 0
    turn = np.exp(1j * rng.uniform(0, np.pi / 5))
    middle = complex(width / 2, height / 2)
    rim = min(width, height) * (0.0012 + 0.0035 * hand.line)
    focus = complex(rng.uniform(0.25, 0.75) * width, rng.uniform(0.25, 0.75) * height)
    c = palette.colours

    def rhombs(pen: ImageDraw.ImageDraw, scale: int) -> None:
        for kind, triangles in enumerate((acute, obtuse)):
            placed = (triangles + shift) * turn * reach * (1.25 if shift else 1.0) + middle
            centre = (placed[:, 1] + placed[:, 2]) / 2
            edge = placed[:, 1] - placed[:, 0]
            facing = (np.angle(edge) / (np.pi / 5)).round().astype(int) % 5
            far = np.abs(centre - focus) / np.hypot(width, height)
            inside = (np.abs(centre.real - width / 2) < width * 0.6) & (
                np.abs(centre.imag - height / 2) < height * 0.6
            )
            for t, face, distance in zip(placed[inside], facing[inside], far[inside], strict=True):
                tone = c[kind] if face % 2 else c[2 + kind]
                if hand.motif == 1:
                    tone = c[int(distance * 9 + kind) % 4]
                elif hand.motif == 2:
                    tone = mix(c[kind * 2], palette.ground, 0.25 * (face % 4))
                if kind == 0 and face == 4 and distance < 0.22:
                    tone = c[4]
                points = [(float(z.real * scale), float(z.imag * scale)) for z in t]
                pen.polygon(points, fill=ink(tone))
                # Only the two outer sides: the third is the seam inside a rhomb.
                seam = [points[1], points[0], points[2]]
                pen.line(seam, fill=ink(palette.ground), width=max(1, round(rim * scale)))

    return drawn(blank(width, height, palette.ground), rhombs)
