"""What can be seen of a gallery, by visitors and by curators, as JSON."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

import numpy as np
from django.core.cache import cache
from django.core.files.storage import storages

from webapp.catalog.models import Artwork, ArtworkImage
from webapp.duplicates.queries import decisions, merged_into
from webapp.exhibitions.arrangement import to_json
from webapp.exhibitions.models import Exhibition
from webapp.exhibitions.queries import arrangement_of
from webapp.feed.browsing import piece
from webapp.feed.models import Serving, Visitor
from webapp.feed.profile import profile_of
from webapp.feed.ranking import recommend
from webapp.feed.served import forget, serving
from webapp.feed.wish import Wish
from webapp.mine.models import Collection
from webapp.selections.models import Selection, Tagging
from webapp.studio.models import Map, Naming
from webapp.vectors.models import Space
from webapp.vectors.queries import nearest


def seen() -> dict[str, Any]:
    """Return the order of browsing, likeness to each work, For you of everybody, and all that
    curators made."""
    forget()
    cache.clear()  # of what other tests had in their galleries
    works = {work.pk: work.title for work in Artwork.objects.all()}
    look = Space.objects.get(purpose="look", state=Space.State.LIVE)
    knobs = Serving.objects.get()
    served = serving()
    for_you = {}
    for visitor in [None, *Visitor.objects.order_by("pk")]:
        entries = recommend(profile_of(visitor), served, knobs=knobs, limit=8, hour=1)
        for_you[str(visitor)] = [
            [works[entry.artwork_id], entry.source, entry.score, list(entry.because)]
            for entry in entries
        ]
    vectors = dict(look.vectors.values_list("artwork_id", "values"))
    return {
        "browse": [[work.pk, work.title, work.artist.name] for work in piece(Wish()).works],
        "similar": {
            works[pk]: [
                [works[hit.artwork_id], hit.score]
                for hit in nearest(look, np.asarray(values, np.float32), limit=5)
            ]
            for pk, values in sorted(vectors.items())
        },
        "for_you": for_you,
        "pictures": sorted(
            ArtworkImage.objects.values_list("key", "sha256", "original", "width", "height")
        ),
        "collections": [
            [each.title, each.token, each.created.isoformat()]
            for each in Collection.objects.order_by("pk")
        ],
        "exhibitions": [
            [each.token, each.state, to_json(arrangement_of(each))]
            for each in Exhibition.objects.order_by("pk")
        ],
        "desk": [
            [str(each), str(each.by), merged_into(each.gone_id or 0), each.pair.affine]
            for each in decisions()
        ],
        "maps": [_map(found) for found in Map.objects.order_by("pk")],
        "selections": [
            [each.title, each.works, str(each.by)] for each in Selection.objects.order_by("pk")
        ],
        "tags": [[str(each.tag), each.artwork_id] for each in Tagging.objects.order_by("pk")],
    }


def _map(found: Map) -> dict[str, Any]:
    with storages["models"].open(found.file) as file:
        digest = sha256(file.read()).hexdigest()
    nodes = found.neighbourhoods.select_related("parent", "named_by")
    return {
        "map": [found.pk, str(found), str(found.space), found.count, found.created.isoformat()],
        "names": [
            [each.layer, each.name, each.proposed, str(each.parent), str(each.named_by)]
            for each in nodes
        ],
        "typical": [[each.pk, each.words, each.typical, each.nearest] for each in nodes],
        "history": [
            [str(each), str(each.by), each.time.isoformat()]
            for each in Naming.objects.filter(neighbourhood__map=found)
        ],
        "places": list(
            found.places.order_by("number").values_list("number", "artwork", "x", "y", "cluster")
        ),
        "file": digest,
    }
