"""Why a work stands under a lens, in four or five words. Each is computed, none is a guess."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from django.db.models import Count
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from webapp.catalog import tones
from webapp.catalog.models import Artwork
from webapp.catalog.words import years
from webapp.feed import kinship
from webapp.feed.covisits import LEAST
from webapp.feed.likeness import common_likeness
from webapp.feed.models import Event
from webapp.feed.near_artists import near_artists
from webapp.feed.seen import LABELS, Seen
from webapp.vectors import queries as vectors

MOST_COMMON: Final = 200
"""People who like a work that are asked what else they like: the newest."""


def words(seen: Seen, lens: str, works: Sequence[Artwork]) -> Mapping[int, str]:
    """Return why each of `works` is there, by id. Two queries at most."""
    return _WORDS[lens](seen, works) if lens in _WORDS and works else {}


def of_agreement(names: Sequence[str], there: Sequence[str]) -> str:
    """Return that these lenses agree, of those there are: "Look, colour and style agree"."""
    if len(names) == len(there) > 1:
        return _("All lenses agree")
    labels = [str(LABELS[name]) for name in names]
    labels = [label if place == 0 else label.lower() for place, label in enumerate(labels)]
    if len(labels) == 1:
        return _("%(lens)s alone") % {"lens": labels[0]}
    return _("%(first)s and %(last)s agree") % {
        "first": ", ".join(labels[:-1]),
        "last": labels[-1],
    }


def nearest() -> str:
    """Return that no lens has it, and it is only nearer than what is left."""
    return _("The nearest there is")


def also(names: Sequence[str], others: int) -> str:
    """Return which of so many others have the work, too: "Also by colour, style"; "" for none."""
    if len(names) == others > 1:
        return _("Also by all other lenses")
    listed = ", ".join(str(LABELS[name]).lower() for name in names)
    return _("Also by %(lenses)s") % {"lenses": listed} if listed else ""


def _look(seen: Seen, works: Sequence[Artwork]) -> dict[int, str]:
    if seen.look is None or seen.vector is None:
        return {}
    ids, rows = vectors.vectors_of(seen.look, [work.pk for work in works])
    least = common_likeness(seen.look)
    found = {}
    for pk, cosine in zip(ids.tolist(), (rows @ seen.vector).tolist(), strict=True):
        if cosine >= (1 + max(least, 0.0)) / 2:
            found[pk] = _("Looks very much alike")
        elif cosine >= least:
            found[pk] = _("Looks alike")
        else:
            found[pk] = nearest()
    return found


def _colour(seen: Seen, works: Sequence[Artwork]) -> dict[int, str]:
    all_tones = tones.current()
    swatches = all_tones.palettes.swatches
    own = tones.place_of(all_tones, seen.artwork.pk)
    found = {}
    for work in works:
        place = tones.place_of(all_tones, work.pk)
        if own is None or place is None:
            continue
        names = [_(name) for name in tones.shared_colours(swatches[own], swatches[place])]
        if len(names) > 1:
            found[work.pk] = _("Both in %(one)s and %(other)s") % {
                "one": names[0],
                "other": names[1],
            }
        elif names:
            found[work.pk] = _("Both in %(colour)s") % {"colour": names[0]}
        else:
            found[work.pk] = _("Near in its colours")
    return found


def _style(seen: Seen, works: Sequence[Artwork]) -> dict[int, str]:
    rows = Artwork.objects.filter(pk__in=[work.pk for work in works])
    facts = rows.values_list("pk", "title", "style", "medium", "year").order_by()
    return {
        pk: _shared(seen.label, kinship.label_of(title, style, medium, year), medium)
        for pk, title, style, medium, year in facts
    }


def _shared(mine: kinship.Label, other: kinship.Label, medium: str) -> str:
    """What two labels have in common, the weightiest two things of it."""
    parts = []
    if mine.style and mine.style == other.style:
        parts.append(other.style)
    if word := min(mine.words & other.words, default=""):
        parts.append(f"“{word}”")
    if mine.material and mine.material == other.material != other.style.lower():
        parts.append(medium.partition(",")[0].strip())
    if mine.decade is not None and mine.decade == other.decade:
        parts.append(years(other.decade, other.decade + 9))
    if not parts:
        return _("Near in look, not by label")
    return _("Also %(what)s") % {"what": ", ".join(parts[:2])}


def _artist(seen: Seen, works: Sequence[Artwork]) -> dict[int, str]:
    person = seen.artwork.artist
    near = set(near_artists(seen.look, person)) if seen.look else set()
    found = {}
    for work in works:
        if work.artist_id == person.pk:
            found[work.pk] = _("By the same hand")
        elif work.artist_id in near:
            found[work.pk] = _("By an artist near in look")
        else:
            found[work.pk] = _("Near in look")
    return found


def _taste(seen: Seen, works: Sequence[Artwork]) -> dict[int, str]:
    """How many like both, where that is more than one person's trail."""
    likes = Event.objects.filter(kind__in=[Event.Kind.LIKE, Event.Kind.PURCHASE], undone=None)
    mine = likes.filter(artwork=seen.artwork).order_by("-time").values("visitor")[:MOST_COMMON]
    together = dict(
        likes.filter(artwork__in=[work.pk for work in works], visitor__in=mine)
        .values("artwork")
        .annotate(people=Count("visitor", distinct=True))
        .values_list("artwork", "people")
        .order_by()
    )
    found = {}
    for work in works:
        people = together.get(work.pk, 0)
        if people >= LEAST:
            found[work.pk] = ngettext(
                "Liked together by %(people)d person",
                "Liked together by %(people)d people",
                people,
            ) % {"people": people}
        else:
            found[work.pk] = _("Near in visitors’ taste")
    return found


_WORDS: Final[Mapping[str, Callable[[Seen, Sequence[Artwork]], Mapping[int, str]]]] = {
    "look": _look,
    "colour": _colour,
    "style": _style,
    "artist": _artist,
    "taste": _taste,
}
