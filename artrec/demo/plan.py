"""The plan of a collection: every work with its label, its studio and its true parameters.

Planning is cheap and draws nothing, so the pictures can be drawn by many processes in any order.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from artrec.demo.canvas import Hand, Picture
from artrec.demo.palettes import Palette, make_palette
from artrec.demo.studios import Studio, make_studios
from artrec.demo.styles import STYLES
from artrec.demo.textures import finish
from artrec.demo.titles import WORDS, title_of

FIRST_DAY = date(2023, 9, 1)
DAYS = 730
"""The history runs two years from the first day."""


@dataclass(frozen=True, slots=True)
class Work:
    """One artwork before it is drawn."""

    index: int
    file: str
    title: str
    studio: Studio
    style: str
    hand: Hand
    palette: Palette
    year: int
    medium: str
    width_cm: float
    height_cm: float
    depth_cm: float
    price: float | None
    """EUR; None for works that are not for sale."""
    description: str
    one_of_a_kind: bool
    added_day: int
    width: int
    height: int

    @property
    def added(self) -> date:
        """The day the work came into the gallery."""
        return FIRST_DAY + timedelta(days=self.added_day)


def _own(rng: np.random.Generator, hand: Hand) -> Hand:
    """The studio's hand on one day: a little off, the same subject most of the time."""
    density, line, order, grain = (
        float(np.clip(v + rng.normal(0, 0.07), 0, 1))
        for v in (hand.density, hand.line, hand.order, hand.grain)
    )
    motif = hand.motif if rng.random() < 0.85 else int(rng.integers(3))
    return Hand(density, line, order, grain, motif)


def plan_works(count: int, seed: int, size: int) -> list[Work]:
    """Plan `count` works whose long side is about `size` pixels (0.85 to 1.15 times)."""
    studios = make_studios(seed)
    used: set[str] = set()
    works = []
    for index in range(count):
        rng = np.random.default_rng([seed, 2, index])
        studio = studios[index % len(studios)]
        style = (
            studio.styles[0] if len(studio.styles) == 1 or rng.random() < 0.72 else studio.styles[1]
        )
        words = WORDS[style]
        ratio = float(rng.choice(studio.ratios)) * rng.uniform(0.97, 1.03)
        long_px = round(size * rng.uniform(0.85, 1.15))
        width, height = (
            (long_px, round(long_px / ratio)) if ratio >= 1 else (round(long_px * ratio), long_px)
        )
        single = rng.random() < 0.8
        long_cm = float(np.clip(np.exp(rng.normal(4.15 if single else 3.9, 0.38)), 18, 190))
        width_cm = round(long_cm * min(1.0, width / height), 1)
        height_cm = round(long_cm * min(1.0, height / width), 1)
        level = 26.0 if single else 4.5
        price = (
            level
            * (width_cm + height_cm)
            * studio.price_level
            * float(np.exp(rng.normal(0, 0.18)))
            * 0.32
        )
        for_sale = rng.random() > 0.06
        # Two works in five open the gallery; the rest arrive through the two years.
        added = int(rng.integers(0, 20)) if rng.random() < 0.4 else int(rng.integers(20, DAYS - 25))
        year = (FIRST_DAY + timedelta(days=added)).year - int(rng.geometric(0.45)) + 1
        flat = words.surface in ("paper", "washi") or not single
        palette = make_palette(rng, studio.mood, studio.turn, studio.lift, studio.strength)
        suffix = "png" if index % 41 == 20 else "webp" if index % 23 == 11 else "jpg"
        about = str(rng.choice(words.about))
        if rng.random() < 0.5:
            about += f" The palette is the studio's own, {studio.mood}."
        works.append(
            Work(
                index=index,
                file=f"{index + 1:04d}-{style.lower().replace(' ', '-')}.{suffix}",
                title=title_of(rng, style, used),
                studio=studio,
                style=style,
                hand=_own(rng, studio.hand),
                palette=palette,
                year=year,
                medium=words.medium
                if single
                else f"{words.print_medium}, edition of {int(rng.choice([15, 25, 40, 75]))}",
                width_cm=width_cm,
                height_cm=height_cm,
                depth_cm=0.0 if flat else float(rng.choice([2.0, 2.5, 3.5, 4.0])),
                price=round(max(price, 40.0) / 10) * 10.0 if for_sale else None,
                description=about,
                one_of_a_kind=single,
                added_day=added,
                width=width,
                height=height,
            )
        )
    return works


def draw_work(work: Work, seed: int) -> Picture:
    """Draw a planned work; (height, width, 3) float32 in 0..1, the same for the same seed."""
    rng = np.random.default_rng([seed, 3, work.index])
    picture = STYLES[work.style](rng, work.width, work.height, work.palette, work.hand)
    return finish(rng, picture, WORDS[work.style].surface, work.hand.grain)
