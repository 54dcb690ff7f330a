"""Which models of the library a curator can train, and with what settings to begin."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from webapp.lab.catalogue import NEXT, TASTE, VISITS


@dataclass(frozen=True, slots=True)
class Offer:
    """One model, in words for people who choose."""

    name: str
    title: str
    about: str
    features: bool = True
    """Whether it learns from the look of the works."""
    pixels: bool = False
    """Whether it looks at the pictures themselves."""
    servable: bool = True
    """Whether it ends as item vectors and a small head."""
    purpose: str = TASTE
    """What its space serves: `TASTE`, or `VISITS` or `NEXT` for a model of visits."""
    published: Mapping[str, str] = field(default_factory=dict)
    """Presets of its settings class, and what each is."""


_PAPER: Final = "As published."
_TUTORIAL: Final = "As the tutorial at IUI 2021 trains it."

OFFERED: Final = (
    Offer(
        "curatornet-plus",
        "CuratorNet plus",
        "What somebody likes becomes a query over the look of works and over what others chose "
        "with them. New works and new visitors are served at once. A good first choice.",
    ),
    Offer(
        "blend",
        "Blend",
        "Several models together, each believed as far as choices bear it out. Often the best, "
        "and takes longest.",
    ),
    Offer(
        "curatornet",
        "CuratorNet",
        "Messina et al. 2020: a small network turns the pictures somebody chose into a taste. It "
        "knows nobody by name, so new works and new visitors are served at once.",
    ),
    Offer(
        "vbpr",
        "VBPR",
        "He & McAuley 2016: taste factors, some of them read off the picture.",
        published={"paper": _PAPER, "tutorial": _TUTORIAL},
    ),
    Offer(
        "dvbpr",
        "DVBPR",
        "Kang et al. 2017: learns to see from the pixels while it learns taste. Slow without a "
        "graphics card.",
        features=False,
        pixels=True,
    ),
    Offer(
        "acf",
        "ACF",
        "Chen et al. 2017: not every choice says equally much of somebody; attention weighs them.",
    ),
    Offer(
        "acf-content",
        "ACF by content",
        "ACF whose works are what their pictures show, so that new ones are served too.",
    ),
    Offer(
        "factor-regression",
        "Factor regression",
        "Taste factors of works, predicted from their look so that new works have them too. Takes "
        "seconds.",
    ),
    Offer(
        "bpr-mf",
        "BPR-MF",
        "Rendle et al. 2009: taste factors learned from comparisons, without looking at pictures.",
        features=False,
    ),
    Offer(
        "als",
        "ALS",
        "Hu et al. 2008: taste factors from who chose what, without looking at pictures. Takes "
        "seconds.",
        features=False,
    ),
    Offer(
        "ease",
        "EASE",
        "Steck 2019: works that are chosen together. A strong yardstick that cannot serve.",
        features=False,
        servable=False,
    ),
    Offer(
        "visual-popularity",
        "Visual popularity",
        "How liked a work should be by its look, the same for everyone.",
    ),
    Offer(
        "popularity",
        "Popularity",
        "How many chose a work, the same for everyone.",
        features=False,
    ),
    Offer(
        "item2vec",
        "item2vec",
        "Barkan & Koenigstein 2016: works looked at in the same visits get like vectors. Serves "
        "“Visitors of this also looked at” on the page of a work.",
        features=False,
        purpose=VISITS,
    ),
    Offer(
        "gru4rec",
        "GRU4Rec",
        "Hidasi et al. 2016, 2018: what comes next, by the works of a visit so far and their "
        "order. Serves “Next in this visit” on For you.",
        features=False,
        purpose=NEXT,
        published={
            "iclr_2016": "As published in 2016: TOP1.",
            "cikm_2018": "As published in 2018: BPR-max.",
        },
    ),
)

_QUICK: Final = "A few epochs, to see that everything works; too few to serve well."
_THOROUGH: Final = "More epochs and more patience."


def _epochs(quick: int, thorough: int, **more: Any) -> tuple[tuple[str, str, dict[str, Any]], ...]:
    return (
        ("quick", _QUICK, {"training.epochs": quick, **more}),
        ("thorough", _THOROUGH, {"training.epochs": thorough, "training.patience": 20}),
    )


_TRAINED_PARTS: Final = ("curatornet-plus", "vbpr")
PART_SETTINGS: Final[Mapping[str, tuple[str, ...]]] = dict.fromkeys(
    _TRAINED_PARTS, ("training.epochs", "training.lr", "training.batch", "training.patience")
)
"""Settings of the parts of a blend that are worth a field."""

PRESETS: Final[Mapping[str, tuple[tuple[str, str, dict[str, Any]], ...]]] = {
    "curatornet-plus": _epochs(8, 150),
    # Twenty clusterings, of which the best is kept, take longer than a few epochs.
    "curatornet": _epochs(5, 100, **{"sampling.runs": 1, "sampling.clusters": 30}),
    "vbpr": _epochs(10, 200),
    "dvbpr": _epochs(2, 40, size=32),
    "acf": _epochs(5, 100),
    "acf-content": _epochs(5, 100),
    "bpr-mf": _epochs(10, 200),
    "item2vec": (
        ("quick", _QUICK, {"epochs": 5}),
        ("thorough", _THOROUGH, {"epochs": 60}),
        ("prod2vec", "Grbovic et al. 2015: near works only.", {"window": 5, "negatives": 10}),
    ),
    "gru4rec": (
        ("quick", _QUICK, {"epochs": 3}),
        ("thorough", _THOROUGH, {"epochs": 100, "patience": 8}),
    ),
    "blend": (
        ("quick", _QUICK, {f"settings.{part}.training.epochs": 5 for part in _TRAINED_PARTS}),
        (
            "thorough",
            _THOROUGH,
            {f"settings.{part}.training.epochs": 150 for part in _TRAINED_PARTS},
        ),
    ),
}
