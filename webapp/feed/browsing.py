"""The wall of works that fulfil a wish: sorted, a piece at a time."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from math import isfinite
from typing import Any, Final

import numpy as np
from django.db import connection
from django.db.models import (
    BooleanField,
    Count,
    F,
    FloatField,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
)
from django.db.models.expressions import RawSQL
from django.db.models.functions import Coalesce

from webapp.catalog import palette, search
from webapp.catalog import queries as catalog
from webapp.catalog.conditions import (
    Condition,
    all_of,
    among,
    not_of_ids,
    of_facets,
    of_ids,
    of_words,
)
from webapp.catalog.models import Artist, Artwork
from webapp.feed.likeness import Reference
from webapp.feed.models import Event
from webapp.feed.personal import personal_order
from webapp.feed.profile import NOBODY, Profile
from webapp.feed.wish import FOR_YOU, POPULAR, Wish

PAGE: Final = 40
WEIGHTS: Final = [0.05, 0.3, 0.5, 1.0]
"""How much a word counts in description, medium, style, and title or artist."""
FOR_YOU_DEPTH: Final = 400
"""So many works are put in order for somebody; the others follow by date."""
LIKE_DEPTH: Final = 1_000
"""The same for the order of likeness."""


@dataclass(frozen=True, slots=True)
class Sought:
    """A wish, ready to be asked for."""

    wish: Wish
    words: tuple[str, ...] = ()
    """Those looked for, after correction."""
    numbers: tuple[search.Numbered, ...] = ()
    """Inventory numbers that are looked for as well; none where the words tell none."""
    base: tuple[Condition, ...] = ()
    """Words, palette and what is not meant, but no facets and nobody's hidden works."""
    hidden: tuple[int, ...] = ()
    by_colour: palette.Match | None = None
    reference: Reference | None = None

    @property
    def condition(self) -> Condition:
        """All of it, but hidden works."""
        return all_of([*self.base, *of_facets(self.wish.chosen).values()])


@dataclass(frozen=True, slots=True)
class Piece:
    """Some works of a wall in order, and where the next piece starts ("" at the end)."""

    works: tuple[Artwork, ...]
    after: str
    good: bool = True
    """False where works were to be like something and none is, not even the first."""


def seek(
    wish: Wish,
    *,
    hidden: Collection[int] = (),
    words: Sequence[str] | None = None,
    reference: Reference | None = None,
) -> Sought:
    """Make a wish ready; `words` in place of its own, `reference` for what it is to be like. One
    query for a palette, else none."""
    looked_for = tuple(wish.words if words is None else words)
    numbers = wish.numbers if looked_for == wish.words else ()
    base = [of_words(looked_for, numbers)] if looked_for else []
    by_colour = palette.match(wish.palette) if wish.palette else None
    if by_colour:
        base.append(of_ids(by_colour.ids.tolist()))
    if reference and reference.itself:
        base.append(not_of_ids(reference.itself))
    return Sought(wish, looked_for, numbers, tuple(base), tuple(hidden), by_colour, reference)


def piece(
    wish: Wish | Sought,
    *,
    artist: Artist | None = None,
    after: str = "",
    exclude: Collection[int] = (),
    profile: Profile = NOBODY,
    limit: int | None = None,
) -> Piece:
    """Return the works (of `artist`, if given) that follow the place `after`, `PAGE` of them or
    `limit`.

    A place is the last work's value and id, not a page number: works that join or are hidden
    meanwhile neither repeat nor swallow others, and the next piece may be longer or shorter. One
    query; for colours two, for you five at most,
    and in the order of likeness those of its reference and two.
    """
    sought = wish if isinstance(wish, Sought) else seek(wish, hidden=exclude)
    order, limit = sought.wish.order, limit or PAGE
    if order == FOR_YOU and profile.works:
        return _for_you(sought, profile, after, limit)
    if order == "like" and sought.reference:
        return _by_likeness(sought, sought.reference, after, limit)
    if order == "palette" and sought.by_colour:
        return _by_colour(sought, sought.by_colour, after, limit)
    works = _ranked(_wanted(sought), sought, order).exclude(pk__in=sought.hidden)
    if artist:
        works = works.filter(artist=artist)
    if place := _parse(after, order):
        value, pk = place
        works = works.filter(Q(rank__lt=value) | Q(rank=value, pk__lt=pk), rank__lte=value)
    found = list(works.order_by("-rank", "-pk")[: limit + 1])
    shown = found[:limit]
    return Piece(tuple(shown), _format(shown[-1]) if len(found) > limit else "")


