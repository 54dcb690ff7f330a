"""The page of a search: works, counts, what is chosen, and the ways out where nothing matches."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Final

from django.core.cache import cache
from django.db import connection
from django.utils.translation import gettext as _

from webapp.catalog import facets, offering, search, swatches
from webapp.catalog.conditions import all_of, not_of_ids, of_facets, of_ids, of_words
from webapp.feed.browsing import Piece, Sought, piece, seek
from webapp.feed.likeness import Reference
from webapp.feed.models import Visitor
from webapp.feed.profile import NOBODY, profile_of
from webapp.feed.references import reference_of
from webapp.feed.wish import FOR_YOU, NEWEST, SORTS, Wish

COUNTS_SECONDS: Final = 60
"""Longest that counts are kept."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A link that chooses something, or no longer chooses it."""

    label: str
    address: str
    count: int | None = None
    chosen: bool = False
    value: str = ""


@dataclass(frozen=True, slots=True)
class Menu:
    """A facet with its links."""

    name: str
    label: str
    choices: tuple[Choice, ...]

    @property
    def chosen(self) -> tuple[Choice, ...]:
        """What is chosen of it."""
        return tuple(choice for choice in self.choices if choice.chosen)


@dataclass(frozen=True, slots=True)
class Results:
    """All that the page of a search shows."""

    wish: Wish
    piece: Piece
    total: int
    """Works that match, exactly, without those the visitor hides."""
    menus: tuple[Menu, ...]
    chips: tuple[Choice, ...]
    """Everything that is asked for; each link takes one thing away."""
    ways_out: tuple[Choice, ...]
    """Where nothing matches: what could be dropped, that which brings most works first."""
    sorts: tuple[Choice, ...]
    instead_of: str = ""
    """The text as it was typed, where other words were looked for."""
    shown_for: str = ""
    """Those words."""
    personal: bool = True
    """False where the order For you is asked for by somebody of whom nothing is known yet."""
    reference: Reference | None = None
    """What the works are to be like."""
    lost: bool = False
    """True where they were to be like something that is not there any more; then all that is left
    of the wish is answered."""
    lenses: tuple[Choice, ...] = ()
    """Other ways of comparing with the reference."""


def results(
    wish: Wish,
    *,
    visitor: Visitor | None = None,
    hidden: Collection[int] = (),
    after: str = "",
    limit: int | None = None,
) -> Results:
    """Return the page of `wish` that starts after a place, with so many works or as many as usual.

    Counting takes two queries and one more for hidden works, the works one to five, the names of
    artists one, finding what works are to be like two; where nothing matches a few more look for
    slips of the hand and ways out.
    """
    reference = reference_of(wish)
    lost = bool(wish.like and reference is None)
    wish = wish.without("like") if lost else wish
    sought = seek(wish, hidden=hidden, reference=reference)
    counts = _counts(sought)
    instead = False
    if not counts.total and sought.words and not wish.literal:
        words = search.corrected(sought.words, search.vocabulary())
        if words != sought.words:
            other = seek(wish, hidden=hidden, words=words, reference=reference)
            found = _counts(other)
            if found.total:
                sought, counts, instead = other, found, True
    profile = profile_of(visitor) if wish.order == FOR_YOU else NOBODY
    menus = _menus(wish, counts)
    chips = _chips(wish, menus, reference)
    works = piece(sought, after=after, profile=profile, limit=limit) if counts.total else None
    return Results(
        wish=wish,
        piece=works or Piece((), ""),
        total=counts.total,
        menus=menus,
        chips=chips,
        ways_out=() if counts.total else _ways_out(sought, counts, chips),
        sorts=tuple(
            Choice(
                _sort_label(wish, name), replace(wish, sort=name).address(), 0, name == wish.sort
            )
            for name in wish.sorts
        ),
        instead_of=wish.text if instead else "",
        shown_for=" ".join(sought.words) if instead else "",
        personal=wish.order != FOR_YOU or bool(profile.works),
        reference=reference,
        lost=lost,
        lenses=_lenses(wish, reference),
    )


def _counts(sought: Sought) -> facets.Counts:
    """Count now, or as it was counted since when no entry has changed; less what is hidden.

    Whoever asks while a change is being committed may keep the counts from before it, for
    `COUNTS_SECONDS` at most.
    """
    wish = sought.wish
    itself = sought.reference.itself if sought.reference else ()
    words = (sought.words, sought.numbers)
    asked = repr((facets.version(), words, wish.choices, wish.palette, itself))
    key = f"feed.counts.{sha256(asked.encode()).hexdigest()}"
    known: facets.Counts | None = cache.get(key)
    if known is None:
        known = facets.count(sought.base, wish.chosen)
        cache.set(key, known, COUNTS_SECONDS)
    if not sought.hidden:
        return known
    return facets.less(known, facets.count([*sought.base, of_ids(sought.hidden)], wish.chosen))


