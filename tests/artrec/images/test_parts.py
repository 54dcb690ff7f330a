"""Parts of pictures, and small copies of them."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from artrec.errors import TooSmallError
from artrec.images import part, small_copy


def quarters() -> Image.Image:
    """Red, green / blue, white; 200 x 100."""
    colours = [[(255, 0, 0), (0, 255, 0)], [(0, 0, 255), (255, 255, 255)]]
    return Image.fromarray(np.array(colours, np.uint8)).resize((200, 100), Image.Resampling.NEAREST)


def test_a_part_is_what_the_box_names() -> None:
    found = part(quarters(), (0.5, 0.0, 0.5, 0.5))

    assert found.size == (100, 50)
    assert found.getcolors() == [(5000, (0, 255, 0))]


def test_what_lies_outside_the_picture_is_left_out() -> None:
    found = part(quarters(), (-1.0, 0.5, 1.5, 2.0))

    assert found.size == (100, 50)
    assert found.getcolors() == [(5000, (0, 0, 255))]


@pytest.mark.parametrize("box", [(0.1, 0.1, 0.05, 0.9), (0.2, 0.2, 0.0, 0.0), (2.0, 0.0, 1.0, 1.0)])
def test_a_part_of_a_few_pixels_is_refused(box: tuple[float, float, float, float]) -> None:
    with pytest.raises(TooSmallError, match="Choose a larger part"):
        part(quarters(), box)


def test_a_small_copy_keeps_the_ratio_and_the_colours() -> None:
    copy = Image.open(io.BytesIO(small_copy(quarters(), longest=80)))

    assert (copy.format, copy.size) == ("JPEG", (80, 40))
    assert np.abs(np.asarray(copy)[5, 60].astype(int) - (0, 255, 0)).max() < 6


def test_a_small_picture_is_not_enlarged_and_tells_nothing_about_itself() -> None:
    picture = quarters()
    picture.info["comment"] = b"made by me"

    copy = Image.open(io.BytesIO(small_copy(picture, longest=500, kind="webp")))

    assert (copy.format, copy.size) == ("WEBP", (200, 100))
    assert not {"comment", "exif", "icc_profile"} & set(copy.info)
    assert picture.info
