"""Promotions in the test's own process: steps, gate, switch, retention."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.utils import timezone

from artrec.serving.bundle import Bundle
from tests.webapp.makers import make_artwork
from tests.workers.toys import (
    EXTRACTOR,
    Gallery,
    add_work,
    compared,
    make_gallery,
    make_version,
    promoted,
)
from webapp.catalog.models import Artwork, ArtworkImage
from webapp.feed.models import Experiment
from webapp.lab import promoting
from webapp.lab.models import Promotion, Version
from webapp.vectors import actions
from webapp.vectors.models import Feature, Space, Vector
from webapp.vectors.queries import live_space, vectors_of
from workers import claims, promotions, resources, taste
from workers.tasks.promote import promote

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_beats")]


@pytest.fixture
def gallery() -> Gallery:
    taste._encoder.cache_clear()
    return make_gallery(dim=resources.extractor(EXTRACTOR).dim)


def test_a_promoted_version_serves_every_visible_work_from_a_space_of_its_own(
    gallery: Gallery,
) -> None:
    sold = gallery.works[3]
    Artwork.objects.filter(pk=sold.pk).update(availability=Artwork.Availability.SOLD)
    gone = gallery.works[4]
    Artwork.objects.filter(pk=gone.pk).update(state=Artwork.State.WITHDRAWN)
    late = add_work(gallery, camp=0)
    version = make_version(gallery)

    done = promoted(version)

    assert (done.state, done.reason) == (Promotion.State.DONE, "")
    names = [step["name"] for step in done.steps]
    assert names == ["model", "vectors", "index", "recall", "gate", "switch"]
    assert done.gate["passed"] is True
    live = live_space("taste")
    assert live == version.space
    held = set(Vector.objects.filter(space=live).values_list("artwork", flat=True))
    assert held == {work.pk for work in [*gallery.works, late]}


def test_stored_rows_and_head_rank_as_the_model_does(gallery: Gallery) -> None:
    version = make_version(gallery)
    promoted(version)
    model = taste.encoder(version).trained.model
    space = version.space
    assert space is not None

    profile = [0, 2, 6]
    ids, rows = vectors_of(space, [gallery.works[row].pk for row in profile])
    assert ids.tolist() == sorted(ids.tolist())
    everything, stored = vectors_of(space, [work.pk for work in gallery.works])
    head = Space.objects.values_list("head", flat=True).get(pk=space.pk)
    query = Bundle.from_bytes(bytes(head or b"")).user_vectors(rows)[0]

    assert everything.tolist() == [work.pk for work in gallery.works]
    expected = model.score(profile)
    assert np.corrcoef(stored @ query, expected)[0, 1] > 0.9999
    assert space.scored < space.dim


def test_a_work_that_joined_after_the_training_is_placed_among_its_like(gallery: Gallery) -> None:
    late = add_work(gallery, camp=0)
    version = make_version(gallery, "visrank")

    promoted(version)

    assert version.space is not None
    ids, rows = vectors_of(version.space, [late.pk, *(work.pk for work in gallery.works)])
    scored = {int(pk): row[: version.space.scored] for pk, row in zip(ids, rows, strict=True)}
    camps = [
        np.mean([scored[work.pk] @ scored[late.pk] for work in gallery.works[camp::2]])
        for camp in (0, 1)
    ]
    assert camps[0] > camps[1]


def test_a_model_that_cannot_place_new_works_serves_the_others(gallery: Gallery) -> None:
    late = add_work(gallery, camp=0)
    version = make_version(gallery, "als")

    done = promoted(version)

    assert done.state == Promotion.State.DONE
    assert version.space is not None
    assert version.space.open_to_new is False
    assert not Vector.objects.filter(space=version.space, artwork=late).exists()
    works = next(each for each in done.gate["checks"] if each["name"] == "works")
    assert works["passed"]
    assert "joined after the training" in works["note"]


def test_works_the_model_knows_nothing_of_are_left_out_and_counted(gallery: Gallery) -> None:
    unloved = make_artwork("unloved")
    row = np.full((1, gallery.features.shape[1]), 0.25, np.float32)
    actions.store_features(EXTRACTOR, [unloved.pk], row)
    wider = Gallery(
        [*gallery.works, unloved],
        np.concatenate((gallery.features, row)),
        gallery.look,
        gallery.visitors,
    )
    version = make_version(wider, "als")

    done = promoted(version)

    works = next(each for each in done.gate["checks"] if each["name"] == "works")
    lonely = Artwork.objects.filter(events=None).count()
    assert f"; {lonely} not: the model knows nothing of them" in works["note"]
    assert done.state == Promotion.State.DONE


def test_a_damaged_model_file_fails_with_the_reason(gallery: Gallery) -> None:
    version = make_version(gallery)
    storages["models"].delete(version.file)
    storages["models"].save(version.file, ContentFile(b"rubbish"))

    done = promoted(version)

    assert done.state == Promotion.State.FAILED
    assert "not the one that was stored" in done.reason
    assert version.space is None


def test_preparing_fills_a_space_and_switches_nothing(gallery: Gallery) -> None:
    version = make_version(gallery)

    promotion = promoting.prepare(version, None)
    promote()

    promotion.refresh_from_db()
    version.refresh_from_db()
    assert promotion.state == Promotion.State.DONE
    assert version.space is not None
    assert version.space.state == Space.State.READY
    assert live_space("taste") is None


def test_a_second_promotion_retires_the_first_and_can_be_rolled_back(gallery: Gallery) -> None:
    first = make_version(gallery)
    promoted(first)
    second = make_version(
        gallery, "als", report={"against": {str(first.pk): compared(str(first), 0.1)}}
    )

    done = promoted(second)

    assert done.former == first.space
    assert promoting.serving_version() == second
    promoting.rollback(None)
    assert promoting.serving_version() == first


def test_promotions_take_turns_in_the_order_they_were_asked_for(gallery: Gallery) -> None:
    versions = [make_version(gallery) for _ in range(2)]
    ahead = {str(versions[0].pk): compared("first", 0.1)}
    Version.objects.filter(pk=versions[1].pk).update(report={"against": ahead})
    rows = [promoting.promote(version, None) for version in versions]

    promote()

    for row in rows:
        row.refresh_from_db()
    assert [row.state for row in rows] == [Promotion.State.DONE] * 2
    assert [row.former for row in rows] == [None, Space.objects.get(version=versions[0])]


def test_a_promotion_that_is_worked_on_keeps_others_waiting(gallery: Gallery) -> None:
    first, second = (promoting.promote(make_version(gallery), None) for _ in range(2))

    claimed = promotions.claim()

    assert claimed == first
    assert promotions.claim() is None
    Promotion.objects.filter(pk=first.pk).update(claimed_until=timezone.now() - timedelta(1))
    again = promotions.claim()
    assert again is not None
    assert (again.pk, again.attempts) == (first.pk, 2)
    assert second.state == Promotion.State.QUEUED


def test_a_promotion_whose_worker_always_dies_is_given_up(gallery: Gallery) -> None:
    promotion = promoting.promote(make_version(gallery), None)
    steps = [{"name": "model", "seconds": 1, "note": ""}]
    spent = claims.MAX_ATTEMPTS + len(steps)
    Promotion.objects.update(state="running", attempts=spent - 1, steps=steps)

    assert promotions.claim() == promotion
    Promotion.objects.update(claimed_until=timezone.now() - timedelta(1))
    assert promotions.claim() is None

    promotion.refresh_from_db()
    assert promotion.state == Promotion.State.FAILED
    assert f"begun {spent} times" in promotion.reason


def test_a_roll_back_during_a_promotion_is_not_taken_back_by_it(
    gallery: Gallery, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = make_version(gallery)
    promoted(first)
    ahead = {"against": {str(first.pk): compared(str(first), 0.1)}}
    second = make_version(gallery, report=ahead)
    monkeypatch.setattr("workers.promoting.audit", _rolling_back)

    done = promoted(second)

    assert done.state == Promotion.State.FAILED
    assert "roll-back" in done.reason
    assert promoting.serving_version() is None


def _rolling_back(space: Space, model: taste.Encoder) -> object:
    from workers.audit import audit

    promoting.rollback(None)
    return audit(space, model)


def test_works_that_come_in_before_the_switch_are_placed_first(
    gallery: Gallery, monkeypatch: pytest.MonkeyPatch
) -> None:
    from workers.promoting import _ask_gate

    late: list[Artwork] = []

    def ask(*arguments: object) -> object:
        verdict = _ask_gate(*arguments)  # type: ignore[arg-type]
        if not late:
            late.append(add_work(gallery, camp=1))
        return verdict

    monkeypatch.setattr("workers.promoting._ask_gate", ask)
    version = make_version(gallery)

    done = promoted(version)

    assert done.state == Promotion.State.DONE
    assert Vector.objects.filter(space=version.space, artwork=late[0]).exists()


def test_a_work_with_a_picture_the_model_has_not_seen_is_placed_by_its_looks(
    gallery: Gallery,
) -> None:
    version = make_version(gallery)
    changed = gallery.works[0]
    ArtworkImage.objects.filter(artwork=changed).update(key="another")
    row = gallery.features[1:2]
    Feature.objects.filter(artwork=changed).delete()
    actions.store_features(EXTRACTOR, [changed.pk], row)

    promoted(version)

    model = taste.encoder(version)
    assert version.space is not None
    stored = vectors_of(version.space, [changed.pk])[1][0]
    same = taste.encode(model, {changed.pk: "another"}, {changed.pk: row[0]}).rows[changed.pk]
    assert np.allclose(stored, same.astype(np.float16), atol=1e-3)
    assert not np.allclose(stored, model.rows[0], atol=1e-2)


def test_old_spaces_go_but_those_a_roll_back_or_an_experiment_needs_stay(
    gallery: Gallery,
) -> None:
    model = taste.encoder(make_version(gallery)).trained.model
    versions = [make_version(gallery, model=model) for _ in range(7)]
    former: Version | None = None
    for place, version in enumerate(versions):
        key = str(former.pk) if former else "visrank"
        ahead = {"against": {key: compared("the former", 0.1)}}
        Version.objects.filter(pk=version.pk).update(report=ahead)
        version.refresh_from_db()
        assert promoted(version).state == Promotion.State.DONE
        if place == 0:
            Experiment.objects.create(
                name="e", kind="ab", state="running", space_a=version.space, salt="s"
            )
        former = version

    kept = set(Space.objects.filter(purpose="taste").values_list("version", flat=True))

    places = [0, 3, 4, 5, 6]  # the experiment's, three retired, the live one
    assert kept == {versions[place].pk for place in places}
    assert not Vector.objects.filter(space__version=versions[1]).exists()


def test_promoting_what_went_live_meanwhile_keeps_the_way_back(gallery: Gallery) -> None:
    first = make_version(gallery)
    promoted(first)
    ahead = {"against": {str(first.pk): compared("first", 0.1)}}
    second = make_version(gallery, report=ahead)
    promoted(second)
    again = Promotion.objects.create(version=second)

    promote()

    again.refresh_from_db()
    assert (again.state, again.former) == (Promotion.State.DONE, first.space)
    promoting.rollback(None)
    assert promoting.serving_version() == first
