"""A taste in words and pictures: what was chosen, against what was shown beside it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from django.utils.translation import gettext as _

from artrec.online.quiz_leaning import standing_out, tail
from webapp.catalog import queries as catalog
from webapp.catalog.facts import UNKNOWN_ARTIST
from webapp.catalog.models import Artwork
from webapp.catalog.words import COLOURS
from webapp.feed.models import Visitor
from webapp.quiz import queries
from webapp.quiz.models import Quiz

RARE: Final = 0.05
"""Only what mere chance would bring about less often than this is said."""
CLEAR: Final = 1.645
"""The same for quantities, in standard deviations: one-sided, as the words are."""
SAID: Final = 4
"""Most leanings said: the clearest."""


@dataclass(frozen=True, slots=True)
class Leaning:
    """Something the chosen works have more of than those beside them."""

    kind: str
    """"style", "medium", "artist", "colour", "lightness" or "colourfulness"."""
    words: str
    works: tuple[Artwork, ...]
    """The chosen ones that have it."""
    offered: int
    """In how many questions it could be chosen; 0 for quantities."""
    swatch: str = ""
    """Family of a colour, for its patch."""
    chance: float = 1.0
    """How often mere chance would bring it about."""


class Picked(NamedTuple):
    """A choice that stands: the work, and all it stood among."""

    chosen: Artwork
    shown: tuple[Artwork, ...]


@dataclass(frozen=True, slots=True)
class Result:
    """What a quiz has shown."""

    leanings: tuple[Leaning, ...]
    chosen: tuple[Artwork, ...]
    """What still counts, in the order chosen."""
    asked: int


Values = Callable[[Artwork], Iterable[str]]
TRAITS: Final[Mapping[str, Values]] = {
    "style": lambda work: (work.style,),
    "medium": lambda work: (work.medium,),
    "artist": lambda work: () if work.artist.name == UNKNOWN_ARTIST else (work.artist.name,),
    "colour": lambda work: work.image.colours,
}


def result_of(visitor: Visitor, quiz: Quiz) -> Result:
    """Return what the answers of a quiz say. Three queries."""
    answers = queries.answers_of(quiz)
    standing = {choice.artwork_id for choice in queries.choices_of(visitor)}
    works = catalog.artworks().in_bulk(list({pk for answer in answers for pk in answer.shown}))
    picked = [
        Picked(works[answer.chosen_id], tuple(works[pk] for pk in answer.shown if pk in works))
        for answer in answers
        if answer.chosen_id in standing and answer.chosen_id in works
    ]
    return Result(leanings(picked), tuple(each.chosen for each in picked), len(answers))


def leanings(picked: Sequence[Picked]) -> tuple[Leaning, ...]:
    """Return what is worth saying, the clearest first."""
    found = [each for kind, values in TRAITS.items() for each in _of_trait(kind, values, picked)]
    found += _of_quantity(
        "lightness", _lightness, picked, _("darker pictures"), _("lighter pictures")
    )
    found += _of_quantity("colourfulness", _chroma, picked, _("muted colours"), _("strong colours"))
    return tuple(sorted(found, key=lambda each: (each.chance, each.words))[:SAID])


def _of_trait(kind: str, values: Values, picked: Sequence[Picked]) -> Iterable[Leaning]:
    names = dict.fromkeys(name for each in picked for name in values(each.chosen) if name)
    for name in names:
        shares = [
            sum(name in values(work) for work in each.shown) / len(each.shown) for each in picked
        ]
        works = tuple(each.chosen for each in picked if name in values(each.chosen))
        chance = tail(shares, len(works))
        if chance <= RARE:
            words = _(COLOURS[name]) if kind == "colour" else name
            swatch = name if kind == "colour" else ""
            offered = sum(share > 0 for share in shares)
            yield Leaning(kind, words, works, offered, swatch, chance)


def _of_quantity(
    kind: str, measure: Callable[[Artwork], float], picked: Sequence[Picked], less: str, more: str
) -> Iterable[Leaning]:
    shown = [[measure(work) for work in each.shown] for each in picked]
    clear = standing_out([measure(each.chosen) for each in picked], shown) if picked else 0.0
    if abs(clear) < CLEAR:
        return
    side = 1 if clear > 0 else -1
    works = tuple(
        each.chosen
        for each, values in zip(picked, shown, strict=True)
        if side * (measure(each.chosen) - sum(values) / len(values)) > 0
    )
    # At the border both kinds of evidence are as clear; beyond, further out is clearer.
    chance = RARE * (CLEAR / abs(clear)) ** 4
    yield Leaning(kind, more if side > 0 else less, works, 0, "", chance)


def _lightness(work: Artwork) -> float:
    return _mean(work, lambda lab: lab[0])


def _chroma(work: Artwork) -> float:
    return _mean(work, lambda lab: float((lab[1] ** 2 + lab[2] ** 2) ** 0.5))


def _mean(work: Artwork, of: Callable[[Sequence[float]], float]) -> float:
    """Over the palette, by the share of each colour."""
    palette = work.image.palette
    total = sum(max(swatch["share"], 0.0) for swatch in palette)
    parts = (max(swatch["share"], 0.0) * of(swatch["lab"]) for swatch in palette)
    return sum(parts) / total if total else 0.0
