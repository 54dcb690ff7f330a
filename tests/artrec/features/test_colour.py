"""The colour family against a slow loop and against pictures whose answer is known."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from artrec.errors import ShapeError
from artrec.features.colour import DIM, HISTOGRAM_BINS, colour_features, layout, soft_histogram
from artrec.images.palette import to_lab

LIGHTNESS = [10, 30, 50, 70, 90]
OPPONENT = [-50, -25, 0, 25, 50]


def triangle(value: float, centres: list[int]) -> list[float]:
    """Linear share of each bin, values beyond the outer centres counted there."""
    step = centres[1] - centres[0]
    clipped = min(max(value, centres[0]), centres[-1])
    return [max(0.0, 1 - abs(clipped - centre) / step) for centre in centres]


def plain(colour: tuple[int, int, int]) -> NDArray[np.uint8]:
    return np.full((12, 12, 3), colour, np.uint8)


def test_the_histogram_equals_the_slow_reference(rng: np.random.Generator) -> None:
    lab = to_lab(rng.integers(0, 256, (9, 13, 3), np.uint8))
    expected = np.zeros((5, 5, 5))
    for lightness, a, b in lab.reshape(-1, 3).tolist():
        for i, wl in enumerate(triangle(lightness, LIGHTNESS)):
            for j, wa in enumerate(triangle(a, OPPONENT)):
                for k, wb in enumerate(triangle(b, OPPONENT)):
                    expected[i, j, k] += wl * wa * wb

    histogram = soft_histogram(lab)

    np.testing.assert_allclose(histogram, expected.ravel() / (9 * 13), atol=1e-6)


def test_the_layout_equals_the_mean_of_each_cell(rng: np.random.Generator) -> None:
    lab = to_lab(rng.integers(0, 256, (10, 17, 3), np.uint8))

    cells = layout(lab)

    # Edges of four parts of 10 and 17, rounded down: 0 2 5 7 10 and 0 4 8 12 17.
    np.testing.assert_allclose(cells[1, 3], lab[2:5, 12:17].mean(axis=(0, 1)), rtol=1e-5)
    np.testing.assert_allclose(cells[3, 0], lab[7:10, 0:4].mean(axis=(0, 1)), rtol=1e-5)


def test_white_falls_into_the_brightest_neutral_bin() -> None:
    histogram = colour_features(plain((255, 255, 255)))[:HISTOGRAM_BINS]

    assert histogram[4 * 25 + 2 * 5 + 2] == pytest.approx(1, abs=0.02)


def test_the_histogram_part_has_length_one(rng: np.random.Generator) -> None:
    features = colour_features(rng.integers(0, 256, (20, 30, 3), np.uint8))

    assert features.shape == (DIM,)
    assert np.linalg.norm(features[:HISTOGRAM_BINS]) == pytest.approx(1, abs=1e-5)


def test_a_slightly_warmer_print_is_nearer_than_another_colour() -> None:
    print_, warmer, blue = (
        colour_features(plain(colour))[:HISTOGRAM_BINS]
        for colour in ((180, 140, 90), (186, 140, 84), (60, 90, 200))
    )

    assert print_ @ warmer > 0.95
    assert print_ @ blue < 0.3


def test_the_layout_tells_where_the_colours_are() -> None:
    above = np.vstack([plain((250, 240, 90)), plain((20, 40, 120))])

    features, upside_down = colour_features(above), colour_features(above[::-1].copy())

    np.testing.assert_allclose(features[:HISTOGRAM_BINS], upside_down[:HISTOGRAM_BINS], atol=1e-6)
    assert np.abs(features[HISTOGRAM_BINS:] - upside_down[HISTOGRAM_BINS:]).max() > 0.5


def test_it_refuses_a_picture_smaller_than_its_grid() -> None:
    with pytest.raises(ShapeError, match="at least 4 x 4"):
        colour_features(np.zeros((3, 9, 3), np.uint8))
