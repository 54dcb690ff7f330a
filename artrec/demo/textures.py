"""Noise, and the surfaces pictures are made on: paper, washi, canvas, panel."""

from __future__ import annotations

import numpy as np
from PIL import Image

from artrec.demo.canvas import Field, Picture

SURFACES = ("paper", "washi", "canvas", "panel")


def noise(rng: np.random.Generator, width: int, height: int, cell_x: float, cell_y: float) -> Field:
    """Smooth noise with zero mean and about unit spread; `cell_*` is a bump's size in pixels."""
    columns = max(2, int(np.ceil(width / max(cell_x, 1))) + 3)
    rows = max(2, int(np.ceil(height / max(cell_y, 1))) + 3)
    coarse = rng.standard_normal((min(rows, height + 3), min(columns, width + 3)), dtype=np.float32)
    # A box inside the coarse grid, so that the border is not a flat half cell.
    box = (0.5, 0.5, coarse.shape[1] - 0.5, coarse.shape[0] - 0.5)
    image = Image.fromarray(coarse).resize((width, height), Image.Resampling.BICUBIC, box=box)
    return np.asarray(image, dtype=np.float32) * 1.3


def fbm(
    rng: np.random.Generator,
    width: int,
    height: int,
    cell: float,
    octaves: int = 4,
    stretch: float = 1.0,
) -> Field:
    """Fractal noise with about unit spread; `stretch` > 1 makes the bumps wide and low."""
    total = np.zeros((height, width), dtype=np.float32)
    power = 0.0
    for octave in range(octaves):
        size = cell / 2**octave
        gain = 0.5**octave
        total += gain * noise(rng, width, height, size * stretch, size / stretch)
        power += gain**2
    return np.asarray(total / np.sqrt(power), dtype=np.float32)


def line_noise(rng: np.random.Generator, count: int, cell: float, octaves: int = 5) -> Field:
    """One-dimensional fractal noise, (count,), with about unit spread."""
    total = np.zeros(count, dtype=np.float32)
    power = 0.0
    for octave in range(octaves):
        size = max(cell / 2**octave, 1.0)
        knots = rng.standard_normal(int(count / size) + 4)
        at = np.arange(count) / size + rng.uniform(0, 1)
        i = at.astype(int)
        t = at - i
        t = t * t * (3 - 2 * t)
        gain = 0.5**octave
        total += (gain * (knots[i] * (1 - t) + knots[i + 1] * t)).astype(np.float32)
        power += gain**2
    return np.asarray(total / np.sqrt(power) * 1.3, dtype=np.float32)


def finish(rng: np.random.Generator, picture: Picture, surface: str, grain: float) -> Picture:
    """Put the picture on its surface: relief of the support, a little uneven light."""
    height, width = picture.shape[:2]
    unit = max(width, height) / 1200
    amount = 0.35 + 0.65 * grain
    relief = noise(rng, width, height, 1.6 * unit, 1.6 * unit) * 0.010
    if surface == "canvas":
        x = np.arange(width, dtype=np.float32)[None, :] * (2 * np.pi / (4.3 * max(unit, 0.5)))
        y = np.arange(height, dtype=np.float32)[:, None] * (2 * np.pi / (4.1 * max(unit, 0.5)))
        relief = relief + 0.008 * np.sin(x) * np.sin(y)
    elif surface == "washi":
        relief = relief + 0.014 * noise(rng, width, height, 26 * unit, 1.7 * unit)
    elif surface == "paper":
        relief = relief + 0.009 * noise(rng, width, height, 5 * unit, 5 * unit)
    light = 0.012 * noise(rng, width, height, width / 2, height / 2)
    lit = picture + (relief * amount + light)[:, :, None]
    return np.asarray(lit.clip(0, 1), dtype=np.float32)
