"""New works, new pictures and other extractors, in the spaces of trained models."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.db.models.functions import Now
from pytest_django import Settings

from tests.webapp.ingest.pictures import picture
from tests.workers.toys import EXTRACTOR, Gallery, make_gallery, make_version
from webapp.catalog.models import Artwork, ArtworkImage
from webapp.lab import promoting
from webapp.lab.models import Version
from webapp.vectors import actions
from webapp.vectors.models import Feature, Space, Vector
from webapp.vectors.queries import live_space, vectors_of
from workers import placing, resources, taste
from workers.tasks import embed
from workers.tasks.embed import embed_artworks
from workers.tasks.promote import promote

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_beats")]


@pytest.fixture
def gallery(settings: Settings) -> Gallery:
    settings.ARTREC_EXTRACTOR = EXTRACTOR
    resources.wanted_extractor.cache_clear()
    taste._encoder.cache_clear()
    return make_gallery(dim=resources.extractor(EXTRACTOR).dim)


def prepared(version: Version) -> Space:
    promoting.prepare(version, None)
    promote()
    return Space.objects.get(version=version)


def receive(seed: int) -> Artwork:
    """A work that was just checked, with a real picture."""
    from tests.webapp.makers import make_artwork

    work = make_artwork(f"new {seed}", state=Artwork.State.CHECKED)
    show(work, seed)
    return work


def show(work: Artwork, seed: int) -> None:
    name = storages["originals"].save(f"incoming/{seed}", ContentFile(picture(seed)))
    ArtworkImage.objects.filter(artwork=work).update(original=name, key=f"picture{seed}")


def has(space: Space, work: Artwork) -> bool:
    return Vector.objects.filter(space=space, artwork=work).exists()


def test_a_new_work_is_placed_in_every_trained_space_that_may_serve(gallery: Gallery) -> None:
    model = taste.encoder(make_version(gallery)).trained.model
    spaces = [prepared(make_version(gallery, model=model)) for _ in range(3)]
    actions.go_live(spaces[0])
    actions.go_live(spaces[1])
    work = receive(1)

    embed_artworks()

    assert Artwork.objects.get(pk=work.pk).state == Artwork.State.VISIBLE
    for space in spaces:
        ids, rows = vectors_of(space, [work.pk])
        assert ids.tolist() == [work.pk]
        assert np.isfinite(rows).all()
    states = {Space.objects.get(pk=space.pk).state for space in spaces}
    assert states == {"retired", "live", "ready"}


def test_a_new_work_is_visible_though_a_model_can_say_nothing_of_it(gallery: Gallery) -> None:
    space = prepared(make_version(gallery, "als"))
    work = receive(1)

    embed_artworks()

    assert Artwork.objects.get(pk=work.pk).state == Artwork.State.VISIBLE
    assert not has(space, work)


def test_a_model_that_cannot_be_read_holds_no_work_back(gallery: Gallery) -> None:
    broken, fine = make_version(gallery), make_version(gallery)
    spaces = [prepared(version) for version in (broken, fine)]
    storages["models"].delete(broken.file)
    taste._encoder.cache_clear()
    work = receive(1)

    embed_artworks()

    assert Artwork.objects.get(pk=work.pk).state == Artwork.State.VISIBLE
    assert [has(space, work) for space in spaces] == [False, True]


def test_a_new_picture_gives_a_known_work_another_place(gallery: Gallery) -> None:
    space = prepared(make_version(gallery, "visrank"))
    work = gallery.works[0]
    before = vectors_of(space, [work.pk])[1][0]
    # As `workers.tasks.ingest` leaves it.
    Feature.objects.filter(artwork=work).delete()
    Vector.objects.filter(artwork=work).delete()
    show(work, 7)
    Artwork.objects.filter(pk=work.pk).update(state=Artwork.State.CHECKED)

    embed_artworks()

    after = vectors_of(space, [work.pk])[1][0]
    assert not np.allclose(before, after, atol=1e-2)


def test_a_new_picture_does_not_move_a_work_that_is_known_by_who_chose_it(
    gallery: Gallery,
) -> None:
    space = prepared(make_version(gallery, "als"))
    work = gallery.works[0]
    before = vectors_of(space, [work.pk])[1]
    Feature.objects.filter(artwork=work).delete()
    Vector.objects.filter(artwork=work).delete()
    show(work, 7)
    Artwork.objects.filter(pk=work.pk).update(state=Artwork.State.CHECKED)

    embed_artworks()

    assert np.array_equal(before, vectors_of(space, [work.pk])[1])


def test_a_work_shown_again_keeps_the_place_it_had(gallery: Gallery) -> None:
    space = prepared(make_version(gallery))
    work = gallery.works[0]
    before = vectors_of(space, [work.pk])[1]
    Artwork.objects.filter(pk=work.pk).update(state=Artwork.State.CHECKED)

    embed_artworks()

    assert np.array_equal(before, vectors_of(space, [work.pk])[1])


def test_a_model_of_another_extractor_than_the_look_gets_its_features_too(
    gallery: Gallery,
) -> None:
    space = prepared(make_version(gallery))
    lbp = resources.extractor("lbp")
    from workers import spaces

    actions.go_live(spaces.create(lbp, spaces.identity(lbp), 0), allow_missing=True)
    work = receive(3)

    embed_artworks()

    assert has(space, work)
    look = live_space("look")
    assert look is not None
    assert look.extractor == "lbp"
    assert has(look, work)
    assert set(Feature.objects.filter(artwork=work).values_list("extractor", flat=True)) == {
        "colour",
        "lbp",
    }


def test_a_model_that_appears_before_the_work_is_shown_is_asked_too(
    gallery: Gallery, monkeypatch: pytest.MonkeyPatch
) -> None:
    version = make_version(gallery)
    asked: list[int] = []

    def place(*arguments: object) -> placing.Places:
        found = placing.place(*arguments)  # type: ignore[arg-type]
        if not asked:
            prepared(version)
        asked.append(len(found.encoded))
        return found

    monkeypatch.setattr(embed, "place", place)
    work = receive(1)

    embed_artworks()

    assert asked == [0, 1]
    assert has(Space.objects.get(version=version), work)
    assert Artwork.objects.get(pk=work.pk).state == Artwork.State.VISIBLE


def test_a_model_that_places_nothing_new_is_not_read_for_new_works(
    gallery: Gallery, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed, opened = make_version(gallery, "als"), make_version(gallery)
    for version in (closed, opened):
        prepared(version)
    read: list[Version] = []

    def encoder(version: Version) -> taste.Encoder:
        read.append(version)
        return real(version)

    real = taste.encoder
    monkeypatch.setattr(taste, "encoder", encoder)
    work = receive(1)

    embed_artworks()

    assert read == [opened]
    assert Artwork.objects.get(pk=work.pk).state == Artwork.State.VISIBLE


def test_works_stay_claimed_however_many_models_are_asked(
    gallery: Gallery, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(2):
        prepared(make_version(gallery))
    work = receive(1)
    held = Artwork.objects.filter(pk=work.pk, claimed_until__gt=Now())
    claimed: list[bool] = []

    def slowly(*arguments: object) -> taste.Encoded:
        claimed.append(held.exists())
        Artwork.objects.filter(pk=work.pk).update(claimed_until=Now() - timedelta(seconds=1))
        return encode(*arguments)  # type: ignore[arg-type]

    encode = taste.encode
    monkeypatch.setattr(taste, "encode", slowly)

    embed_artworks()

    assert claimed == [True, True]


def test_rebuilding_mends_what_is_wrong_and_missing(gallery: Gallery) -> None:
    space = prepared(make_version(gallery))
    actions.go_live(space)
    ids = [work.pk for work in gallery.works]
    right = vectors_of(space, ids)[1]
    actions.store_vectors(space, ids[:5], np.ones((5, space.dim)))
    Vector.objects.filter(space=space, artwork=ids[7]).delete()
    Space.objects.filter(pk=space.pk).update(head=b"damaged")

    done = promoting.rebuild(space, None)
    promote()

    done.refresh_from_db()
    assert (done.state, done.reason) == ("done", "")
    assert np.array_equal(vectors_of(space, ids)[1], right)
    head = Space.objects.get(pk=space.pk).head
    assert head is not None
    assert len(head) > 100


def test_rebuilding_the_look_mends_it_too(gallery: Gallery) -> None:
    ids = [work.pk for work in gallery.works]
    right = vectors_of(gallery.look, ids)[1]
    actions.store_vectors(gallery.look, ids[:5], np.ones((5, gallery.look.dim)))
    Vector.objects.filter(space=gallery.look, artwork=ids[7]).delete()

    done = promoting.rebuild(gallery.look, None)
    promote()

    done.refresh_from_db()
    assert (done.state, done.reason) == ("done", "")
    assert np.allclose(vectors_of(gallery.look, ids)[1], right, atol=1e-3)
