"""Works of the same kind by what their labels say: style, decade, material and words of the title.

Nobody looks at pictures here. The look only puts works in order that the labels do not tell apart.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from webapp.catalog import queries as catalog
from webapp.catalog import search
from webapp.catalog.conditions import Condition
from webapp.catalog.models import Artwork
from webapp.feed.means import Floats, mean_of
from webapp.vectors.models import Space

LETTERS: Final = 4
"""Least letters of a word that can say what a work is of."""
SAYS_NOTHING: Final = frozenset({"untitled", "title", "study", "work", "number", "series", "piece"})
_WORD: Final = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True, slots=True)
class Label:
    """What the label of a work says of its kind; "" or None where it does not."""

    style: str
    material: str
    """The medium up to the first comma: "screenprint" of "Screenprint, edition of 40"."""
    decade: int | None
    """1890 for 1897."""
    words: frozenset[str]
    """Of the title before a comma ("Harbour" of "Harbour, noon"), folded."""


def label_of(title: str, style: str, medium: str, year: int | None) -> Label:
    """Read a label."""
    said = _WORD.findall(search.fold(title.partition(",")[0]))
    words = {word for word in said if len(word) >= LETTERS}
    return Label(
        style=style,
        material=medium.partition(",")[0].strip().lower(),
        decade=None if year is None else year // 10 * 10,
        words=frozenset(words - SAYS_NOTHING - search.LITTLE),
    )


def label_of_work(artwork: Artwork) -> Label:
    """Read the label of a work."""
    return label_of(artwork.title, artwork.style, artwork.medium, artwork.year)


def tiers_of(label: Label) -> list[Condition]:
    """Return what makes a work of the same kind, the nearest first; none where the label says too
    little.

    The same style and also decade, material or subject; the same style; the same subject in the
    same material or decade; the same material and decade.
    """
    style = Condition("s.style = %s", (label.style,)) if label.style else None
    material = (
        Condition("lower(btrim(split_part(s.medium, ',', 1))) = %s", (label.material,))
        if label.material
        else None
    )
    decade = (
        Condition("coalesce(floor(s.year / 10.0) * 10 = %s, false)", (label.decade,))
        if label.decade is not None
        else None
    )
    subject = _about(label.words) if label.words else None
    besides = [part for part in (decade, material) if part]
    tiers = []
    if style:
        if any_of := [*besides, *([subject] if subject else [])]:
            tiers.append(_and(style, _or(any_of)))
        tiers.append(style)
    if subject and besides:
        tiers.append(_and(subject, _or(besides)))
    if material and decade:
        tiers.append(_and(material, decade))
    return tiers


def style_query(space: Space, style: str, own: Floats) -> Floats:
    """Return a query for works that look like one and like its style altogether.

    The work's vector plus the mean of its style (Rocchio's relevance feedback, with the style for
    what is relevant), so that what is particular to the one work counts less than what it has in
    common with its style. Two queries, none for ten minutes after.
    """
    if not style:
        return own
    name = sha256(style.encode()).hexdigest()
    middle = mean_of(space, f"style.{name}", catalog.visible().filter(style=style))
    return own if middle is None else own + middle


def _about(words: frozenset[str]) -> Condition:
    """Any of the words in title or artist; the words are letters alone."""
    return Condition(
        "s.words @@ to_tsquery('simple', %s)",
        (" | ".join(f"{word}:A" for word in sorted(words)),),
    )


def _and(one: Condition, other: Condition) -> Condition:
    return Condition(f"({one.sql}) AND ({other.sql})", (*one.params, *other.params))


def _or(parts: list[Condition]) -> Condition:
    sql = " OR ".join(f"({part.sql})" for part in parts)
    return Condition(f"({sql})", tuple(param for part in parts for param in part.params))
