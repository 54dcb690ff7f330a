"""Titles, media and short descriptions in the register of a museum label."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

HOURS = (
    "evening", "first light", "noon", "late", "before rain", "after rain", "winter",
    "early March", "September", "dusk", "low tide", "slow hour", "still air", "frost",
    "long shadow",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Words:
    """What a style's labels are made of."""

    nouns: tuple[str, ...]
    medium: str
    print_medium: str
    surface: str
    about: tuple[str, ...]


WORDS: dict[str, Words] = {
    "Colour field": Words(
        ("Field", "Two Rooms", "Threshold", "Ember", "Quiet Weight", "Veil"),
        "oil on canvas",
        "pigment print on cotton paper",
        "canvas",
        (
            "Soft-edged fields lie on a stained ground.",
            "Broad bands of colour hold each other at a distance.",
        ),
    ),
    "Layered landscape": Words(
        ("Ridge", "Seven Hills", "Valley", "Pass", "Far Country", "Watershed"),
        "acrylic on panel",
        "pigment print on cotton paper",
        "panel",
        ("Hills stand behind hills, paler as they go.", "Mist gathers between the ridges."),
    ),
    "Hard edge": Words(
        ("Division", "Plan", "Interval", "Courtyard", "Proportion", "Window"),
        "acrylic on canvas",
        "screenprint",
        "canvas",
        ("Flat planes meet at measured intervals.", "A rectangle, divided until it balances."),
    ),
    "Watercolour": Words(
        ("Stones", "Drift", "Pool", "Cairn", "Wash", "Tidemark"),
        "watercolour on paper",
        "giclée print",
        "paper",
        (
            "Wet blots overlap and dry with a dark rim.",
            "Washes laid one over another, each left to dry.",
        ),
    ),
    "Woodcut": Words(
        ("Island", "Sun over Water", "Headland", "Crossing", "Weather", "The Bay"),
        "hand-coloured woodcut",
        "woodcut",
        "washi",
        ("Carved lines follow the lie of the land.", "A disc of sun over cut and printed hills."),
    ),
    "Still life": Words(
        ("Vessels", "Table", "Three Neighbours", "Shelf", "Supper", "Company"),
        "oil on linen",
        "pigment print on cotton paper",
        "canvas",
        ("A few plain vessels share a table.", "Things on a table, lit from one side."),
    ),
    "Flow field": Words(
        ("Current", "Grass", "Murmur", "Eddy", "Windward", "Tide Table"),
        "gouache on panel",
        "screenprint",
        "panel",
        ("Ribbons follow one slow current.", "Strands of colour bend together and never touch."),
    ),
    "Ink": Words(
        ("Breath", "Letter", "Reeds", "Unsent", "One Word", "Answer"),
        "ink on paper",
        "lithograph",
        "washi",
        ("Brush marks that keep the speed of the hand.", "A few strokes of ink and a seal."),
    ),
    "Concentric": Words(
        ("Orbit", "Dial", "Rings", "Carousel", "Eclipse", "Target"),
        "acrylic on canvas",
        "screenprint",
        "canvas",
        (
            "Rings change colour where they cross an axis.",
            "Circles and their parts, held in balance.",
        ),
    ),
    "Gestural": Words(
        ("Sweep", "Argument", "Thicket", "Untied", "Rehearsal", "Gale"),
        "oil on canvas",
        "lithograph",
        "canvas",
        (
            "Wide strokes of a loaded brush cross the ground.",
            "A few fast gestures, left as they fell.",
        ),
    ),
    "Nocturne": Words(
        ("Night Water", "Moonrise", "Harbour", "Vigil", "Star Map", "Crossing by Night"),
        "oil on panel",
        "aquatint",
        "panel",
        ("A dark sky over a low horizon.", "Night, with a little light on it."),
    ),
    "Cut-out": Words(
        ("Garden", "Weeds", "Lagoon", "Paper Leaves", "Aquarium", "Hothouse"),
        "painted paper, cut and pasted",
        "pochoir print",
        "paper",
        (
            "Shapes cut from painted paper lie on bright panels.",
            "Leaves and stones from one pair of scissors.",
        ),
    ),
    "Pointillism": Words(
        ("Shore", "Heat", "Estuary", "Sun Path", "Heath", "Horizon"),
        "oil on canvas",
        "pigment print on cotton paper",
        "canvas",
        (
            "A quiet view told in dots of neighbouring colours.",
            "Small touches of paint that close at a distance.",
        ),
    ),
    "Weave": Words(
        ("Cloth", "Blanket", "Warp", "Plain Weave", "Threshold Cloth", "Shawl"),
        "hand-woven wool and linen",
        "screenprint on linen",
        "canvas",
        ("Warp and weft, thread by thread.", "Stripes cross and make a third colour."),
    ),
    "Mask": Words(
        ("Sitter", "Neighbour", "The Listener", "Cousin", "Passenger", "Understudy"),
        "tempera on panel",
        "linocut",
        "panel",
        ("A head and shoulders built from a few planes.", "Someone looks a little past you."),
    ),
    "Tiling": Words(
        ("Pavement", "Canal", "Turning", "Floor", "Circuit", "Maze"),
        "gouache on paper",
        "screenprint",
        "paper",
        ("One tile, turned until paths appear.", "A rule repeated until it surprises."),
    ),
    "Engraving": Words(
        ("Sphere", "Column", "Study of Light", "Colonnade", "Massif", "Weight"),
        "pen and ink on paper",
        "engraving",
        "paper",
        ("Hatched lines turn over the forms.", "Tone built from lines and nothing else."),
    ),
    "Botanical": Words(
        ("Stem", "Herbarium Leaf", "Sprig", "Hedge", "Pressed", "Seed Head"),
        "gouache on paper",
        "giclée print",
        "paper",
        ("Stems and leaves, set out as if pressed.", "A plant that grows nowhere else."),
    ),
    "Quasicrystal": Words(
        ("Fivefold", "Crystal", "Never Twice", "Mosaic", "Star Floor", "Facet"),
        "inlaid wood veneer",
        "screenprint",
        "panel",
        ("Two rhombs cover the plane and never repeat.", "Fivefold order without a period."),
    ),
    "Wave": Words(
        ("Swell", "Interference", "Stripe", "Dune", "Vibration", "Crest"),
        "acrylic on linen",
        "screenprint",
        "canvas",
        ("Parallel bands swell and pinch.", "Stripes that will not lie still."),
    ),
}


def title_of(rng: np.random.Generator, style: str, used: set[str]) -> str:
    """A title not used before; a number is added when the words run out."""
    noun = str(rng.choice(WORDS[style].nouns))
    title = noun if rng.random() < 0.15 else f"{noun}, {rng.choice(HOURS)}"
    number = 2
    base = title
    while title in used:
        title = f"{base} ({number})"
        number += 1
    used.add(title)
    return title
