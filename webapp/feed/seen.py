"""A work under the lenses: which there are for it, and what they ask of it again and again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from webapp.catalog.facts import UNKNOWN_ARTIST
from webapp.catalog.models import Artwork
from webapp.feed import kinship
from webapp.feed.means import Floats
from webapp.feed.served import Served, serving
from webapp.vectors import queries as vectors
from webapp.vectors.models import Space

AGREE: Final = "agree"
LABELS: Final[Mapping[str, str | Promise]] = {
    AGREE: _("Most agree"),
    "look": _("Look"),
    "colour": _("Colour"),
    "style": _("Style"),
    "artist": _("Artist"),
    "taste": _("Taste"),
}
"""The lenses, in the order they are offered."""
ABOUT: Final[Mapping[str, str | Promise]] = {
    AGREE: _("Works on which most lenses agree come first."),
    "look": _("Nearest in what there is to see."),
    "colour": _("Nearest in the palette."),
    "style": _("By the label: the style first, then material, decade and subject."),
    "artist": _("By the same hand first, then by artists whose works look near."),
    "taste": _("What visitors who like this are likely to like."),
}
"""What each goes by, for visitors."""


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """A work, and all that its lenses ask again and again."""

    artwork: Artwork
    """With its artist and image."""
    look: Space | None
    vector: Floats | None
    """Its place in `look`."""
    taste: Served | None
    """The model, where it knows the work."""
    label: kinship.Label

    @property
    def lenses(self) -> tuple[str, ...]:
        """Those there are for this work, in the order they are offered."""
        has_look = self.vector is not None
        has = {
            "look": has_look,
            "colour": bool(self.artwork.image.palette),
            "style": has_look and bool(kinship.tiers_of(self.label)),
            "artist": has_look and self.artwork.artist.name != UNKNOWN_ARTIST,
            "taste": self.taste is not None,
        }
        there = tuple(name for name in LABELS if has.get(name))
        return (AGREE, *there) if len(there) > 1 else there


def see(artwork: Artwork) -> Seen:
    """Look at a work. Two queries, one more where a model serves."""
    served = serving()
    look = None if served is None else served.look
    vector = _vector(look, artwork.pk)
    taste = served if served and served.bundle and served.bundle.head != "constant" else None
    if taste and _vector(taste.space, artwork.pk) is None:
        taste = None
    return Seen(artwork, look, vector, taste, kinship.label_of_work(artwork))


def _vector(space: Space | None, pk: int) -> Floats | None:
    if space is None:
        return None
    found, rows = vectors.vectors_of(space, [pk])
    return rows[0] if len(found) else None
