from __future__ import annotations

import pytest
from django.db import connection

from tests.workers.toys import EXTRACTOR, Gallery, add_work, make_gallery, make_version
from webapp.catalog.models import Artwork, ArtworkImage
from webapp.lab.models import Version
from webapp.vectors import actions
from webapp.vectors.models import Feature, Space, Vector
from workers import filling, resources, taste
from workers.taste import Encoded, Encoder

pytestmark = pytest.mark.django_db


@pytest.fixture
def gallery() -> Gallery:
    taste._encoder.cache_clear()
    return make_gallery(dim=resources.extractor(EXTRACTOR).dim)


def made(version: Version) -> tuple[Space, Encoder]:
    model = taste.encoder(version)
    return filling.ensure_space(version, model)[0], model


def nothing() -> None:
    """All is well."""


def test_filling_again_stores_only_what_is_missing(gallery: Gallery) -> None:
    space, model = made(make_version(gallery))
    first = filling.fill(space, model, beat=nothing)
    kept = dict(Vector.objects.values_list("artwork_id", "pk").filter(space=space))
    late = add_work(gallery, camp=0)

    second = filling.fill(space, model, beat=nothing)

    now = dict(Vector.objects.values_list("artwork_id", "pk").filter(space=space))
    assert (first, second) == ((40, {}), (41, {}))
    assert {pk: now[pk] for pk in kept} == kept
    assert set(now) - set(kept) == {late.pk}


def test_a_work_that_changes_while_it_is_placed_is_left_to_its_next_embedding(
    gallery: Gallery, monkeypatch: pytest.MonkeyPatch
) -> None:
    space, model = made(make_version(gallery))
    changed, deleted = gallery.works[:2]
    encode = taste.encode

    def meanwhile(*arguments: object) -> Encoded:
        encoded = encode(*arguments)  # type: ignore[arg-type]
        ArtworkImage.objects.filter(artwork=changed).update(key="another")
        Artwork.objects.filter(pk=deleted.pk).delete()
        return encoded

    monkeypatch.setattr(taste, "encode", meanwhile)

    count, _ = filling.fill(space, model, beat=nothing)

    assert count == 38
    assert not Vector.objects.filter(space=space, artwork=changed).exists()
    connection.check_constraints()


def test_new_works_without_features_are_counted_by_that_reason(gallery: Gallery) -> None:
    space, model = made(make_version(gallery))
    late = add_work(gallery, camp=0)
    # Its original is not there, so they cannot be computed either.
    Feature.objects.filter(artwork=late).delete()

    count, unreachable = filling.fill(space, model, beat=nothing)

    assert count == 40
    assert unreachable == {late.pk: taste.FEATURELESS}


def test_a_space_of_another_width_is_replaced(gallery: Gallery) -> None:
    version = make_version(gallery)
    space, model = made(version)
    Space.objects.filter(pk=space.pk).update(dim=3, scored=3)
    version.refresh_from_db()

    fresh, changed = filling.ensure_space(version, model)

    assert (fresh.dim, changed) == (model.bundle.dim, False)
    assert not Space.objects.filter(pk=space.pk).exists()


def test_a_damaged_head_is_written_anew(gallery: Gallery) -> None:
    version = make_version(gallery)
    space, model = made(version)
    actions.go_live(space, allow_missing=True)
    Space.objects.filter(pk=space.pk).update(head=b"damaged")
    version.refresh_from_db()

    same, changed = filling.ensure_space(version, model)

    found = Space.objects.get(pk=space.pk)
    assert (same, changed) == (space, True)
    assert bytes(found.head or b"") == model.bundle.to_bytes()
    assert found.head_number == space.head_number + 1
