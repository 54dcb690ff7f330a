"""Still life: bottles, bowls and fruit on a table, lit from one side."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from artrec.demo.canvas import Field, Hand, Picture, blank, coordinates, lay, step
from artrec.demo.palettes import Colour, Palette, mix, shift
from artrec.demo.textures import fbm

# Outlines of turned things: radius at equal steps from the rim down to the foot.
PROFILES: dict[str, tuple[float, ...]] = {
    "bottle": (0.15, 0.15, 0.14, 0.14, 0.17, 0.36, 0.44, 0.45, 0.45, 0.45, 0.44, 0.42),
    "flask": (0.20, 0.14, 0.12, 0.13, 0.20, 0.40, 0.58, 0.68, 0.70, 0.64, 0.50, 0.34),
    "vase": (0.34, 0.27, 0.24, 0.30, 0.42, 0.52, 0.56, 0.54, 0.48, 0.40, 0.32, 0.30),
    "jug": (0.42, 0.40, 0.39, 0.42, 0.50, 0.58, 0.62, 0.62, 0.58, 0.52, 0.46, 0.42),
    "bowl": (1.00, 0.99, 0.97, 0.94, 0.89, 0.83, 0.75, 0.64, 0.50, 0.38, 0.36, 0.36),
    "box": (0.50, 0.50, 0.50, 0.50, 0.50, 0.50, 0.50, 0.50, 0.50, 0.50, 0.50, 0.50),
    "pear": (0.10, 0.20, 0.28, 0.34, 0.42, 0.56, 0.68, 0.75, 0.76, 0.70, 0.56, 0.30),
    "orange": (0.20, 0.58, 0.77, 0.88, 0.95, 0.99, 1.00, 0.98, 0.93, 0.84, 0.70, 0.45),
}
TALL = {
    "bottle": 1.0,
    "flask": 0.72,
    "vase": 0.66,
    "jug": 0.58,
    "bowl": 0.24,
    "box": 0.4,
    "pear": 0.27,
    "orange": 0.17,
}
TABLES = (
    ("bottle", "box", "jug", "bottle", "bowl"),
    ("vase", "bowl", "pear", "orange", "flask"),
    ("orange", "pear", "bowl", "jug", "orange"),
)


def _turned(
    picture: Picture, name: str, centre: float, foot: float, size: float, colour: Colour,
    palette: Palette, brush: Field, light: float, aside: NDArray[np.float32],
) -> None:  # fmt: skip
    """Lay one turned thing into the picture; positions in pixels."""
    height, width = picture.shape[:2]
    tall = size * TALL[name]
    profile = np.asarray(PROFILES[name]) * (
        tall * 0.5 if name in ("bowl", "orange", "pear", "box") else size * 0.42
    )
    profile = profile * (2.1 if name == "bowl" else 1.0)
    reach = profile.max() + 4
    x0, x1 = int(max(0, centre - reach)), int(min(width, centre + reach))
    curve = 0.16 * profile[-1]
    y0, y1 = int(max(0, foot - tall - 3)), int(min(height, foot + curve + 3))
    if x1 <= x0 or y1 <= y0:
        return
    gx, gy = (
        np.arange(x0, x1, dtype=np.float32)[None, :],
        np.arange(y0, y1, dtype=np.float32)[:, None],
    )
    radius = np.interp((gy - (foot - tall)) / tall, np.linspace(0, 1, len(profile)), profile)
    u = ((gx - centre) / radius.clip(1)).clip(-1, 1).astype(np.float32)
    wobble = brush[y0:y1, x0:x1]
    bottom = foot + curve * np.sqrt(1 - u**2)
    inside = step((radius - np.abs(gx - centre) + wobble * 1.1), 1.1)
    inside = inside * step((bottom - gy), 1.2) * step((gy - (foot - tall)), 1.2)
    lit = light * u * 0.85 + np.sqrt(1 - u**2) * 0.55
    tone = (lit + wobble * 0.10).clip(-0.6, 1)
    patch = picture[y0:y1, x0:x1]
    dark = mix(shift(colour, -0.20), palette.ink if not palette.dark else palette.ground, 0.18)
    lay(patch, dark, inside)
    lay(patch, colour, inside * step((tone - 0.05), 0.42))
    lay(patch, shift(colour, 0.08), inside * step((tone - 0.72), 0.22) * 0.85)
    lay(
        patch,
        mix(aside, colour, 0.4),
        inside * step((-light * u - 0.80), 0.18) * 0.35,
    )
    if name in ("bottle", "vase", "jug", "bowl", "flask"):
        rim = ((gx - centre) / profile[0]) ** 2 + ((gy - (foot - tall)) / (profile[0] * 0.17)) ** 2
        lay(patch, shift(colour, -0.16), step((1 - rim), 0.12) * 0.9)
        lay(
            patch,
            shift(colour, 0.06),
            step((0.10 - np.abs(rim - 1)), 0.10) * 0.8,
        )


def draw(
    rng: np.random.Generator, width: int, height: int, palette: Palette, hand: Hand
) -> Picture:
    """Draw one picture; returns (height, width, 3)."""
    x, y = coordinates(width, height)
    c = palette.colours
    wall = mix(c[3], palette.ground, 0.55)
    board = mix(c[1], palette.ground, 0.30)
    edge = rng.uniform(0.58, 0.68)
    light = float(rng.choice([-1.0, 1.0]))
    brush = fbm(rng, width, height, min(width, height) / 16, 3)
    picture = blank(width, height, wall)
    lay(picture, shift(wall, -0.10), ((0.5 - light * (x - 0.5)) * 0.9 + 0.10 * brush).clip(0, 1))
    lay(picture, board, step((y - edge + 0.0012 * brush), 0.002))
    below = step((y - edge), 0.002)
    lay(picture, shift(board, 0.06), below * (((y - edge) * 1.6) + 0.08 * brush).clip(0, 0.8))
    lay(picture, shift(wall, -0.09), (0.12 + 0.16 * hand.grain) * (brush > 0.4) * (1 - below))
    lay(picture, shift(board, -0.05), (0.10 + 0.16 * hand.grain) * (brush > 0.5) * below)
    count = 3 + round(hand.density * 3.5 + max(0.0, width / height - 1) * 2)
    size = min(height * 0.66, width * 0.80)
    span = min(width * 0.86, size * 0.40 * count)
    places = (
        np.linspace(-0.5, 0.5, count) * span * 0.84 + width / 2 + rng.normal(0, size * 0.03, count)
    )
    feet = height * (edge + 0.07 + 0.13 * rng.random(count))
    names = [str(n) for n in rng.choice(TABLES[hand.motif], count)]
    # Small things stand in front, tall ones behind.
    feet += np.array([0.035 * height if TALL[n] < 0.3 else 0.0 for n in names])
    for i in np.argsort(feet):
        scale = size * rng.uniform(0.82, 1.12)
        reach = scale * (0.30 if names[i] != "orange" else 0.12)
        shadow = ((x * width - places[i] + light * reach * 1.1) / (reach * 1.9)) ** 2
        shadow = shadow + ((y * height - feet[i] - scale * 0.012) / (scale * 0.075)) ** 2
        lay(picture, shift(board, -0.24), (np.exp(-shadow * 1.3) * 0.75 * below).astype(np.float32))
        colour = mix(
            c[rng.choice(5, p=[0.26, 0.22, 0.22, 0.14, 0.16])], palette.ground, rng.uniform(0, 0.35)
        )
        _turned(
            picture,
            names[i],
            float(places[i]),
            float(feet[i]),
            float(scale),
            colour,
            palette,
            brush,
            light,
            board,
        )
    return picture
