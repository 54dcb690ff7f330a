from __future__ import annotations

import numpy as np
import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from pytest_django import Settings

from artrec.serving.transform import Transform
from tests.webapp.ingest.pictures import picture
from tests.webapp.makers import make_artwork
from webapp.catalog.models import Artwork, ArtworkImage
from webapp.vectors import actions
from webapp.vectors.models import Feature, Space, Vector
from workers import resources, spaces
from workers.tasks.embed import embed_artworks
from workers.tasks.space import refit_space

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _handmade(settings: Settings) -> None:
    settings.ARTREC_EXTRACTOR = "handmade"
    resources.wanted_extractor.cache_clear()


def live() -> Space:
    return Space.objects.get(state=Space.State.LIVE)


def make_work_with_picture(seed: int, *, state: str = Artwork.State.CHECKED) -> Artwork:
    work = make_artwork(f"work {seed}", state=state)
    name = storages["originals"].save(f"incoming/{seed}", ContentFile(picture(seed)))
    ArtworkImage.objects.filter(artwork=work).update(original=name)
    return work


def test_the_first_embedded_works_make_the_first_space() -> None:
    works = [make_work_with_picture(seed) for seed in range(3)]

    embed_artworks()

    assert (live().extractor, live().fitted_on) == ("handmade", 0)
    assert Artwork.objects.filter(state=Artwork.State.VISIBLE).count() == 3
    assert Vector.objects.filter(space=live(), artwork__in=works).count() == 3


def test_embedding_twice_leaves_one_vector_and_computes_nothing_anew() -> None:
    work = make_work_with_picture(1)
    embed_artworks()
    storages["originals"].delete(work.image.original)
    Artwork.objects.update(state=Artwork.State.CHECKED)

    embed_artworks()

    assert Artwork.objects.get().state == Artwork.State.VISIBLE
    assert Vector.objects.count() == 1


def test_a_work_whose_original_is_gone_fails_with_the_reason_and_alone() -> None:
    gone, fine = make_work_with_picture(1), make_work_with_picture(2)
    storages["originals"].delete("incoming/1")

    embed_artworks()

    states = dict(Artwork.objects.values_list("pk", "state"))
    assert states == {gone.pk: Artwork.State.FAILED, fine.pk: Artwork.State.VISIBLE}
    assert "cannot be read" in Artwork.objects.get(pk=gone.pk).state_reason


def test_a_work_that_was_tried_too_often_is_given_up() -> None:
    work = make_work_with_picture(1)
    Artwork.objects.update(attempts=3)

    embed_artworks()

    assert Artwork.objects.get(pk=work.pk).state == Artwork.State.FAILED
    assert "tried 3 times" in Artwork.objects.get(pk=work.pk).state_reason


def test_weights_that_cannot_be_had_are_told_where_works_wait(settings: Settings) -> None:
    settings.ARTREC_EXTRACTOR = "resnet18"
    resources.wanted_extractor.cache_clear()
    make_work_with_picture(1)

    embed_artworks()

    work = Artwork.objects.get()
    assert work.state == Artwork.State.CHECKED
    assert "downloading is switched off" in work.state_reason


@pytest.mark.parametrize(
    ("fitted_on", "works", "outgrown"),
    [(0, 63, False), (0, 64, True), (64, 127, False), (64, 128, True), (20_000, 90_000, False)],
)
def test_a_space_is_outgrown_when_the_collection_has_doubled(
    fitted_on: int, works: int, outgrown: bool
) -> None:
    space = Space(extractor="handmade", fitted_on=fitted_on)

    assert spaces.is_outgrown(space, wanted="handmade", works=works) is outgrown


def test_a_space_of_another_extractor_is_outgrown_whatever_its_size() -> None:
    assert spaces.is_outgrown(Space(extractor="colour", fitted_on=9), wanted="lbp", works=0)


def test_an_outgrown_space_gives_way_to_one_fitted_on_all_works(
    rng: np.random.Generator,
) -> None:
    extractor = resources.wanted_extractor()
    spaces.ensure_live(extractor)
    before = live()
    works = [make_artwork(str(number)).pk for number in range(70)]
    rows = rng.normal(5, 1, (70, extractor.dim)).astype(np.float32)
    actions.store_features("handmade", works, rows)
    spaces.store(before, works, rows)

    refit_space()
    refit_space()  # finds nothing to do

    assert live().pk != before.pk
    assert live().fitted_on == 70
    assert Vector.objects.filter(space=live()).count() == 70
    transform = Transform.from_bytes(bytes(live().transform))
    stored = Vector.objects.get(space=live(), artwork=works[3]).values
    raw = np.asarray(Feature.objects.get(artwork=works[3]).values, np.float32)
    assert np.allclose(stored, transform.apply(raw[None])[0], atol=2e-3)


def test_another_extractor_in_the_settings_re_embeds_every_visible_work() -> None:
    former = resources.extractor("colour")
    spaces.ensure_live(former)
    shown = [make_work_with_picture(seed) for seed in range(3)]
    embed_artworks()
    assert live().extractor == "colour"

    # A work that comes in before the switch is embedded by the extractor that serves.
    late = make_work_with_picture(9)
    embed_artworks()
    refit_space()

    assert live().extractor == "handmade"
    ids = set(Vector.objects.filter(space=live()).values_list("artwork", flat=True))
    assert ids == {work.pk for work in [*shown, late]}
    assert Space.objects.filter(state=Space.State.BUILDING).count() == 0


def test_what_a_killed_refit_left_behind_is_removed() -> None:
    spaces.ensure_live(resources.extractor("colour"))
    make_work_with_picture(1)
    embed_artworks()
    left = spaces.create(
        resources.wanted_extractor(), spaces.identity(resources.wanted_extractor()), 0
    )

    refit_space()

    assert not Space.objects.filter(pk=left.pk).exists()
    assert live().extractor == "handmade"
