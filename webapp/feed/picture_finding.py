"""Searches by a picture: what became of one, and the works that look like it."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Collection
from functools import lru_cache
from typing import Any, Final

import numpy as np
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from numpy.typing import NDArray

from artrec.serving.transform import Transform
from webapp.catalog.conditions import Condition
from webapp.catalog.models import Artwork
from webapp.feed.likeness import Ranked, Reference
from webapp.feed.models import Visitor
from webapp.vectors import queries as vectors
from webapp.vectors.filters import Filters
from webapp.vectors.models import PictureQuery, Space

PREFIX: Final = "picture."
"""`like=picture.<token>` in the address of a page."""
SHOWN: Final = 12
"""Kept pictures that are offered again."""


def find(token: str) -> PictureQuery | None:
    """Return a picture by its token, until it expires or its work is withdrawn. One query."""
    rows = PictureQuery.objects.filter(token=token, expires__gt=timezone.now())
    rows = rows.filter(Q(artwork=None) | Q(artwork__state=Artwork.State.VISIBLE))
    return rows.defer("picture").select_related("artwork").first() if token else None


def kept_by(visitor: Visitor | None, tokens: Collection[str]) -> list[PictureQuery]:
    """Return the pictures that somebody asked to keep, newest first. One query, or none."""
    if visitor is None and not tokens:
        return []
    mine = Q(token__in=list(tokens)) | (Q(visitor_id=visitor.pk) if visitor else Q())
    kept = PictureQuery.objects.filter(mine, kept=True, state=PictureQuery.State.DONE)
    rows = kept.filter(expires__gt=timezone.now()).only("token", "preview", "asked", "expires")
    return list(rows.order_by("-asked")[:SHOWN])


def is_theirs(query: PictureQuery, visitor: Visitor | None, tokens: Collection[str]) -> bool:
    """Tell whether somebody may forget a picture: who brought it, not whoever has its address."""
    return query.token in tokens or (visitor is not None and query.visitor_id == visitor.pk)


def key_of(query: PictureQuery) -> str:
    """Return what `like` says in the address of its results."""
    return PREFIX + query.token


def token_of(key: str) -> str:
    """Return the token in a `like` of this kind, else nothing."""
    return key.removeprefix(PREFIX) if key.startswith(PREFIX) else ""


def picture_of(query: PictureQuery) -> str:
    """Return the preview as a `data:` URI, or the blur where none is kept."""
    if query.preview is None:
        return query.placeholder
    return "data:image/webp;base64," + b64encode(bytes(query.preview)).decode()


def reference(like: str, _lens: str) -> Reference | None:
    """Return what `like=picture.<token>` compares with; None where it cannot be compared any more.
    Three queries, and one more where the space is new to this process."""
    query = find(token_of(like))
    space = vectors.live_space() if query else None
    if query is None or space is None or query.features is None:
        return None
    if query.extractor != space.extractor:
        return None  # the gallery sees with other eyes since
    features = np.asarray(query.features, dtype=np.float32)
    vector, usual = in_space(space, features), query.usual
    # A part of a work is of the collection, however unlike whole pictures it is.
    foreign = not query.artwork and bool(transform_of(space.pk).is_foreign(features[None])[0])

    def rank(condition: Condition, limit: int) -> Ranked:
        found = vectors.nearest(space, vector, limit=limit, filters=Filters(also=condition))
        close = 0
        if not foreign:
            close = sum(usual is None or hit.score >= usual for hit in found)
        return Ranked(tuple(hit.artwork_id for hit in found), close)

    return Reference(
        key=like,
        lens="",
        label=label_of(query),
        rank=rank,
        picture=picture_of(query),
    )


def label_of(query: PictureQuery) -> str:
    """Return what the page says of it."""
    if query.artwork:
        return _("Like a part of %(title)s") % {"title": query.artwork.title}
    return _("Like your picture")


def in_space(space: Space, features: NDArray[Any]) -> NDArray[np.float32]:
    """Turn raw features (D,) into the vector of a look space, of length one."""
    vector = transform_of(space.pk).apply(features[None])[0]
    # What is exactly like the average has no direction, and any will do.
    return vector if vector.any() else np.full(len(vector), len(vector) ** -0.5, dtype=np.float32)


@lru_cache(maxsize=4)
def transform_of(space_id: int) -> Transform:
    """Return the transform of a look space; it never changes, so each process reads it once.

    Raises:
        BundleError: If it is damaged.
    """
    stored = Space.objects.values_list("transform", flat=True).get(pk=space_id)
    return Transform.from_bytes(bytes(stored))
