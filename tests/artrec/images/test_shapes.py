"""Squares for networks: the paper's crop, the padded whole, and crops that miss nothing."""

from __future__ import annotations

import math

import numpy as np
import pytest
from PIL import Image
from torchvision.transforms import v2  # type: ignore[import-untyped]  # ships no types

from artrec.errors import ShapeError
from artrec.images import Interpolation, centre_crop, fit_padded, multi_crop
from tests.artrec.images.pictures import painting

SIZES = [(300, 300), (401, 250), (250, 401), (90, 200), (2000, 101)]


@pytest.mark.parametrize("size", [*SIZES, (259, 256), (256, 261)])  # margins of 17.5 and 18.5
@pytest.mark.parametrize("interpolation", ["bilinear", "bicubic", "lanczos"])
def test_centre_crop_is_torchvisions(size: tuple[int, int], interpolation: Interpolation) -> None:
    picture = painting(*size)
    reference = v2.Compose(
        [v2.Resize(256, v2.InterpolationMode(interpolation)), v2.CenterCrop(224)]
    )

    crop = centre_crop(picture, 224, resize_to=256, interpolation=interpolation)

    np.testing.assert_array_equal(crop, np.asarray(reference(picture)))


def test_a_crop_larger_than_the_picture_it_is_cut_from_is_refused() -> None:
    with pytest.raises(ShapeError, match=r"224.*200"):
        centre_crop(painting(), 224, resize_to=200)


@pytest.mark.parametrize("size", SIZES)
def test_the_padded_picture_is_whole_centred_and_in_ratio(size: tuple[int, int]) -> None:
    ground = (1, 254, 1)

    square = fit_padded(Image.new("RGB", size, "white"), 128, "bicubic", fill=ground)

    assert square.shape == (128, 128, 3)
    assert square.dtype == np.uint8
    inside = (square == 255).all(axis=-1)
    assert ((square == ground).all(axis=-1) ^ inside).all()
    rows, columns = np.flatnonzero(inside.any(axis=1)), np.flatnonzero(inside.any(axis=0))
    scale = 128 / max(size)
    assert (len(columns), len(rows)) == (round(size[0] * scale), round(size[1] * scale))
    assert abs(rows[0] - (127 - rows[-1])) <= 1
    assert abs(columns[0] - (127 - columns[-1])) <= 1


@pytest.mark.parametrize("size", SIZES)
def test_crops_together_show_every_pixel_in_order(size: tuple[int, int]) -> None:
    # Position along the longer side as brightness.
    wide = size[0] >= size[1]
    ramp = np.linspace(0, 255, max(size)).astype(np.uint8)
    plane = np.broadcast_to(ramp if wide else ramp[:, None], size[::-1])
    picture = Image.fromarray(np.stack([plane] * 3, axis=-1))

    crops = multi_crop(picture, 64, "bilinear")

    assert crops.shape == (math.ceil(max(size) / min(size)), 64, 64, 3)
    values = crops[..., 0].astype(int)
    first, last = values.min(axis=(1, 2)), values.max(axis=(1, 2))
    assert first[0] <= 2  # edges are averaged
    assert last[-1] >= 253
    assert (np.diff(first) > 0).all()
    # No gap between one crop and the next: at most a pixel's step of the ramp.
    step = math.ceil(255 / (64 * max(size) / min(size)))
    assert (first[1:] - last[:-1] <= step).all()


def test_a_single_crop_of_a_square_is_the_whole_square() -> None:
    picture = painting(128, 128)

    np.testing.assert_array_equal(multi_crop(picture, 128)[0], np.asarray(picture))
