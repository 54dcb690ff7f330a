"""Local binary patterns against a slow loop and against pictures whose answer is known."""

from __future__ import annotations

import math

import numpy as np
import pytest
from numpy.typing import NDArray

from artrec.errors import ShapeError
from artrec.features.lbp import BINS, lbp_histogram, luma

STEPS = [(0, 1), (-1, 1), (-1, 0), (-1, -1), (0, -1), (1, -1), (1, 0), (1, 1)]


def slow_codes(grey: NDArray[np.float64]) -> list[int]:
    """Ojala's operator pixel by pixel, bilinear interpolation written out."""
    codes = []
    for y in range(1, grey.shape[0] - 1):
        for x in range(1, grey.shape[1] - 1):
            code = 0
            for bit in range(8):
                angle = 2 * math.pi * bit / 8
                dy, dx = -math.sin(angle), math.cos(angle)
                y0, x0 = math.floor(y + dy + 1e-9), math.floor(x + dx + 1e-9)
                fy, fx = y + dy - y0, x + dx - x0
                value = 0.0
                for oy, wy in ((0, 1 - fy), (1, fy)):
                    for ox, wx in ((0, 1 - fx), (1, fx)):
                        if wy * wx > 1e-9:
                            value += wy * wx * grey[y0 + oy, x0 + ox]
                code |= (value >= grey[y, x] - 1e-9) << bit
            codes.append(code)
    return codes


def slow_histogram(grey: NDArray[np.float64]) -> NDArray[np.float64]:
    bins: dict[int, int] = {}
    for code in range(256):
        circle = [code >> bit & 1 for bit in range(8)]
        if sum(circle[i] != circle[i - 1] for i in range(8)) <= 2:
            bins[code] = len(bins)
    histogram = np.zeros(59)
    for code in slow_codes(grey):
        histogram[bins.get(code, 58)] += 1
    shares: NDArray[np.float64] = histogram / histogram.sum()
    return shares


@pytest.mark.parametrize("shape", [(3, 3), (7, 12), (20, 15)])
def test_it_equals_the_slow_reference(shape: tuple[int, int], rng: np.random.Generator) -> None:
    rgb = rng.integers(0, 256, (*shape, 3), np.uint8)

    histogram = lbp_histogram(rgb)

    np.testing.assert_allclose(histogram, slow_histogram(luma(rgb)), atol=1e-6)


def test_few_tones_with_many_ties_equal_the_slow_reference(rng: np.random.Generator) -> None:
    rgb = rng.integers(0, 3, (16, 16, 1), np.uint8).repeat(3, axis=2) * np.uint8(100)

    histogram = lbp_histogram(rgb)

    np.testing.assert_allclose(histogram, slow_histogram(luma(rgb)), atol=1e-6)


def test_a_flat_picture_has_one_pattern_the_full_circle() -> None:
    # All neighbours equal the centre, so all bits are set: code 255, the last uniform one.
    histogram = lbp_histogram(np.full((9, 9, 3), (200, 30, 77), np.uint8))

    assert histogram[BINS - 2] == 1


def test_a_checkerboard_has_two_patterns() -> None:
    board = (np.indices((10, 10)).sum(axis=0) % 2 * 255).astype(np.uint8)

    histogram = lbp_histogram(board[..., None].repeat(3, axis=2))

    # On black all eight are at least as bright. On white none is, not even the interpolated
    # diagonals: code 0.
    assert histogram[0] == pytest.approx(0.5)
    assert histogram[BINS - 2] == pytest.approx(0.5)


def test_a_gradient_has_one_pattern_the_bright_half_circle() -> None:
    ramp = np.broadcast_to(np.arange(0, 240, 8, dtype=np.uint8)[None, :, None], (12, 30, 3))

    histogram = lbp_histogram(np.ascontiguousarray(ramp))

    # Brighter to the right: right, both right diagonals, up and down are set, bits 0 1 2 6 7.
    code = 0b11000111
    uniform = [
        c for c in range(256) if sum((c >> i & 1) != (c >> (i - 1) % 8 & 1) for i in range(8)) <= 2
    ]
    assert histogram[uniform.index(code)] == 1


def test_it_sums_to_one_and_has_59_bins(rng: np.random.Generator) -> None:
    histogram = lbp_histogram(rng.integers(0, 256, (33, 21, 3), np.uint8))

    assert histogram.shape == (59,)
    assert histogram.dtype == np.float32
    assert histogram.sum() == pytest.approx(1, abs=1e-6)


@pytest.mark.parametrize(
    "picture",
    [
        np.zeros((2, 9, 3), np.uint8),
        np.zeros((9, 9), np.uint8),
        np.zeros((9, 9, 4), np.uint8),
        np.zeros((9, 9, 3), np.float32),
    ],
)
def test_it_refuses_what_is_no_rgb_picture(picture: NDArray[np.uint8]) -> None:
    with pytest.raises(ShapeError):
        lbp_histogram(picture)
