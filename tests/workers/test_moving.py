"""A trained model moves to another installation with the gallery, and goes on there."""

from __future__ import annotations

import io
import json
from pathlib import Path

import numpy as np
import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from PIL import Image

from tests.webapp.transfer.installations import installation
from tests.webapp.transfer.seeing import seen
from tests.workers.toys import EXTRACTOR, make_gallery, make_version, promoted
from webapp.catalog.models import Artwork, ArtworkImage
from webapp.feed.models import Serving
from webapp.lab.models import Promotion, Version
from webapp.transfer.exporting import Wanted, export
from webapp.transfer.images import keep_variants
from workers import resources, taste

WORKS = 24
PLACED = """
import django, json; django.setup()
from tests.workers.test_moving import placed
print(json.dumps(placed()))
"""


def give_picture(work: Artwork, rng: np.random.Generator) -> None:
    """Files for a work that has but a row of its picture."""
    stream = io.BytesIO()
    Image.fromarray(rng.integers(0, 256, (6, 8, 3), np.uint8)).resize((64, 48)).save(stream, "PNG")
    image = work.image
    image.original = storages["originals"].save(f"{work.pk}.png", ContentFile(stream.getvalue()))
    ArtworkImage.objects.filter(pk=image.pk).update(
        original=image.original, **keep_variants(image.key, stream.getvalue())
    )


def placed() -> list[list[float]]:
    """Where the trained model puts a work that nobody chose yet, and one of its own."""
    model = taste.encoder(Version.objects.get())
    known = ArtworkImage.objects.order_by("artwork").values_list("artwork_id", "key")[0]
    look = np.linspace(-1, 1, resources.extractor(EXTRACTOR).dim, dtype=np.float32)
    found = taste.encode(model, {1: "a new picture", known[0]: known[1]}, {1: look})
    return [found.rows[pk].tolist() for pk in (1, known[0])]


@pytest.mark.slow
@pytest.mark.django_db
@pytest.mark.usefixtures("no_beats")
def test_a_trained_model_recommends_and_places_newcomers_as_it_did_before_the_move(
    rng: np.random.Generator, tmp_path: Path
) -> None:
    with installation(tmp_path) as other:
        taste._encoder.cache_clear()
        gallery = make_gallery(WORKS, dim=resources.extractor(EXTRACTOR).dim)
        for work in gallery.works:
            give_picture(work, rng)
        done = promoted(make_version(gallery))
        Serving.objects.get_or_create()
        ids = [work.pk for work in gallery.works]
        export(tmp_path / "all.zip", Wanted(ids, "All", people=True))
        before = json.loads(json.dumps([seen(), placed()]))

        other.take(tmp_path / "all.zip")
        after = [other.seen(), json.loads(other.python("-c", PLACED))]

    assert done.state == Promotion.State.DONE
    assert after == before
    assert {entry[1] for entry in before[0]["for_you"]["v0"]}
