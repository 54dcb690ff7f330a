"""Rows of newly embedded works for the spaces of trained models, computed before they are shown."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from django.db import DatabaseError

from artrec.errors import BundleError
from webapp.catalog.models import Artwork
from webapp.lab.models import Version
from webapp.vectors import actions
from webapp.vectors.models import Space, Vector
from workers import resources, taste
from workers.extraction import Extracted, extract, keep
from workers.taste import Encoded, Encoder, Row

log = logging.getLogger(__name__)


@dataclass
class Places:
    """What trained models say of a batch of works, by space."""

    encoded: dict[int, Encoded] = field(default_factory=dict)

    def cover(self, spaces: Sequence[Space]) -> bool:
        """Whether all of these spaces were asked."""
        return all(space.pk in self.encoded for space in spaces)

    def store(self, spaces: Sequence[Space], artworks: Sequence[int]) -> None:
        """Store the rows of these works in these spaces."""
        for space in spaces:
            rows = self.encoded[space.pk].rows
            taste.store(space, Encoded({pk: rows[pk] for pk in artworks if pk in rows}, {}))


def place(
    works: Sequence[Artwork], extracted: Extracted, extractor: str, beat: Callable[[], None]
) -> Places:
    """Ask the model of every space that may serve for rows of these works, each with its `image`.

    Works that have a vector there already keep it: theirs was taken away if the picture changed.
    A model that cannot be asked is left out, with a word in the log; its works are shown all the
    same and `rebuild_vectors` places them later.

    Args:
        works: Some artworks.
        extracted: Their features by the extractor of the look space.
        extractor: Its name.
        beat: Called before each model, which may take seconds to be read.
    """
    pictures = {work.pk: work.image.key for work in works if work.pk in extracted.rows}
    places = Places()
    by_extractor: dict[str, Mapping[int, Row]] = {extractor: extracted.rows}
    for space in actions.trained_spaces_to_fill():
        places.encoded[space.pk] = Encoded({}, {})
        version = Version.objects.filter(space=space).defer("report", "samples").first()
        here = Vector.objects.filter(space=space, artwork__in=pictures)
        lacking = pictures.keys() - set(here.values_list("artwork_id", flat=True))
        if not space.open_to_new:  # it knows none of those that came later; spare reading it
            lacking -= {work.pk for work in works if work.added > space.created}
        if version is None or not lacking:
            continue
        beat()
        try:
            model = taste.encoder(version)
            if model.bundle.dim != space.dim:
                raise BundleError(f"the model makes {model.bundle.dim} columns, not {space.dim}")
            wanted = {pk: pictures[pk] for pk in lacking}
            features = _features(model, wanted, works, by_extractor)
            places.encoded[space.pk] = taste.encode(model, wanted, features)
        except DatabaseError:
            raise
        except Exception:  # whatever a model's trouble is, works must be shown
            log.exception("%d works are not placed in %s", len(lacking), space)
    return places


def _features(
    model: Encoder,
    pictures: Mapping[int, str],
    works: Sequence[Artwork],
    known: dict[str, Mapping[int, Row]],
) -> Mapping[int, Row]:
    """Features by the extractor that the model was trained with, computed now if need be."""
    needed = model.needs_content(pictures)
    if model.sees_pixels or not needed:
        return {}
    if model.extractor not in known:
        some = [work for work in works if work.pk in pictures]
        extracted = extract(some, resources.extractor(model.extractor))
        keep(some, extracted, model.extractor)
        known[model.extractor] = extracted.rows
    return known[model.extractor]