def _menus(wish: Wish, counts: facets.Counts) -> tuple[Menu, ...]:
    return tuple(
        Menu(
            facet.name,
            facet.label,
            tuple(
                Choice(
                    option.label,
                    wish.toggled(facet.name, option.value).address(),
                    option.count,
                    option.chosen,
                    option.value,
                )
                for option in facet.options
            ),
        )
        for facet in offering.offered(counts, wish.chosen)
    )


def _chips(
    wish: Wish, menus: Sequence[Menu], reference: Reference | None = None
) -> tuple[Choice, ...]:
    chips = []
    if reference:
        chips.append(Choice(reference.label, wish.without("like").address(), value="like"))
    if wish.words:
        chips.append(Choice(f"“{wish.text}”", wish.without("words").address(), value="words"))
    chips += [
        Choice(choice.label, choice.address, value=menu.name)
        for menu in menus
        for choice in menu.chosen
    ]
    for colour in wish.palette:
        rest = tuple(each for each in wish.palette if each != colour)
        known = swatches.NAMES.get(colour)
        name = _(known).capitalize() if known else f"#{colour}"
        chips.append(Choice(name, replace(wish, palette=rest).address(), value=colour))
    return tuple(chips)


def _lenses(wish: Wish, reference: Reference | None) -> tuple[Choice, ...]:
    if reference is None:
        return ()
    return tuple(
        Choice(label, replace(wish, lens=name).address(), chosen=name == reference.lens, value=name)
        for name, label in reference.lenses
    )


def _ways_out(sought: Sought, counts: facets.Counts, chips: Sequence[Choice]) -> tuple[Choice, ...]:
    """What would be found without one part of the wish, else with one alone (then `chosen`)."""
    wish = sought.wish
    found = dict(counts.without)
    if sought.words and (wish.choices or wish.palette):
        found["words"] = _total(replace(sought, wish=wish.without("words")), hidden=sought.hidden)
    if wish.palette and (wish.choices or sought.words):
        rest = seek(wish.without("palette"), words=sought.words, reference=sought.reference)
        found["palette"] = _total(rest, sought.hidden)
    labels = {name: ", ".join(chip.label for chip in chips if chip.value == name) for name in found}
    labels["palette"] = _("the palette")
    ways = [
        Choice(labels[name], wish.without(name).address(), number, value=name)
        for name, number in found.items()
        if number
    ]
    return tuple(sorted(ways or _alone(sought, labels), key=lambda way: -(way.count or 0)))


def _alone(sought: Sought, labels: Mapping[str, str]) -> list[Choice]:
    """What each part of a wish would find by itself, where leaving out one is not enough."""
    wish = sought.wish
    bare = Wish(sort=wish.sort, like=wish.like, lens=wish.lens)
    parts = of_facets(wish.chosen)
    kept = {name: replace(bare, choices=((name, values),)) for name, values in wish.choices}
    if sought.words:
        parts["words"] = of_words(sought.words, sought.numbers)
        kept["words"] = replace(bare, text=wish.text)
    if sought.by_colour:
        parts["palette"] = of_ids(sought.by_colour.ids.tolist())
        kept["palette"] = replace(bare, palette=wish.palette)
    if len(parts) < 3:  # of two, leaving out one is keeping the other
        return []
    itself = sought.reference.itself if sought.reference else ()
    among = all_of([not_of_ids((*sought.hidden, *itself))])
    columns = ", ".join(f"count(*) FILTER (WHERE {part.sql})" for part in parts.values())
    params = [param for part in parts.values() for param in part.arguments]
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {columns} FROM catalog_searchentry s WHERE {among.sql}",  # noqa: S608
            [*params, *among.arguments],
        )
        numbers = cursor.fetchone()
    return [
        Choice(labels[name], kept[name].address(), number, chosen=True, value=name)
        for name, number in zip(parts, numbers, strict=True)
        if number
    ]


def _total(sought: Sought, hidden: Collection[int]) -> int:
    """Count the works of a wish; its words are read anew."""
    words = sought.wish.words and sought.words
    sought = seek(sought.wish, hidden=hidden, words=words, reference=sought.reference)
    condition = all_of([sought.condition, not_of_ids(sought.hidden)])
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT count(*) FROM catalog_searchentry s WHERE {condition.sql}",  # noqa: S608
            condition.arguments,
        )
        return int(cursor.fetchone()[0])


def _sort_label(wish: Wish, name: str) -> str:
    if not name and wish.like:
        return _("Most alike")
    return _(SORTS[name if name or wish.words or wish.palette else NEWEST])
