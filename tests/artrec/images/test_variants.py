"""Served sizes: never larger than the picture, in its ratio, without metadata."""

from __future__ import annotations

import base64
import io

import numpy as np
import pytest
from PIL import Image

from artrec.images import make_variants, placeholder, served_formats, variants
from tests.artrec.images.pictures import difference, painting


def unable(*_args: object) -> None:
    raise OSError("encoder not available")


@pytest.mark.parametrize(
    ("size", "widths"),
    [
        ((3000, 2000), [2048, 1280, 960, 640, 480, 320, 240, 160]),
        ((1000, 1500), [1000, 960, 640, 480, 320, 240, 160]),
        ((640, 480), [640, 480, 320, 240, 160]),
        ((150, 100), [150]),
        ((2000, 100), [2000, 1280, 960, 640, 480, 320, 240, 160]),
    ],
)
def test_sizes_are_the_asked_widths_and_never_larger_than_the_picture(
    size: tuple[int, int], widths: list[int]
) -> None:
    expected = [(width, round(size[1] * width / size[0])) for width in widths]

    made = list(make_variants(painting(*size)))

    for kind in ("avif", "webp", "jpeg"):
        assert [(v.width, v.height) for v in made if v.format == kind] == expected


def test_each_variant_is_the_same_picture_in_the_stated_format_and_size() -> None:
    picture = painting(700, 500)

    for variant in make_variants(picture):
        decoded = Image.open(io.BytesIO(variant.data))
        assert (decoded.format or "").lower() == variant.format
        assert decoded.size == (variant.width, variant.height)
        assert difference(decoded, picture.resize(decoded.size)) < 4


def test_what_is_there_is_not_made_again() -> None:
    known = {(320, "webp"), (320, "jpeg"), (160, "avif"), (160, "webp"), (160, "jpeg")}

    made = list(make_variants(painting(400, 300), widths=(160, 320), known=known))

    assert [(v.width, v.height, v.format) for v in made] == [(320, 240, "avif")]


def test_a_pillow_without_an_encoder_for_avif_makes_the_other_formats(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(Image.SAVE, "AVIF", unable)
    variants._can_write_avif.cache_clear()

    made = list(make_variants(painting(300, 200), widths=(160,)))
    variants._can_write_avif.cache_clear()

    assert [v.format for v in made] == ["webp", "jpeg"]
    monkeypatch.undo()
    assert served_formats() == ("avif", "webp", "jpeg")


def test_variants_carry_no_metadata() -> None:
    picture = painting(400, 300)
    picture.info = {"icc_profile": b"x" * 200, "exif": b"Exif\0\0secret", "comment": b"secret"}

    for variant in make_variants(picture):
        info = Image.open(io.BytesIO(variant.data)).info
        assert not {"icc_profile", "exif", "comment", "xmp"} & set(info)


def test_a_scroll_taller_than_webp_can_hold_is_made_narrower() -> None:
    made = list(make_variants(Image.new("RGB", (1000, 20_000)), widths=(2048,)))

    assert {(v.width, v.height) for v in made} == {(819, 16_380)}


def test_a_placeholder_is_tiny_and_has_the_colours_and_ratio_of_the_picture() -> None:
    picture = painting(900, 600)

    uri = placeholder(picture)

    assert uri.startswith("data:image/webp;base64,")
    assert len(uri) <= 400
    tiny = Image.open(io.BytesIO(base64.b64decode(uri.partition(",")[2])))
    assert tiny.width / tiny.height == pytest.approx(1.5, abs=0.1)
    assert difference(tiny, picture.resize(tiny.size, Image.Resampling.BOX)) < 25


def test_a_placeholder_of_noise_fits_as_well() -> None:
    noise = np.random.default_rng(0).integers(0, 2, (20, 20, 3), dtype=np.uint8) * 255

    assert len(placeholder(Image.fromarray(noise))) <= 400
