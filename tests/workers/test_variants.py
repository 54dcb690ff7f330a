"""Pictures get what they lack, one by one, and keep what they have all the while."""

from __future__ import annotations

import io
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage, storages
from django.core.management import call_command
from django.utils import timezone
from PIL import Image

from artrec.images import Limits, OpenedImage, open_image
from tests.artrec.images.pictures import painting
from tests.webapp.makers import make_artwork
from webapp.catalog import variants
from webapp.catalog.files import variant_name
from webapp.catalog.models import Artwork, ArtworkImage
from webapp.ingest.models import Batch, Item
from workers import answering, claims, pictures, resources
from workers.tasks import variants as tasks
from workers.tasks.variants import complete_variants

pytestmark = pytest.mark.django_db
ALL = {f"{width}.{kind}" for width in (160, 240, 320, 400) for kind in ("avif", "webp", "jpeg")}


@pytest.fixture(autouse=True)
def _nobody_searches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answering, "answer_waiting", lambda: 0)


def hang(**original: bytes) -> ArtworkImage:
    """An image of which only one size is stored."""
    image = make_artwork(width=400, height=300).image
    buffer = io.BytesIO()
    painting(400, 300).save(buffer, "PNG")
    content = original.get("content", buffer.getvalue())
    image.original = storages["originals"].save("incoming/a", ContentFile(content))
    image.widths, image.formats = [320], ["jpeg"]
    image.save()
    default_storage.save(variant_name(image.key, 320, "jpeg"), ContentFile(b"as it was"))
    return image


def stored(image: ArtworkImage) -> set[str]:
    return set(default_storage.listdir(f"works/{image.key}")[1])


def content(image: ArtworkImage, name: str) -> bytes:
    with default_storage.open(f"works/{image.key}/{name}") as file:
        data: bytes = file.read()
        return data


def check(image: ArtworkImage) -> None:
    """The row says what is there, what was there is untouched, and nobody holds the work."""
    now = ArtworkImage.objects.select_related("artwork").get(pk=image.pk)
    assert (now.widths, now.formats) == ([160, 240, 320, 400], ["avif", "webp", "jpeg"])
    assert stored(image) == ALL
    assert content(image, "320.jpeg") == b"as it was"
    assert Image.open(io.BytesIO(content(image, "240.avif"))).size == (240, 180)
    assert (now.artwork.claimed_until, now.artwork.attempts) == (None, 0)


def test_a_picture_gets_what_it_lacks_and_keeps_what_it_has() -> None:
    image = hang()

    complete_variants()

    check(image)
    assert not variants.outdated().exists()


def test_a_picture_is_taken_over_from_a_worker_that_was_killed() -> None:
    image = hang()
    default_storage.save(variant_name(image.key, 240, "avif"), ContentFile(b"half"))
    ended = timezone.now() - timedelta(seconds=1)
    Artwork.objects.update(claimed_until=ended, attempts=1)

    complete_variants()

    check(image)


def test_a_picture_that_another_worker_holds_is_left_to_it() -> None:
    image = hang()
    Artwork.objects.update(claimed_until=timezone.now() + claims.LEASE, attempts=1)

    complete_variants()

    assert stored(image) == {"320.jpeg"}


def test_a_run_ends_when_works_come_in(monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = hang(), hang()
    batch = Batch.objects.create(source="x")

    def came_in() -> int:
        Item.objects.create(batch=batch, name="a", incoming="incoming/b")
        return 0

    monkeypatch.setattr(answering, "answer_waiting", came_in)

    complete_variants()
    complete_variants()

    check(first)
    assert stored(second) == {"320.jpeg"}
    waiting = Artwork.objects.get(pk=second.artwork_id)
    assert (waiting.claimed_until, waiting.attempts) == (None, 0)


def test_a_picture_without_its_original_is_given_up_and_the_rest_is_made(
    capsys: pytest.CaptureFixture[str],
) -> None:
    lost, damaged, fine = hang(), hang(content=b"no picture"), hang()
    storages["originals"].delete(lost.original)

    complete_variants()
    complete_variants()
    call_command("complete_pictures", "--retry")
    again = variants.outdated().filter(attempts=0).count()

    check(fine)
    assert stored(lost) == stored(damaged) == {"320.jpeg"}
    assert "lack a size or a format: 2" in capsys.readouterr().out
    assert again == 2


def test_an_original_that_cannot_be_read_does_not_hold_up_the_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    bad, fine = hang(), hang()
    original = resources.original

    def read(name: str) -> object:
        if name == bad.original:
            raise PermissionError
        return original(name)

    monkeypatch.setattr(resources, "original", read)

    complete_variants()

    check(fine)
    put_off = Artwork.objects.get(pk=bad.artwork_id)
    assert put_off.attempts == 0
    assert put_off.claimed_until is not None
    assert put_off.claimed_until > timezone.now() + timedelta(minutes=50)


def test_while_the_storage_is_away_a_run_ends_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(tasks.FAILURES + 2):
        hang()

    def away(_name: str) -> object:
        raise ConnectionError

    monkeypatch.setattr(resources, "original", away)

    complete_variants()

    assert Artwork.objects.filter(claimed_until__isnull=False).count() == tasks.FAILURES
    assert not Artwork.objects.filter(attempts__gt=0).exists()


def test_while_the_storage_is_away_nothing_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    image = hang()

    def away(_name: str, _data: bytes) -> None:
        raise ConnectionError

    with monkeypatch.context() as patched:
        patched.setattr(pictures, "write", away)
        complete_variants()
    Artwork.objects.update(claimed_until=timezone.now())  # an hour later
    complete_variants()

    check(image)


def test_sizes_of_a_picture_that_is_replaced_meanwhile_are_thrown_away(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    image = hang()

    def replaced_meanwhile(source: Path | bytes, *, limits: Limits) -> OpenedImage:
        ArtworkImage.objects.filter(pk=image.pk).update(key="fresh")
        return open_image(source, limits=limits)

    monkeypatch.setattr(tasks, "open_image", replaced_meanwhile)
    complete_variants()

    assert stored(image) == {"320.jpeg"}
    assert ArtworkImage.objects.get().widths == [320]
