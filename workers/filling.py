"""Fill the space of a trained model with the works of now, in pieces that may be done again."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator
from typing import Final

from django.db import transaction

from artrec.errors import BundleError, FeatureError
from webapp.catalog.models import Artwork
from webapp.lab.models import Version
from webapp.lab.promoting import purpose_of
from webapp.vectors import actions
from webapp.vectors.models import Space, Vector
from workers import resources, taste
from workers.extraction import extract, keep, stored_rows
from workers.taste import Encoded, Encoder

log = logging.getLogger(__name__)

CHUNK: Final = 1000
EXTRACTED: Final = 64
"""Works whose features are computed before the next sign that all is well."""


def ensure_space(version: Version, model: Encoder) -> tuple[Space, bool]:
    """Return the space of a version, made now if there is none that fits its model.

    Also whether it had another head until now, so that its vectors may be of another making too.

    Raises:
        BundleError: If it serves and does not fit.
    """
    bundle = model.bundle
    head = bundle.to_bytes()
    space = version.space
    if space is not None and space.state != Space.State.DROPPED:
        if (space.dim, space.scored) == (bundle.dim, bundle.scored):
            changed = bytes(space.head or b"") != head
            if changed:
                actions.replace_head(space, head)
            return space, changed
        if space.state == Space.State.LIVE:
            raise BundleError(
                f"{space} has {space.dim} columns and its model makes {bundle.dim}: the library "
                f"has changed since it was promoted. Train it again."
            )
        actions.drop(space)
    with transaction.atomic():
        version.space = actions.create_trained_space(
            purpose=purpose_of(version),
            name=str(version),
            extractor=model.extractor,
            dim=bundle.dim,
            scored=bundle.scored,
            head=head,
            fitted_on=len(model.rows),
            open_to_new=model.open_to_new,
        )
        version.save(update_fields=["space"])
    return version.space, False


def fill(
    space: Space, model: Encoder, *, beat: Callable[[], None], anew: bool = False
) -> tuple[int, dict[int, str]]:
    """Store a vector for every work that has none, or with `anew` for every work.

    Works are those visible, sold ones too, and all that the model was trained with: a like of a
    withdrawn work still counts.

    Args:
        space: Of that model.
        model: Whose rows.
        beat: Called between the pieces; what it raises ends the filling.
        anew: Whether to compute all vectors again, and delete those that should not be.

    Returns:
        How many works have a vector now, and for each visible work without one the reason.
    """
    pictures = _pictures(model)
    here = set(Vector.objects.filter(space=space).values_list("artwork_id", flat=True))
    lacking = {pk: key for pk, key in pictures.items() if anew or pk not in here}
    if not model.sees_pixels and model.extractor:
        ensure_features(model.extractor, model.needs_content(lacking), beat)
    refused: dict[int, str] = {}
    for chunk in _pieces(lacking, CHUNK):
        beat()
        wanted = {pk: lacking[pk] for pk in chunk}
        features = {}
        if not model.sees_pixels and model.extractor:
            features = stored_rows(model.extractor, sorted(model.needs_content(wanted)))
        encoded = taste.encode(model, wanted, features)
        _store(space, wanted, encoded)
        refused |= encoded.refused
    if anew:
        Vector.objects.filter(space=space, artwork__in=list(refused)).delete()
    shown = Artwork.objects.filter(state=Artwork.State.VISIBLE)
    shown_ids = set(shown.values_list("pk", flat=True))
    count = Vector.objects.filter(space=space).count()
    return count, {pk: reason for pk, reason in refused.items() if pk in shown_ids}


def _pictures(model: Encoder) -> dict[int, str]:
    works = Artwork.objects.filter(image__isnull=False).order_by()
    rows = works.values_list("pk", "image__key", "state")
    shown = Artwork.State.VISIBLE
    return {pk: key for pk, key, state in rows if state == shown or pk in model.place}


def _store(space: Space, pictures: dict[int, str], encoded: Encoded) -> None:
    """Store rows, but of works that were deleted or given another picture meanwhile.

    Those come again with their new vectors, by `workers.tasks.embed`.
    """
    with transaction.atomic():
        works = Artwork.objects.select_for_update(of=("self",), no_key=True)
        now = works.filter(pk__in=encoded.rows).order_by("pk").values_list("pk", "image__key")
        same = {pk for pk, key in now if pictures[pk] == key}
        rows = {pk: row for pk, row in encoded.rows.items() if pk in same}
        taste.store(space, Encoded(rows, {}))


def ensure_features(extractor: str, artworks: Iterable[int], beat: Callable[[], None]) -> None:
    """Compute features that are missing since the look of works is seen by another extractor."""
    for chunk in _pieces(artworks, CHUNK):
        known = stored_rows(extractor, chunk)
        for piece in _pieces(set(chunk) - known.keys(), EXTRACTED):
            beat()
            works = Artwork.objects.filter(pk__in=piece, image__isnull=False)
            found = list(works.select_related("image"))
            try:
                extracted = extract(found, resources.extractor(extractor))
            except FeatureError as error:
                log.error("works cannot be placed: %s", error)
                return
            keep(found, extracted, extractor)


def _pieces(artworks: Iterable[int], size: int) -> Iterator[list[int]]:
    ids = sorted(artworks)
    return (ids[start : start + size] for start in range(0, len(ids), size))
