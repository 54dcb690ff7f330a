"""All that is somebody's at a glance: a shelf for each page of one's own things."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from webapp.catalog.models import Artwork
from webapp.feed.models import Visitor
from webapp.feed.queries import cards_of, marks_of
from webapp.mine import history
from webapp.mine.queries import PICTURES, followed_artists, newest_of_followed
from webapp.mine.taste import Taste, taste_of


@dataclass(frozen=True, slots=True)
class Shelf:
    """Some works that stand for a page, and how many there are."""

    route: str
    """Name of the page."""
    title: str
    works: tuple[Artwork, ...]
    line: str
    """What is there, in a few words; else what will be."""


def shelves(visitor: Visitor | None) -> list[Shelf]:
    """Return a shelf for what somebody likes, saved, follows and looked at, and for their taste.

    A constant number of queries, none for a stranger.
    """
    marks = marks_of(visitor)
    cards = cards_of({*marks.liked[:PICTURES], *marks.saved[:PICTURES]}) if visitor else {}
    artists = followed_artists(visitor).count() if visitor else 0
    newest = tuple(newest_of_followed(visitor)[:PICTURES]) if artists else ()
    looked = (work for day in history.days(visitor).days for work in day.works)
    seen = tuple(islice({work.pk: work for work in looked}.values(), PICTURES))
    return [
        _of_works("likes", _("Likes"), marks.liked, cards, _("What you like is kept here.")),
        _of_works(
            "collections", _("Collections"), marks.saved, cards, _("What you save is kept here.")
        ),
        Shelf(
            "following",
            _("Following"),
            newest,
            ngettext("%(number)d artist", "%(number)d artists", artists) % {"number": artists}
            if artists
            else _("New works of artists you follow come here."),
        ),
        Shelf(
            "history",
            _("History"),
            seen,
            _("What you looked at lately") if seen else _("What you look at is kept here."),
        ),
        _of_taste(taste_of(visitor)),
    ]


def _of_works(
    route: str, title: str, ids: Sequence[int], cards: Mapping[int, Artwork], empty: str
) -> Shelf:
    works = tuple(cards[pk] for pk in ids[:PICTURES] if pk in cards)
    number = ngettext("%(number)d work", "%(number)d works", len(ids)) % {"number": len(ids)}
    return Shelf(route, title, works, number if ids else empty)


def _of_taste(taste: Taste) -> Shelf:
    if taste.words:
        line = ", ".join(word.label for word in taste.words)
    elif taste.works:
        line = _("What you like has no single word. Here it is in pictures.")
    else:
        line = _("What the gallery makes of what you like.")
    works = tuple(each.artwork for each in taste.strongest[:PICTURES])
    return Shelf("taste", _("Taste"), works, line)
