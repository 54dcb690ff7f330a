"""How to cite a work: as museums label it, in a note of the Chicago style, and in BibTeX."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from typing import Final

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from webapp.catalog.models import Artwork
from webapp.catalog.templatetags.gallery import dimensions

_SPECIAL: Final = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    **{sign: f"\\{sign}" for sign in "&%$#_"},
}


@dataclass(frozen=True, slots=True)
class Citation:
    """One way to cite; the title stands in italics between the two parts."""

    name: str
    before: str = ""
    title: str = ""
    after: str = ""
    code: str = ""
    """For programs; then the other parts are empty."""


def citations(artwork: Artwork, *, address: str, today: date) -> tuple[Citation, ...]:
    """Return the ways to cite a work that has this absolute `address`, read on a day."""
    return (
        _museum(artwork),
        _chicago(artwork, address),
        Citation("BibTeX", code=bibtex(artwork, address=address, today=today)),
    )


def bibtex(artwork: Artwork, *, address: str, today: date) -> str:
    """Return the entry of a work for BibTeX and BibLaTeX."""
    kept = _kept(artwork)
    fields = {
        "author": f"{{{_escaped(artwork.artist.name)}}}",  # not to be taken apart
        "title": f"{{{_escaped(artwork.title)}}}",
        "year": "" if artwork.year is None else str(artwork.year),
        "howpublished": _escaped(_facts(artwork)),
        "note": _escaped(" ".join([*map(_ended, kept[:-1]), *kept[-1:]])),
        "url": address,
        "urldate": today.isoformat(),
    }
    lines = [f"  {name} = {{{value}}}," for name, value in fields.items() if value]
    return "\n".join([f"@misc{{{_key(artwork)},", *lines, "}"])


def _museum(artwork: Artwork) -> Citation:
    """Artist, *Title*, year. Medium, size. Credit line. Inventory number."""
    year = "" if artwork.year is None else f", {artwork.year}"
    parts = (capfirst(_facts(artwork)), *_kept(artwork))
    rest = "".join(f" {_ended(part)}" for part in parts if part)
    return Citation(
        _("Museum label"), f"{artwork.artist.name}, ", artwork.title, f"{_ended(year)}{rest}"
    )


def _chicago(artwork: Artwork, address: str) -> Citation:
    """A note: Artist, *Title*, year, medium, size, credit line, address."""
    parts = [
        "" if artwork.year is None else str(artwork.year),
        _facts(artwork),
        artwork.credit_line.rstrip("."),
        address,
    ]
    rest = "".join(f", {part}" for part in parts if part)
    return Citation(_("Chicago style, note"), f"{artwork.artist.name}, ", artwork.title, f"{rest}.")


def _facts(artwork: Artwork) -> str:
    return ", ".join(part for part in (artwork.medium, dimensions(artwork)) if part)


def _kept(artwork: Artwork) -> list[str]:
    """By whose kindness it is where, and under which number."""
    return [part for part in (artwork.credit_line, artwork.accession_number) if part]


def _ended(text: str) -> str:
    """With a full stop, and not with two; the first letter as it is."""
    return text if text.endswith((".", "?", "!")) else f"{text}."


def _escaped(text: str) -> str:
    return "".join(_SPECIAL.get(sign, sign) for sign in text)


def _key(artwork: Artwork) -> str:
    """ "vangogh1889-12": plain letters, and the work's number, so that no two are the same."""
    words = re.findall(r"[a-z]+", _plain(artwork.artist.name))
    year = "" if artwork.year is None else str(artwork.year)
    return f"{words[-1] if words else 'artwork'}{year}-{artwork.pk}"


def _plain(text: str) -> str:
    """In ASCII and small letters."""
    return unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
