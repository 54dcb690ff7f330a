"""Comparisons as a worker makes them, once in this process and once in one of its own."""

from __future__ import annotations

import io
from datetime import timedelta

import numpy as np
import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.utils import timezone
from PIL import Image

from artrec.features import load_extractor
from artrec.features.correspond import compare
from artrec.serving.transform import fit_transform_for
from tests.artrec.features.test_correspond import AT_A, AT_B, fitted, inside, pictures
from tests.waiting import wait_until
from tests.webapp.makers import make_artwork
from tests.workers.conftest import Stack
from webapp.catalog.models import Artwork, ArtworkImage
from webapp.feed import explaining
from webapp.feed.models import Correspondence, Visitor
from webapp.vectors.models import Space
from workers import claims, resources
from workers.tasks import explain as tasks
from workers.tasks.explain import explain

State = Correspondence.State


@pytest.fixture(autouse=True)
def _fresh() -> None:
    resources.extractor.cache_clear()
    resources.wanted_extractor.cache_clear()


def hang(picture: Image.Image, title: str) -> Artwork:
    """A work with a picture in the storage."""
    work = make_artwork(title, width=picture.width, height=picture.height)
    buffer = io.BytesIO()
    picture.save(buffer, "PNG")
    name = storages["originals"].save(f"incoming/{title}", ContentFile(buffer.getvalue()))
    ArtworkImage.objects.filter(artwork=work).update(original=name)
    return work


def asked() -> Correspondence:
    """A pair whose answer is known, asked for in a gallery with a fitted space."""
    extractor = load_extractor("handmade")
    transform = fit_transform_for(fitted(extractor), extractor.families)
    Space.objects.create(
        purpose="look",
        extractor="handmade",
        dim=transform.output_dim,
        scored=transform.output_dim,
        transform=transform.to_bytes(),
        fitted_on=24,
        state=Space.State.LIVE,
    )
    one, two = (hang(picture, title) for picture, title in zip(pictures(), "ab", strict=True))
    return explaining.ask(visitor=Visitor.objects.create(), one=one, other=two)


def check(row: Correspondence) -> None:
    """The pasted patch is the strongest pair, and the masks light it."""
    row.refresh_from_db()
    assert row.state == State.DONE, row.reason
    best = row.pairs[0]
    a, b = pictures()
    assert inside(best["first"], AT_A, a.size)
    assert inside(best["second"], AT_B, b.size)
    assert row.claimed_until is None
    assert row.finished is not None
    for mask, corner, picture in ((row.first_mask, AT_A, a), (row.second_mask, AT_B, b)):
        alpha = np.asarray(Image.open(io.BytesIO(bytes(mask or b""))).getchannel("A")) / 255
        scale = alpha.shape[1] / picture.width
        x, y = (int((corner[axis] + 48) * scale) for axis in (0, 1))
        assert alpha[y, x] > 0.8
        assert alpha.mean() < 0.4


@pytest.mark.django_db
def test_a_pair_that_waits_is_compared_once(monkeypatch: pytest.MonkeyPatch) -> None:
    row = asked()

    explain()
    check(row)
    monkeypatch.setattr(tasks, "compare", None)
    explain()

    check(row)


@pytest.mark.django_db
def test_a_pair_is_taken_over_from_a_worker_that_died() -> None:
    row = asked()
    lost = timezone.now() - timedelta(seconds=1)
    Correspondence.objects.update(claimed_until=lost, attempts=1)

    explain()

    check(row)


@pytest.mark.django_db
def test_a_pair_that_another_worker_holds_is_left_to_it() -> None:
    row = asked()
    Correspondence.objects.update(claimed_until=timezone.now() + claims.LEASE, attempts=1)

    explain()

    row.refresh_from_db()
    assert row.state == State.QUEUED


@pytest.mark.django_db
def test_a_pair_without_its_files_fails_and_others_do_not() -> None:
    row = asked()
    third = hang(pictures()[1].rotate(180), "c")
    other = explaining.ask(visitor=Visitor.objects.create(), one=row.first, other=third)
    storages["originals"].delete(ArtworkImage.objects.get(artwork=row.second).original)

    explain()

    row.refresh_from_db()
    other.refresh_from_db()
    assert (row.state, row.reason) == (State.FAILED, tasks.FAILED)
    assert other.state == State.DONE


@pytest.mark.django_db
def test_a_pair_that_was_tried_too_often_is_given_up() -> None:
    row = asked()
    Correspondence.objects.update(attempts=claims.MAX_ATTEMPTS)

    explain()

    row.refresh_from_db()
    assert (row.state, row.reason) == (State.FAILED, tasks.FAILED)


@pytest.mark.django_db
def test_a_job_without_pairs_and_one_whose_work_is_gone_end_quietly(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    explain()
    row = asked()

    def deleted_meanwhile(*arguments: object, **named: object) -> object:
        Artwork.objects.filter(pk=row.second_id).delete()
        return compare(*arguments, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(tasks, "compare", deleted_meanwhile)
    explain()

    assert not Correspondence.objects.exists()


@pytest.mark.django_db
def test_before_anything_is_fitted_raw_features_are_compared() -> None:
    row = asked()
    Space.objects.update(fitted_on=0)

    explain()

    row.refresh_from_db()
    assert row.state == State.DONE
    assert row.pairs


def test_a_real_worker_finds_the_pair_by_itself(stack: Stack) -> None:
    row = asked()

    stack.start_worker()

    def done() -> bool:
        row.refresh_from_db()
        return row.state != State.QUEUED

    wait_until(done, what="the worker compares the pictures")
    check(row)
