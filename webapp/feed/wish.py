"""What of the collection somebody wants to see. Every wish is an address, and the other way round.

?q=words&style=…&style=…&period=1880-1889&price=EUR100-499.99&palette=a1b2c3&sort=popular
?like=12&lens=colour&style=…
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Final, Self
from urllib.parse import urlencode

from django.http import QueryDict
from django.utils.translation import gettext_noop

from webapp.catalog import conditions, palette, search

LONGEST: Final = 200
"""Characters of a text that are looked at."""
NEWEST, POPULAR, FOR_YOU = "newest", "popular", "for-you"
SORTS: Final = {
    "": gettext_noop("Best match"),
    NEWEST: gettext_noop("Newest"),
    POPULAR: gettext_noop("Most liked"),
    FOR_YOU: gettext_noop("For you"),
}
Choices = tuple[tuple[str, tuple[str, ...]], ...]

_LIKE: Final = re.compile(r"[0-9A-Za-z][0-9A-Za-z.,:_~-]{0,299}")
_LENS: Final = re.compile(r"[a-z-]{1,20}")


@dataclass(frozen=True, slots=True)
class Wish:
    """Unknown values of closed lists are dropped, those of open ones (a style) find nothing."""

    text: str = ""
    choices: Choices = ()
    """The values chosen of each facet, in the order of `conditions.NAMES`; no facet is empty."""
    palette: tuple[str, ...] = ()
    """Colours as "a1b2c3"."""
    sort: str = ""
    literal: bool = False
    """Whether the text is meant as it is written, however few works have it."""
    like: str = ""
    """What the works are to be like: the id of a work, or what else `webapp.feed.references` can
    read. It leaves nothing out but puts in order."""
    lens: str = ""
    """How they are compared with it."""

    @classmethod
    def from_query(cls, query: QueryDict) -> Self:
        """Read a wish from the address of a page."""
        choices = []
        for name in conditions.NAMES:
            given = [value for value in query.getlist(name) if value]
            if name == "price":
                given += _own_prices(query)
            if values := conditions.readable(name, given):
                choices.append((name, values))
        sort = query.get("sort", "")
        like, lens = query.get("like", ""), query.get("lens", "")
        like = like if _LIKE.fullmatch(like) else ""
        text = " ".join(query.get("q", "").replace("\0", "").split())[:LONGEST].strip()
        return cls(
            text=text,
            choices=tuple(choices),
            palette=palette.colours_of(query.getlist("palette")),
            sort=sort if sort in SORTS else "",
            literal=bool(text) and query.get("literal") == "1",
            like=like,
            lens=lens if like and _LENS.fullmatch(lens) else "",
        )

    @property
    def chosen(self) -> dict[str, tuple[str, ...]]:
        """The values chosen of each facet."""
        return dict(self.choices)

    @property
    def words(self) -> tuple[str, ...]:
        """The words of the text."""
        return search.words_of(self.text)

    @property
    def numbers(self) -> tuple[search.Numbered, ...]:
        """The inventory numbers that the text may tell; see `search.numbers_of`."""
        return search.numbers_of(self.text)

    @property
    def is_filtered(self) -> bool:
        """Whether it asks for anything."""
        return bool(self.words or self.choices or self.palette or self.like)

    @property
    def sorts(self) -> tuple[str, ...]:
        """The orders that make sense; without anything to match, newest comes first."""
        first = ("", NEWEST) if self.words or self.palette or self.like else ("",)
        return (*first, POPULAR, FOR_YOU)

    @property
    def order(self) -> str:
        """What it is sorted by: "like", "palette", "words" or a value of `SORTS`."""
        if self.sort:
            return self.sort
        if self.like:
            return "like"
        return "palette" if self.palette else "words" if self.words else NEWEST

    def toggled(self, name: str, value: str) -> Self:
        """Return this with a value chosen, or no longer chosen."""
        values = self.chosen.get(name, ())
        rest = tuple(each for each in values if each != value)
        return self.with_facet(name, rest if value in values else (*values, value))

    def with_facet(self, name: str, values: tuple[str, ...]) -> Self:
        """Return this with other values of one facet."""
        chosen = {**self.chosen, name: values}
        order = [each for each in conditions.NAMES if chosen.get(each)]
        return replace(self, choices=tuple((each, chosen[each]) for each in order))

    def without(self, name: str) -> Self:
        """Return this without a facet, its "words", its "palette" or what it is to be "like"."""
        if name == "words":
            return replace(self, text="", literal=False)
        if name == "like":
            return replace(self, like="", lens="")
        return replace(self, palette=()) if name == "palette" else self.with_facet(name, ())

    def pairs(self) -> list[tuple[str, str]]:
        """Return its parts as the fields of a form."""
        pairs = [("q", self.text)] if self.text else []
        pairs += [(name, value) for name, values in self.choices for value in values]
        pairs += [("palette", colour) for colour in self.palette]
        pairs += [("like", self.like)] if self.like else []
        pairs += [("lens", self.lens)] if self.lens else []
        pairs += [("sort", self.sort)] if self.sort else []
        return [*pairs, ("literal", "1")] if self.literal else pairs

    def address(self) -> str:
        """Return its query string, with the question mark."""
        return f"?{urlencode(self.pairs())}"


def _own_prices(query: QueryDict) -> list[str]:
    """Read the two fields for a range of one's own."""
    least, most = (query.get(name, "").strip() for name in ("price_min", "price_max"))
    return [f"{query.get('currency', '')}{least}-{most}"] if least or most else []
