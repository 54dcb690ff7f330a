"""What visitors search by, answered by a worker: once in this process, once by one of its own."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import timedelta
from functools import cache

import numpy as np
import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.db import OperationalError
from django.utils import timezone
from numpy.typing import NDArray
from PIL import Image
from pytest_django import DjangoCaptureOnCommitCallbacks

from artrec.features import TEXT_IMAGE, Extractor, load_extractor
from artrec.serving.transform import fit_transform_for
from tests.artrec.features.test_wording import TINY
from tests.waiting import wait_until
from tests.webapp.makers import make_artwork
from tests.workers.conftest import Stack
from webapp import jobs
from webapp.catalog.conditions import VISIBLE
from webapp.catalog.models import Artwork, ArtworkImage
from webapp.feed import meaning, picture_asking, picture_finding
from webapp.feed.likeness import Ranked
from webapp.feed.meaning import READS_WORDS
from webapp.jobs import Job
from webapp.vectors.models import PictureQuery, Space, WordsQuery
from workers import answering, claims, resources, spaces
from workers.tasks.picture import read_queries

State = PictureQuery.State
WORKS = 36
PATCHES = 6


@pytest.fixture(autouse=True)
def _fresh() -> None:
    resources.extractor.cache_clear()
    resources.wanted_extractor.cache_clear()
    answering._usual.clear()


def painting(seed: int) -> Image.Image:
    """Patches of colour with a grain; two in succession are variations of each other."""
    theme = np.random.default_rng(seed // 2).integers(20, 230, (PATCHES, PATCHES, 3))
    own = np.random.default_rng(1000 + seed).integers(-20, 20, (PATCHES, PATCHES, 3))
    patches = Image.fromarray((theme + own).astype(np.uint8))
    smooth = np.asarray(patches.resize((360, 300), Image.Resampling.BICUBIC)).astype(int)
    coarse = 1 + 2 * (seed // 2 % 9)
    grain = np.random.default_rng(2000 + seed).integers(-coarse, coarse + 1, (300, 360, 1))
    return Image.fromarray(np.clip(smooth + grain, 0, 255).astype(np.uint8))


def encoded(image: Image.Image, kind: str = "PNG") -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind)
    return buffer.getvalue()


@cache
def rows_by(name: str) -> NDArray[np.float32]:
    """Raw features of all works."""
    extractor = load_extractor(name, device="cpu")
    return extractor.extract([extractor.prepare(painting(seed)) for seed in range(WORKS)])


def gallery(name: str = "handmade") -> list[Artwork]:
    """A collection that hangs, seen by an extractor."""
    extractor = load_extractor(name, device="cpu")
    images, rows = [painting(seed) for seed in range(WORKS)], rows_by(name)
    transform = fit_transform_for(rows, extractor.families, max_dim=24)
    space = spaces.create(extractor, transform, WORKS)
    Space.objects.filter(pk=space.pk).update(state=Space.State.LIVE)
    works = [make_artwork(f"Work {seed}") for seed in range(WORKS)]
    for work, image in zip(works, images, strict=True):
        original = storages["originals"].save(f"incoming/{work.pk}", ContentFile(encoded(image)))
        ArtworkImage.objects.filter(artwork=work).update(original=original)
    spaces.store(space, [work.pk for work in works], rows)
    return works


def ask(image: Image.Image, *, keep: bool = False) -> PictureQuery:
    data = encoded(image, "JPEG")
    return picture_asking.ask_by_upload(data, visitor=None, tokens=(), address="::1", keep=keep)


def ask_part(work: Artwork, *box: float) -> PictureQuery:
    left, top, width, height = box
    return picture_asking.ask_by_part(
        work, (left, top, width, height), visitor=None, tokens=(), address="::1"
    )


def found(row: PictureQuery, limit: int = 5) -> Ranked:
    reference = picture_finding.reference(picture_finding.key_of(row), "")
    assert reference
    return reference.rank(VISIBLE, limit)


@pytest.mark.django_db
def test_a_picture_of_a_work_finds_the_work_and_is_not_kept() -> None:
    works = gallery()
    row = ask(painting(7))

    read_queries()

    row.refresh_from_db()
    assert (row.state, row.picture, row.preview, row.claimed_until) == (
        State.DONE,
        None,
        None,
        None,
    )
    assert row.placeholder.startswith("data:image/webp")
    assert row.palette
    assert found(row).ids[0] == works[7].pk
    assert found(row).good
    assert len(found(row, WORKS + 9).ids) == WORKS


@pytest.mark.django_db
def test_what_looks_like_nothing_here_is_no_good_match() -> None:
    gallery()
    noise = np.random.default_rng(0).integers(0, 256, (300, 300, 3), np.uint8)
    row = ask(Image.fromarray(noise))

    read_queries()

    assert not found(row).good
    assert found(row).ids


@pytest.mark.django_db
def test_a_part_of_a_work_is_seen_alone() -> None:
    works = gallery()
    part = ask_part(works[3], 0.0, 0.0, 0.5, 0.5)
    same = ask(painting(3).crop((0, 0, 180, 150)))

    read_queries()

    part.refresh_from_db()
    same.refresh_from_db()
    assert part.preview  # a public work is no secret
    assert Image.open(io.BytesIO(bytes(part.preview))).size == (180, 150)
    one, other = (np.asarray(row.features, dtype=np.float32) for row in (part, same))
    assert np.corrcoef(one, other)[0, 1] > 0.99


@pytest.mark.django_db
def test_a_picture_to_be_kept_has_a_preview() -> None:
    gallery()
    row = ask(painting(1).resize((800, 600)), keep=True)

    read_queries()

    row.refresh_from_db()
    preview = Image.open(io.BytesIO(bytes(row.preview or b"")))
    assert (preview.format, preview.size) == ("WEBP", (320, 240))


@pytest.mark.django_db
def test_a_row_of_a_dead_worker_is_taken_over_and_one_that_is_held_is_left() -> None:
    gallery()
    lost, held, spent = ask(painting(0)), ask(painting(1)), ask(painting(2))
    now = timezone.now()
    for row, until, attempts in (
        (lost, now - timedelta(seconds=1), 1),
        (held, now + claims.LEASE, 1),
        (spent, None, claims.MAX_ATTEMPTS),
    ):
        PictureQuery.objects.filter(pk=row.pk).update(claimed_until=until, attempts=attempts)

    read_queries()

    states = [PictureQuery.objects.get(pk=row.pk).state for row in (lost, held, spent)]
    assert states == [State.DONE, State.QUEUED, State.FAILED]
    assert PictureQuery.objects.get(pk=spent.pk).picture is None


@pytest.mark.django_db
def test_what_cannot_be_seen_fails_and_keeps_no_picture() -> None:
    works = gallery()
    gone, fine = ask_part(works[0], 0, 0, 1, 1), ask(painting(0))
    storages["originals"].delete(ArtworkImage.objects.get(artwork=works[0]).original)
    read_queries()
    blind = ask(painting(0))
    Space.objects.update(extractor="no-such-extractor/pad")

    read_queries()

    states = [PictureQuery.objects.get(pk=row.pk).state for row in (gone, fine, blind)]
    assert states == [State.FAILED, State.DONE, State.FAILED]
    assert not PictureQuery.objects.exclude(picture=None).exists()
    assert picture_finding.reference(picture_finding.key_of(fine), "") is None  # other eyes now


@pytest.mark.django_db
def test_what_nobody_foresaw_fails_alone(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    gallery()
    first, second = ask(painting(0)), ask(painting(1))
    pictures = iter([first])

    def placeholder_of(image: Image.Image) -> str:
        if next(pictures, None):
            raise ZeroDivisionError
        return "data:,"

    monkeypatch.setattr(answering, "placeholder", placeholder_of)
    read_queries()

    states = [PictureQuery.objects.get(pk=row.pk).state for row in (first, second)]
    assert states == [State.FAILED, State.DONE]
    assert "ZeroDivisionError" in caplog.text


@pytest.mark.django_db
def test_a_database_that_is_away_fails_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    gallery()
    row = ask(painting(0))

    def away(_image: Image.Image) -> str:
        raise OperationalError

    monkeypatch.setattr(answering, "placeholder", away)
    with pytest.raises(OperationalError):
        answering.answer_waiting()

    row.refresh_from_db()
    assert row.state == State.QUEUED


@pytest.mark.django_db
def test_many_who_wait_are_answered_in_turns(
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    gallery()
    rung: list[Job] = []
    for seed in range(3):
        ask(painting(seed))
    monkeypatch.setattr(answering, "PER_CALL", 2)
    monkeypatch.setattr(jobs, "send", lambda job, _arguments: rung.append(job))

    with django_capture_on_commit_callbacks(execute=True):
        first = answering.answer_waiting()
    heard = list(rung)
    with django_capture_on_commit_callbacks(execute=True):
        second = answering.answer_waiting()

    assert (first, second) == (2, 1)
    assert heard == rung == [Job.READ_QUERIES]


@pytest.mark.django_db
def test_the_network_is_loaded_before_anything_is_claimed(monkeypatch: pytest.MonkeyPatch) -> None:
    gallery()
    ask(painting(0))
    load, claimed = resources.extractor, []

    def loading(name: str) -> Extractor:
        claimed.append(PictureQuery.objects.exclude(claimed_until=None).exists())
        return load(name)

    monkeypatch.setattr(resources, "extractor", loading)
    answering.answer_waiting()

    assert claimed == [False, True]


@pytest.mark.django_db
def test_without_questions_the_worker_makes_ready_and_tidies_up() -> None:
    row = ask_before_anything_is_seen()
    read_queries()
    gallery()
    PictureQuery.objects.filter(pk=row.pk).update(
        asked=timezone.now() - timedelta(days=2), expires=timezone.now()
    )
    assert answering.is_called_for()

    read_queries()

    assert not PictureQuery.objects.exists()
    assert resources.extractor.cache_info().currsize == 1
    assert not answering.is_called_for()


def ask_before_anything_is_seen() -> PictureQuery:
    return PictureQuery.objects.create(
        token="early", address="x", picture=encoded(painting(0)), expires=timezone.now()
    )


@pytest.fixture
def _tiny() -> Iterator[None]:
    TEXT_IMAGE["tiny"] = TINY
    yield
    del TEXT_IMAGE["tiny"]


@pytest.mark.django_db
@pytest.mark.usefixtures("_tiny")
def test_words_are_read_by_a_network_that_sees_pictures_as_well(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    works = gallery("tiny/pad/random")
    monkeypatch.setattr(meaning, "READS_WORDS", frozenset({"tiny"}))
    row = meaning.ask("  A red   Boat ", address="::1")
    assert meaning.ask("a red boat", address="::1") == row
    assert meaning.reference(meaning.key_of("a red boat"), "") is None

    read_queries()

    row.refresh_from_db()
    assert (row.state, len(row.features)) == (State.DONE, TINY.dim)
    reference = meaning.reference(meaning.key_of("A red boat"), "")
    assert reference
    ids = reference.rank(VISIBLE, WORKS).ids
    assert set(ids) == {work.pk for work in works}
    text = np.asarray(row.features, dtype=np.float32)
    assert np.corrcoef(_closeness(ids, text), np.arange(WORKS))[0, 1] < -0.7


def _closeness(ids: tuple[int, ...], text: np.ndarray) -> np.ndarray:
    """Of the raw rows of works in this order with a text, as the network means them."""
    rows = rows_by("tiny/pad/random")
    order = [sorted(ids).index(pk) for pk in ids]
    return np.asarray((rows @ text)[order])


@pytest.mark.django_db
def test_words_that_nothing_here_reads_any_more_fail() -> None:
    gallery()
    row = WordsQuery.objects.create(
        text="boat", extractor="handmade", expires=timezone.now() + timedelta(days=1)
    )

    read_queries()

    row.refresh_from_db()
    assert row.state == State.FAILED


def test_the_site_knows_which_networks_read_words() -> None:
    assert set(TEXT_IMAGE) == READS_WORDS


def test_a_real_worker_answers_by_itself(stack: Stack) -> None:
    works = gallery()
    row = ask(painting(5))

    stack.start_worker()

    def done() -> bool:
        row.refresh_from_db()
        return row.state != State.QUEUED

    wait_until(done, what="the worker looks at the picture")
    assert found(row).ids[0] == works[5].pk