def _by_colour(sought: Sought, match: palette.Match, after: str, limit: int) -> Piece:
    """In the order of the colours; a place is the last work."""
    condition = sought.condition
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT s.artwork_id FROM catalog_searchentry s WHERE {condition.sql}",  # noqa: S608
            condition.arguments,
        )
        wanted = np.array([pk for (pk,) in cursor.fetchall()], dtype=np.int64)
    ids = match.ids[np.isin(match.ids, wanted)]
    pk = int(after) if after.isascii() and after.isdecimal() and len(after) < 19 else 0
    start = int(np.flatnonzero(ids == pk)[0]) + 1 if pk in ids else 0
    rest = ids[start:]
    shown = rest[~np.isin(rest, np.array(sought.hidden, dtype=np.int64))][: limit + 1].tolist()
    works = _cards(shown[:limit])
    return Piece(works, str(shown[limit - 1]) if len(shown) > limit else "")


def _for_you(sought: Sought, profile: Profile, after: str, limit: int) -> Piece:
    start = _start(after)
    depth = min(start + limit + 1, FOR_YOU_DEPTH)
    return _counted(sought, personal_order(profile, sought.condition, limit=depth), start, limit)


def _by_likeness(sought: Sought, reference: Reference, after: str, limit: int) -> Piece:
    start = _start(after)
    ranked = reference.rank(sought.condition, min(start + limit + 1, LIKE_DEPTH))
    return replace(_counted(sought, ranked.ids, start, limit), good=ranked.good)


def _counted(sought: Sought, ranked: Sequence[int], start: int, limit: int) -> Piece:
    """As they are ranked, then by date; a place is how many came before, hidden or not."""
    end = start + limit
    ids = list(ranked[start : end + 1])
    if len(ids) <= limit:
        others = _wanted(sought).exclude(pk__in=ranked).order_by("-added", "-pk")
        begin = max(0, start - len(ranked))
        ids += others.values_list("pk", flat=True)[begin : begin + limit + 1 - len(ids)]
    hidden = set(sought.hidden)
    works = _cards([pk for pk in ids[:limit] if pk not in hidden])
    return Piece(works, str(end) if len(ids) > limit else "")


def _start(after: str) -> int:
    return int(after) if after.isascii() and after.isdecimal() and len(after) < 7 else 0


def _cards(ids: Sequence[int]) -> tuple[Artwork, ...]:
    cards = catalog.cards().in_bulk(ids)
    return tuple(cards[pk] for pk in ids if pk in cards)


def _wanted(sought: Sought) -> QuerySet[Artwork]:
    works = catalog.cards()
    if sought.base or sought.wish.choices:
        condition = among(sought.condition, "catalog_artwork.id")
        works = works.filter(RawSQL(condition.sql, condition.arguments, BooleanField()))  # noqa: S611
    return works


def _ranked(works: QuerySet[Artwork], sought: Sought, order: str) -> QuerySet[Any]:
    if order == "words" and sought.words:
        sql, words = search.tsquery(sought.words)
        sql, params = f"ts_rank(%s::float4[], s.words, {sql})::float8", [WEIGHTS, *words]  # below 2
        if sought.numbers:
            # The number itself comes first, then those it begins, then the words.
            for beginning in (False, True):
                number, more = search.numbers_tsquery(sought.numbers, beginning=beginning)
                sql += f" + 2 * (s.words @@ ({number}))::int"
                params += more
        rank = RawSQL(  # noqa: S611 - words are parameters
            f"(SELECT {sql} FROM catalog_searchentry s"  # noqa: S608
            " WHERE s.artwork_id = catalog_artwork.id)",
            params,
            FloatField(),
        )
        return works.annotate(rank=rank)
    if order != POPULAR:
        return works.annotate(rank=F("added"))
    fans = (
        Event.objects.filter(
            artwork=OuterRef("pk"),
            kind__in=[Event.Kind.LIKE, Event.Kind.PURCHASE],
            undone=None,
        )
        .order_by()
        .values("artwork")
        .annotate(number=Count("visitor", distinct=True))
        .values("number")
    )
    return works.annotate(rank=Coalesce(Subquery(fans, output_field=IntegerField()), 0))


def _format(work: Any) -> str:
    value = work.rank.isoformat() if isinstance(work.rank, datetime) else repr(work.rank)
    return f"{value}~{work.pk}"


def _parse(after: str, order: str) -> tuple[datetime | float, int] | None:
    """Read a place; anything that is none starts from the beginning."""
    value, _, pk = after.rpartition("~")
    read: datetime | float
    try:
        if order == "words":
            read = float(value)
        else:
            read = int(value) if order == POPULAR else datetime.fromisoformat(value)
        number = int(pk)
    except ValueError:
        return None
    if isinstance(read, datetime):
        fits = read.tzinfo is not None
    else:
        fits = abs(read) < 2**31 if order == POPULAR else isfinite(read)
    return (read, number) if fits and abs(number) < 2**63 else None
