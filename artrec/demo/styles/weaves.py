"""Weaves: warp and weft, thread by thread, in blocks and stripes."""

from __future__ import annotations

import numpy as np

from artrec.demo.canvas import Hand, Picture
from artrec.demo.palettes import Palette, mix
from artrec.demo.textures import noise


def _sequence(
    rng: np.random.Generator, count: int, order: float, weights: list[float]
) -> np.ndarray[tuple[int], np.dtype[np.intp]]:
    """A colour number per thread: stripes of a few set widths, mirrored when strict."""
    widths = rng.choice([1, 2, 3, 5, 8, 13], 4, replace=False)
    out: list[int] = []
    while len(out) < count:
        out += [int(rng.choice(len(weights), p=weights))] * int(rng.choice(widths))
    threads = np.array(out[:count])
    if order > 0.5:
        half = threads[: (count + 1) // 2]
        threads = np.concatenate((half, half[::-1]))[:count]
    return threads


def draw(
    rng: np.random.Generator, width: int, height: int, palette: Palette, hand: Hand
) -> Picture:
    """Draw one picture; returns (height, width, 3)."""
    thread = max(width, height) / (92 + 110 * (1 - hand.line))
    columns, rows = int(np.ceil(width / thread)) + 1, int(np.ceil(height / thread)) + 1
    tones = np.stack((palette.ground, *palette.colours, palette.ink))
    weights = [0.26, 0.22, 0.17, 0.13, 0.10, 0.06, 0.06]
    warp = np.broadcast_to(_sequence(rng, columns, hand.order, weights), (rows, columns)).copy()
    weft = np.broadcast_to(
        _sequence(rng, rows, hand.order, weights)[:, None], (rows, columns)
    ).copy()
    r, q = np.mgrid[0:rows, 0:columns]
    kind = hand.motif
    if kind == 0:  # tapestry: the weft covers, in blocks that step
        block = 4 + int((1 - hand.density) * 12)
        across, down = columns // block + 2, rows // block + 2
        field = rng.choice(7, (down, across), p=weights)
        if hand.order > 0.5:
            field = np.where(np.arange(across)[None, :] < across // 2, field, field[:, ::-1])
        weft = field[r // block, (q + (r // block) % 2 * (block // 2)) // block]
        above = np.zeros((rows, columns), dtype=bool)
    elif kind == 1:  # twill and herringbone
        turn = 8 + int((1 - hand.density) * 20)
        zig = np.abs((q % (2 * turn)) - turn)
        above = (r + zig) % 4 < 2
    else:  # plain cloth with floats
        floats = ((r // 10 + q // 10) % 2 == 0) & (r % 3 == 0)
        above = ((r + q) % 2 == 0) ^ floats
    tone = np.where(above, warp, weft)
    cloth = tones[tone]
    y, x = np.arange(height, dtype=np.float32)[:, None], np.arange(width, dtype=np.float32)[None, :]
    slack = noise(rng, width, height, thread * 9, thread * 9) * thread * 0.10
    fx, fy = (x + slack) / thread, (y + slack) / thread
    cx, cy = fx.clip(0, columns - 1).astype(np.intp), fy.clip(0, rows - 1).astype(np.intp)
    over = above[cy, cx]
    u, v = fx % 1 - 0.5, fy % 1 - 0.5
    # A thread is round across itself and dips at its ends where it goes under.
    round_ = np.where(over, 1 - 2.6 * u**2 - 0.9 * v**2, 1 - 2.6 * v**2 - 0.9 * u**2)
    fibre = np.where(over, noise(rng, width, height, 1.6, 9), noise(rng, width, height, 9, 1.6))
    light = 0.66 + 0.38 * round_ + 0.035 * fibre * (0.4 + hand.grain)
    picture = cloth[cy, cx] * light[:, :, None]
    wear = (0.5 + 0.3 * noise(rng, width, height, width / 3, height / 3)).clip(0, 1)[:, :, None]
    return (
        picture * (1 - 0.05 * wear) + 0.05 * wear * mix(palette.ground, palette.colours[3], 0.3)
    ).astype(np.float32)
