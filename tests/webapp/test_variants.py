"""Which pictures lack a size or a format, and what they have in the end."""

from __future__ import annotations

import pytest

from artrec.images import served_widths
from tests.webapp.makers import make_artwork
from webapp.catalog import variants
from webapp.catalog.models import Artwork, ArtworkImage

pytestmark = pytest.mark.django_db


def hang(
    width: int = 640, height: int = 480, *, widths: list[int], formats: list[str]
) -> ArtworkImage:
    image = make_artwork(width=width, height=height).image
    image.widths, image.formats = widths, formats
    image.save()
    return image


def test_pictures_of_fewer_sizes_or_formats_are_found() -> None:
    now = served_widths(640, 480)
    hang(widths=now, formats=["avif", "webp", "jpeg"])
    few_formats = hang(widths=now, formats=["webp", "jpeg"])
    few_widths = hang(widths=[320, 640], formats=["avif", "webp", "jpeg"])

    found = variants.outdated().values_list("pk", flat=True)

    assert set(found) == {few_formats.artwork_id, few_widths.artwork_id}


@pytest.mark.parametrize(
    ("width", "height"), [(150, 90), (1000, 700), (3000, 2000), (900, 17_000), (18_000, 900)]
)
def test_a_picture_that_was_completed_is_not_found_again(width: int, height: int) -> None:
    image = hang(width, height, widths=[min(width, 150)], formats=["jpeg"])
    found_before = variants.outdated().exists()

    widths, formats = variants.complete(image)
    variants.switch(image, widths=widths, formats=formats)

    assert found_before
    assert not variants.outdated().exists()


def test_what_a_picture_has_it_keeps() -> None:
    image = hang(widths=[320, 600, 640], formats=["webp", "jpeg"])

    widths, formats = variants.complete(image)

    assert widths == [160, 240, 320, 480, 600, 640]
    assert formats == ["avif", "webp", "jpeg"]


def test_withdrawn_works_wait_until_they_are_shown_again() -> None:
    image = hang(widths=[320], formats=["jpeg"])
    Artwork.objects.filter(pk=image.artwork_id).update(state=Artwork.State.WITHDRAWN)

    assert not variants.outdated().exists()


def test_a_format_of_another_machine_is_left_to_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(variants, "served_formats", lambda: ("webp", "jpeg"))
    hang(widths=[320], formats=["avif", "webp", "jpeg"])

    assert not variants.outdated().exists()


def test_a_picture_that_was_replaced_meanwhile_keeps_its_own_sizes() -> None:
    read = hang(widths=[320], formats=["jpeg"])
    ArtworkImage.objects.filter(pk=read.pk).update(key="fresh")

    switched = variants.switch(read, widths=[160, 320], formats=["webp", "jpeg"])

    assert not switched
    assert ArtworkImage.objects.get().widths == [320]
