"""The invented studios: who they are, what they paint and by which hand."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from artrec.demo.canvas import Hand
from artrec.demo.palettes import MOODS
from artrec.demo.styles import STYLES

STUDIOS = 64

GIVEN = (
    "Ada", "Alma", "Anselm", "Aria", "Bela", "Boris", "Cato", "Clio", "Dora", "Edda", "Elio",
    "Emil", "Esra", "Fenn", "Flora", "Gita", "Hale", "Hedda", "Ida", "Ilse", "Ines", "Ivo",
    "Jonas", "Juno", "Kaia", "Kenzo", "Lena", "Levi", "Lio", "Lotte", "Mael", "Mara", "Mika",
    "Milo", "Mira", "Nadia", "Nico", "Noor", "Odile", "Olan", "Orla", "Otis", "Pavel", "Petra",
    "Quill", "Ravi", "Remy", "Rosa", "Runa", "Sami", "Selma", "Sol", "Suri", "Tamsin", "Teo",
    "Thea", "Tove", "Uma", "Vera", "Wanda", "Wim", "Yara", "Yuki", "Zeno",
)  # fmt: skip
FAMILY = (
    "Aldervane", "Ashgrove", "Bellroth", "Birkmoor", "Brandel", "Calloway-Finn", "Carrow",
    "Castellin", "Dray", "Dunmere", "Eskari", "Fairlund", "Farrow", "Fennimore", "Galant",
    "Greve", "Hallorin", "Harrowgate", "Hollin", "Ibarrel", "Ilmari-Voss", "Jardine", "Kestrin",
    "Kirrin", "Lindqvane", "Lorne", "Lumen", "Marchetel", "Merrow", "Morel", "Nakadori",
    "Nettlefield", "Norrel", "Oakes", "Okonel", "Orsini-Vale", "Pallister", "Penhallow",
    "Quennel", "Rademar", "Ravensby", "Rosendahl", "Sabine", "Sandoval-Reyn", "Severin",
    "Solvane", "Sorrel", "Stellan", "Tamarisk", "Tarn", "Thorne", "Tolliver", "Umberlin",
    "Valcourt", "Vantongere", "Varga-Lund", "Vesper", "Wexcombe", "Whitlow", "Winterbourne",
    "Wrenfield", "Yarrow", "Zabriel", "Zephirin",
)  # fmt: skip

CALM = tuple(m for m in MOODS if m not in ("bauhaus", "vermilion and bone", "lamp black"))
NIGHT = (
    "north sea", "indigo cloth", "winter dusk", "lagoon night", "slate and lemon", "lamp black",
    "moss and peat", "heather",
)  # fmt: skip
SKIN = (
    "ochre earth", "chalk and rust", "plaster rose", "persimmon and teal", "winter dusk",
    "olive grove", "wine cellar", "apricot noon",
)  # fmt: skip
PAPER = (
    "chalk and rust", "vermilion and bone", "celadon", "grisaille", "indigo cloth", "ochre earth",
    "north sea",
)  # fmt: skip
TABLE = (
    "chalk and rust", "plaster rose", "olive grove", "celadon", "grisaille", "ochre earth",
    "slate and lemon", "moss and peat", "sea glass", "wine cellar",
)  # fmt: skip
GARDEN = (
    "olive grove", "moss and peat", "celadon", "ochre earth", "lagoon night", "heather",
    "persimmon and teal", "indigo cloth", "sea glass",
)  # fmt: skip

# Which moods suit a style; a style not named here takes any.
SUITS: dict[str, tuple[str, ...]] = {
    "Nocturne": NIGHT,
    "Mask": SKIN,
    "Ink": PAPER,
    "Engraving": PAPER,
    "Still life": TABLE,
    "Botanical": GARDEN,
    "Layered landscape": CALM,
    "Watercolour": CALM,
    "Pointillism": CALM,
}

HABITS = (
    "Works in long series and shows one in three.",
    "Starts every piece before breakfast and stops when the light turns.",
    "Keeps to five colours a year.",
    "Came to painting from map-making and still measures twice.",
    "Draws each piece from memory, never from the thing.",
    "Learned the trade in a sign-writer's workshop.",
    "Shares a studio with a violin maker and works to the sound of it.",
    "Returns to one view until it has nothing left to say.",
    "Trained as a weaver; thinks in over and under.",
    "Throws away more than is kept, and is glad of it.",
    "Walks the same ten kilometres every week and works from that.",
    "Believes the edge of a shape matters more than the shape.",
)


@dataclass(frozen=True, slots=True)
class Studio:
    """One invented artist. What is here stays the same from picture to picture."""

    name: str
    bio: str
    styles: tuple[str, ...]
    """One or two; the first is used about three times in four."""
    mood: str
    turn: float
    """Hue rotation of the mood, degrees."""
    lift: float
    strength: float
    hand: Hand
    ratios: tuple[float, ...]
    """Width over height of the formats the studio keeps in stock."""
    price_level: float
    """Factor on the price of a picture of given size."""


def make_studios(seed: int) -> list[Studio]:
    """Make the `STUDIOS` studios of a seed; every style is somebody's first."""
    rng = np.random.default_rng([seed, 1])
    names = list(STYLES)
    given, family = rng.permutation(GIVEN), rng.permutation(FAMILY)
    studios = []
    for i in range(STUDIOS):
        first = names[i % len(names)]
        # Studios of one style part ways early: other moods, other subjects, other hands.
        turn_of_style = i // len(names)
        moods = SUITS.get(first, tuple(MOODS))
        mood = moods[(turn_of_style * 3 + i * 7) % len(moods)]
        second = [s for s in names if s != first and mood in SUITS.get(s, tuple(MOODS))]
        styles = (first,) if rng.random() < 0.55 else (first, str(rng.choice(second)))
        density, line, order, grain = (float(v) for v in rng.beta(1.1, 1.1, 4))
        hand = Hand(density, line, order, grain, motif=turn_of_style % 3)
        landscape = rng.choice([1.25, 1.33, 1.4, 1.5, 1.62])
        ratios = [float(landscape), float(1 / landscape), 1.0]
        if first in (
            "Layered landscape",
            "Nocturne",
            "Colour field",
            "Woodcut",
            "Still life",
            "Wave",
        ):
            ratios = [float(landscape), float(landscape), 2.3]
        elif first in ("Ink", "Botanical", "Mask"):
            ratios = [float(1 / landscape), float(1 / landscape), 0.42 if first != "Mask" else 1.0]
        studios.append(
            Studio(
                name=f"{given[i]} {family[i]}",
                bio=f"{first} from a small studio in {mood} tones. {rng.choice(HABITS)}",
                styles=styles,
                mood=mood,
                turn=float(rng.normal(0, 8)),
                lift=float(rng.normal(0, 0.02)),
                strength=float(rng.uniform(0.82, 1.08)),
                hand=hand,
                ratios=tuple(ratios),
                price_level=float(np.exp(rng.normal(0, 0.45))),
            )
        )
    return studios
