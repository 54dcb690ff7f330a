"""Sample visitors of reports as pictures: what they liked, are shown, and really chose next."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from webapp.catalog.models import Artwork
from webapp.catalog.queries import cards
from webapp.lab.version_queries import OWN, Entry

Sample = Mapping[str, Any]
"""An entry of `Version.samples`."""
LIKED: Final = 8
"""Most of the liked works that are shown; the newest."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A place of a list."""

    work: Artwork | None
    """None where it is no longer in the gallery."""
    hit: bool
    """Whether it is what the visitor chose next."""


@dataclass(frozen=True, slots=True)
class Listed:
    """What one model shows to a visitor."""

    name: str
    works: list[Shown]
    place: int
    """At which place it has what was chosen next."""

    @property
    def hit(self) -> bool:
        """Whether that is in the list."""
        return any(each.hit for each in self.works)


@dataclass(frozen=True, slots=True)
class Look:
    """One visitor, for the eye."""

    kind: str
    choices: int
    liked: list[Shown]
    next: list[Shown]
    lists: list[Listed]


Column = tuple[str, Sequence[Sample], str]
"""A model's name, the samples it is in, and its key there."""


def column(name: str, entry: Entry) -> Column:
    """A version's own lists."""
    return name, entry.version.samples, OWN


def looks(columns: Sequence[Column]) -> list[Look]:
    """The visitors of whom the first column has a list, with the lists of those others that were
    asked the same of them. One query."""
    first = columns[0][1]
    found = [
        (sample, [(name, same, key) for name, same, key in _matching(sample, columns)])
        for sample in first
    ]
    works = _works(found)
    return [
        Look(
            sample["kind"],
            sample["choices"],
            [Shown(works.get(pk), False) for pk in sample["liked"][:LIKED]],
            [Shown(works.get(pk), True) for pk in sample["next"]],
            [
                Listed(name, _shown(same["lists"][key], sample["next"], works), same["places"][key])
                for name, same, key in lists
            ],
        )
        for sample, lists in found
    ]


def _matching(sample: Sample, columns: Sequence[Column]) -> Iterable[tuple[str, Sample, str]]:
    for name, samples, key in columns:
        for each in samples:
            same = each["visitor"] == sample["visitor"] and each["next"] == sample["next"]
            if same and key in each["lists"]:
                yield name, each, key


def _works(found: Iterable[tuple[Sample, list[tuple[str, Sample, str]]]]) -> dict[int, Artwork]:
    ids: set[int] = set()
    for sample, lists in found:
        ids.update(sample["liked"][:LIKED], sample["next"])
        for _, same, key in lists:
            ids.update(same["lists"][key])
    return cards().in_bulk(ids)


def _shown(ids: Iterable[int], chosen: Sequence[int], works: Mapping[int, Artwork]) -> list[Shown]:
    return [Shown(works.get(pk), pk in chosen) for pk in ids]
