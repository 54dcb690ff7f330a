"""The same work in changed pictures, and works that only look like it."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageOps

from artrec.images.fingerprints import TURNS, turn
from artrec.images.matching import LOOKED_AT, flipped, match, prepare
from artrec.images.sameness import Kind, Picture, compare
from benchmarks.changes import CHANGES, LOOK_ALIKES, Drawn, drawn


@pytest.fixture(scope="module")
def works() -> list[Drawn]:
    """A few works of the demo collection, of which 5 has much to hold on to."""
    return drawn(7, 420)


@pytest.fixture(scope="module")
def still_life(works: list[Drawn]) -> Image.Image:
    return works[5].image


@pytest.mark.parametrize("change", CHANGES)
def test_a_changed_picture_is_known_again(change: str, still_life: Image.Image) -> None:
    changed = CHANGES[change](still_life, np.random.default_rng(3))

    assert compare(Picture(still_life), Picture(changed)) is not None


@pytest.mark.parametrize("number", range(TURNS))
def test_a_picture_that_was_turned_is_nearly_the_same(number: int, still_life: Image.Image) -> None:
    same = compare(Picture(still_life), Picture(turn(still_life, number)))

    assert same is not None
    assert same.kind == Kind.NEAR
    assert same.distance < 12


@pytest.mark.parametrize("other", ["same hand, motif and palette", "a part of it in another work"])
def test_what_only_looks_like_it_is_another_work(other: str, works: list[Drawn]) -> None:
    alike = LOOK_ALIKES[other](works, 5)

    assert compare(Picture(works[5].image), Picture(alike)) is None


def test_the_points_of_a_mirror_image_are_those_found_in_it(still_life: Image.Image) -> None:
    found = prepare(ImageOps.mirror(still_life))

    told = flipped(prepare(still_life))

    apart = np.linalg.norm(told.places[:, None] - found.places[None], axis=2)
    alike = np.where(apart < 1, told.descriptors @ found.descriptors.T, 0).max(axis=1)
    assert np.abs(told.pixels.astype(int) - found.pixels).max() <= 2
    assert np.mean(alike > 0.98) > 0.8


def test_no_two_works_are_the_same(works: list[Drawn]) -> None:
    pictures = [Picture(work.image) for work in works]

    found = [compare(a, b) for n, a in enumerate(pictures) for b in pictures[:n]]

    assert found
    assert not any(found)


@pytest.mark.parametrize("mirrored", [False, True])
def test_a_part_is_told_with_its_place(mirrored: bool, still_life: Image.Image) -> None:
    width, height = still_life.size
    box = (round(0.2 * width), round(0.1 * height), round(0.8 * width), round(0.7 * height))
    part = turn(still_life.crop(box), 1 if mirrored else 0)

    same = compare(Picture(still_life), Picture(part))

    assert same is not None
    assert same.kind == Kind.PHOTO
    a, b, c, d, e, f = same.affine
    left, right = (a * x + b * 0.5 + c for x in (0, 1))
    top, bottom = (d * 0.5 + e * y + f for y in (0, 1))
    expected = (0.8, 0.2) if mirrored else (0.2, 0.8)
    assert (left, right) == pytest.approx(expected, abs=0.02)
    assert (top, bottom) == pytest.approx((0.1, 0.7), abs=0.02)
    other = compare(Picture(part), Picture(still_life))
    assert other is not None
    assert other.seen_from_second().affine == pytest.approx(same.affine, abs=0.02)


def test_a_border_counts_for_nothing_but_the_place(still_life: Image.Image) -> None:
    width, height = still_life.size
    bordered = ImageOps.expand(still_life, 40, "white")

    same = compare(Picture(still_life), Picture(bordered))

    assert same is not None
    assert same.kind == Kind.NEAR
    a, b, c, d, e, f = same.affine
    assert (c, f) == pytest.approx((-40 / width, -40 / height), abs=0.02)
    assert (a + b + c, d + e + f) == pytest.approx((1 + 40 / width, 1 + 40 / height), abs=0.02)


def test_words_across_a_picture_hide_it_no_more_than_they_make_it_another(
    works: list[Drawn],
) -> None:
    images = [work.image for work in works[:4]]
    marked = [Picture(CHANGES["watermark"](image, np.random.default_rng(3))) for image in images]

    found = [[compare(Picture(image), other) is not None for other in marked] for image in images]

    assert found == np.eye(len(images), dtype=bool).tolist()


def test_an_even_picture_is_the_same_as_nothing() -> None:
    even = Picture(Image.new("RGB", (90, 60), "#8899aa"))
    darker = Picture(Image.new("RGB", (60, 90), "#223344"))

    assert compare(even, darker) is None
    assert match(even.upright, darker.upright) is None


def test_a_picture_of_sixteen_pixels_is_read_as_any_other() -> None:
    picture = Picture(Image.new("RGB", (16, 320), "white"))

    assert max(picture.upright.pixels.shape) == LOOKED_AT
