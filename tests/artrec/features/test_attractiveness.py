"""The seven metrics against a slow loop and against pictures whose answer is known."""

from __future__ import annotations

import colorsys
import math

import numpy as np
import pytest
from numpy.typing import NDArray

from artrec.errors import ShapeError
from artrec.features.attractiveness import METRICS, attractiveness


def slow_metrics(rgb: NDArray[np.uint8]) -> list[float]:
    """methods.md line by line, pixel by pixel."""
    height, width = rgb.shape[:2]
    grey = [[(0.299 * r + 0.587 * g + 0.114 * b) / 255 for r, g, b in row.tolist()] for row in rgb]
    flat = [y for row in grey for y in row]
    pixels = [tuple(c / 255 for c in p) for row in rgb.tolist() for p in row]
    n = len(pixels)
    brightness = sum(flat) / n
    saturation = sum(max(p) - min(p) for p in pixels) / n

    sharp = []
    for y in range(1, height - 1):
        for x in range(1, width - 1):
            around = [grey[y + j][x + i] for j in (-1, 0, 1) for i in (-1, 0, 1)]
            laplacian = (
                grey[y - 1][x] + grey[y + 1][x] + grey[y][x - 1] + grey[y][x + 1] - 4 * grey[y][x]
            )
            mean = sum(around) / 9
            sharp.append(abs(laplacian) / mean if mean > 0 else 0.0)

    contrast = math.sqrt(sum((y - brightness) ** 2 for y in flat) / n)
    rg = [r - g for r, g, b in pixels]
    yb = [(r + g) / 2 - b for r, g, b in pixels]
    m_rg, m_yb = sum(rg) / n, sum(yb) / n
    variance = sum((v - m_rg) ** 2 for v in rg) / n + sum((v - m_yb) ** 2 for v in yb) / n
    colourful = math.sqrt(variance) + 0.3 * math.sqrt(m_rg**2 + m_yb**2)

    groups: dict[str, list[float]] = {"skin": [], "grass": [], "sky": []}
    ranges = {"skin": (25, 70), "grass": (95, 135), "sky": (185, 260)}
    for p in pixels:
        hue, lightness, s = colorsys.rgb_to_hls(*p)
        if 0.2 <= lightness <= 0.8 and s > 0.1:
            for name, (low, high) in ranges.items():
                if low <= hue * 360 <= high:
                    groups[name].append(s)
    shape = {"skin": (0.76, 0.52), "grass": (0.81, 0.53), "sky": (0.43, 0.22)}
    natural = 0.0
    for name, values in groups.items():
        if values:
            mean, (centre, spread) = sum(values) / len(values), shape[name]
            natural += math.exp(-0.5 * ((mean - centre) / spread) ** 2) * len(values) / n

    counts: dict[int, int] = {}
    for y in flat:
        counts[round(y * 255)] = counts.get(round(y * 255), 0) + 1
    bits = -sum(c / n * math.log2(c / n) for c in counts.values())
    return [brightness, saturation, sum(sharp) / len(sharp), contrast, colourful, natural, bits]


def metric(rgb: NDArray[np.uint8], name: str) -> float:
    return float(attractiveness(rgb)[METRICS.index(name)])


def plain(colour: tuple[int, int, int], side: int = 8) -> NDArray[np.uint8]:
    return np.full((side, side, 3), colour, np.uint8)


@pytest.mark.parametrize("shape", [(3, 3), (11, 17), (24, 9)])
def test_it_equals_the_slow_reference(shape: tuple[int, int], rng: np.random.Generator) -> None:
    rgb = rng.integers(0, 256, (*shape, 3), np.uint8)

    np.testing.assert_allclose(attractiveness(rgb), slow_metrics(rgb), rtol=1e-5, atol=1e-6)


def test_soft_colours_equal_the_slow_reference(rng: np.random.Generator) -> None:
    # Near-grey and mid-bright, where the naturalness groups begin and end.
    rgb = rng.integers(90, 170, (20, 20, 3), np.uint8)

    np.testing.assert_allclose(attractiveness(rgb), slow_metrics(rgb), rtol=1e-5, atol=1e-6)


def test_black_is_nothing_at_all() -> None:
    assert attractiveness(plain((0, 0, 0))).tolist() == [0] * 7


def test_white_is_only_bright() -> None:
    np.testing.assert_allclose(
        attractiveness(plain((255, 255, 255))), [1, 0, 0, 0, 0, 0, 0], atol=1e-7
    )


def test_a_checkerboard_has_one_bit_and_the_largest_contrast() -> None:
    board = (np.indices((8, 8)).sum(axis=0) % 2 * 255).astype(np.uint8)
    rgb = board[..., None].repeat(3, axis=2)

    assert metric(rgb, "entropy") == pytest.approx(1)
    assert metric(rgb, "contrast") == pytest.approx(0.5)
    # |Laplacian| is 4 everywhere; a 3 x 3 has 5 white around white, 4 around black.
    assert metric(rgb, "sharpness") == pytest.approx((4 / (5 / 9) + 4 / (4 / 9)) / 2)


def test_a_linear_gradient_is_not_sharp() -> None:
    ramp = np.broadcast_to(np.arange(10, 210, 10, dtype=np.uint8)[None, :, None], (9, 20, 3))

    assert metric(np.ascontiguousarray(ramp), "sharpness") == pytest.approx(0, abs=1e-12)


def test_plain_red_is_saturated_and_colourful_by_strength_alone() -> None:
    red = plain((255, 0, 0))

    assert metric(red, "saturation") == 1
    # No spread; rg = 1 and yb = 0.5.
    assert metric(red, "colourfulness") == pytest.approx(0.3 * math.hypot(1, 0.5))


def test_sky_of_the_usual_saturation_is_fully_natural() -> None:
    # HSL of (73, 126, 182): hue 211, lightness 0.5, saturation 0.43.
    assert metric(plain((73, 126, 182)), "naturalness") == pytest.approx(1, abs=1e-3)


def test_a_violet_picture_is_not_natural() -> None:
    assert metric(plain((150, 60, 190)), "naturalness") == 0


def test_all_tones_equally_often_have_eight_bits() -> None:
    tones = np.arange(256, dtype=np.uint8).reshape(16, 16)[..., None].repeat(3, axis=2)

    assert metric(tones, "entropy") == pytest.approx(8)


def test_it_refuses_a_picture_without_inner_pixels() -> None:
    with pytest.raises(ShapeError, match="at least 3 x 3"):
        attractiveness(np.zeros((2, 5, 3), np.uint8))
