from __future__ import annotations

import io

import numpy as np
from PIL import Image

from artrec.images.masks import SIDE, alpha_mask


def opened(values: np.ndarray, ratio: float) -> Image.Image:
    mask = Image.open(io.BytesIO(alpha_mask(values, ratio=ratio)))
    assert mask.format == "PNG"
    return mask


def test_a_mask_is_opaque_where_its_values_are_high() -> None:
    values = np.zeros((4, 4))
    values[:, 2:] = 1

    alpha = np.asarray(opened(values, 1.0).getchannel("A"))

    assert alpha[:, : SIDE // 4].max() < 20
    assert alpha[:, -SIDE // 4 :].min() > 235


def test_a_mask_has_the_ratio_of_its_picture() -> None:
    assert opened(np.ones((2, 4)), 2.0).size == (SIDE, SIDE // 2)
    assert opened(np.ones((4, 2)), 0.5).size == (SIDE // 2, SIDE)
    assert opened(np.ones((16, 1)), 0.001).size == (1, SIDE)


def test_values_beyond_the_range_are_cut_off() -> None:
    alpha = np.asarray(opened(np.array([[-3.0, 9.0]]), 2.0).getchannel("A"))

    assert alpha[:, :8].max() < 20
    assert alpha[:, -8:].min() > 235
