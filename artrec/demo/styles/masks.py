"""Masks: a head and shoulders built from a few planes, looking past you."""

from __future__ import annotations

import numpy as np

from artrec.demo.canvas import Field, Hand, Picture, blank, coordinates, lay, step
from artrec.demo.palettes import Palette, mix, shift
from artrec.demo.textures import fbm


def draw(
    rng: np.random.Generator, width: int, height: int, palette: Palette, hand: Hand
) -> Picture:
    """Draw one picture; returns (height, width, 3)."""
    gx, gy = coordinates(width, height)
    brush = fbm(rng, width, height, min(width, height) / 14, 4)
    c = palette.colours
    back, wall = mix(c[3], palette.ground, 0.25), mix(c[0], palette.ground, 0.2)
    picture = blank(width, height, back)
    lay(
        picture,
        wall,
        step(
            (gx - rng.uniform(0.3, 0.7) + (gy - 0.5) * rng.normal(0, 0.12) + 0.002 * brush).astype(
                np.float32
            ),
            0.003,
        ),
    )
    lay(
        picture,
        mix(c[1], palette.ground, 0.3),
        step((gy - rng.uniform(0.6, 0.8)), 0.003) * 0.55,
    )
    lay(picture, shift(back, 0.06), (0.18 * brush * (0.4 + hand.grain)).clip(0, 0.5))
    # Head coordinates: y down the face from -1 at the crown to 1 at the chin, x across.
    unit = min(height, width * 1.3)
    people = 2 if width > 1.25 * height else 1
    for person in range(people):
        centre = width * (0.5 if people == 1 else (0.30, 0.70)[person]) + rng.normal(0, 0.01 * unit)
        tall = unit * rng.uniform(0.235, 0.275)
        tilt = rng.normal(0, 0.05 + 0.10 * (1 - hand.order))
        px, py = (gx * width - centre) / tall, (gy * height - height * 0.43) / tall
        x = (px * np.cos(tilt) + py * np.sin(tilt)).astype(np.float32)
        y = (py * np.cos(tilt) - px * np.sin(tilt)).astype(np.float32)
        wide = rng.uniform(0.58, 0.74) * (0.82 if hand.motif == 1 else 1.0)
        rough = 0.003 * brush
        soft = 2.2 / tall

        def solid(field: Field, soft: float = soft, rough: Field = rough) -> Field:
            return step(field + rough, soft)

        skin = mix(c[1], palette.ground, rng.uniform(0.05, 0.35))
        shade = mix(shift(skin, -0.13), c[2], 0.35)
        cloth = c[rng.choice([2, 2, 4])]
        line = palette.ink if not palette.dark else shift(palette.ground, -0.06)
        side = float(rng.choice([-1, 1]))
        neck = 0.26 if hand.motif != 1 else 0.21
        down = 1.25 + (0.35 if hand.motif == 1 else 0.0)
        slope = np.abs(px) * rng.uniform(0.32, 0.5)
        lay(
            picture,
            cloth,
            solid(py - down - slope) * solid(1.35 - np.abs(px)),
        )
        lay(
            picture,
            shift(cloth, -0.09),
            solid(py - down - slope) * solid(px * side) * solid(1.35 - np.abs(px)),
        )
        collar = solid(0.42 - np.hypot(px, (py - down) * 1.2)) * solid(py - down)
        lay(
            picture,
            shade,
            np.maximum(
                solid(neck - np.abs(px)) * solid(py - 0.5) * solid(down + 0.15 - py),
                collar * 0.9,
            ),
        )
        jaw = wide * (1 - 0.30 * np.clip(y, 0, 1.2) ** 1.5)
        head = solid(1 - np.abs(x / jaw) ** 2.3 - np.abs(y) ** 2.4)
        hair = c[2] if rng.random() < 0.6 else line
        crown = solid(
            (1 - np.abs(x / (wide * 1.16)) ** 2.4 - np.abs((y + 0.12) / 1.06) ** 2.4).astype(
                np.float32
            )
        )
        length = rng.choice([-0.1, 0.35, 0.9])
        lay(picture, hair, crown * solid(length - y))
        lay(picture, skin, head)
        lay(
            picture,
            shade,
            head * solid(x * side - 0.05 - 0.10 * np.cos(y * 2.6)),
        )
        lay(picture, shift(skin, 0.05), head * (0.14 * brush * (0.5 + hand.grain)).clip(0, 0.6))
        fringe = rng.uniform(-0.62, -0.45) + 0.28 * x * rng.choice([-1, 0, 1])
        lay(picture, hair, head * solid(fringe - y))
        thin = 0.014 + 0.020 * hand.line
        ridge = np.abs(x - side * 0.035 * (y + 0.2)) - thin
        lay(picture, line, solid(-ridge) * step(y + 0.22, soft) * step(0.28 - y, soft) * 0.9)
        nose = np.maximum(np.abs(y - 0.28) - thin, np.abs(x - side * 0.06) - 0.085)
        lay(picture, line, solid(-nose) * 0.9)
        for eye in (-1, 1):
            ex, ey = (x - eye * wide * 0.44), y + 0.14
            lid = 1 - (ex / 0.17) ** 2 - (ey / (0.075 if hand.motif != 2 else 0.10)) ** 2
            if hand.motif == 1:
                lid = 1 - np.abs(ex / 0.18) ** 1.3 - np.abs(ey / 0.06) ** 1.3
            lay(picture, line, solid(lid + 0.45) * 0.9)
            lay(
                picture,
                mix(palette.ground if not palette.dark else palette.ink, c[4], 0.15),
                solid(lid.astype(np.float32)),
            )
            iris = 1 - np.hypot(ex - 0.02 * side, ey) / 0.062
            lay(picture, line if hand.motif else c[4], solid(iris.astype(np.float32)))
            brow = np.abs(ey + 0.19 - 1.6 * ex**2) - thin * 1.2
            lay(
                picture,
                line,
                solid(-brow) * solid(0.19 - np.abs(ex)),
            )
        lips = 1 - (x / 0.19) ** 2 - ((y - 0.55 - 0.018 * np.cos(x * 13)) / 0.055) ** 2
        lay(picture, c[4], solid(lips.astype(np.float32)))
        lay(
            picture,
            line,
            solid(thin * 0.6 - np.abs(y - 0.55)) * solid(0.2 - np.abs(x)) * 0.8,
        )
    return picture
