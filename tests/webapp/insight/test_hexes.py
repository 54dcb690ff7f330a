"""Hexagons over the map: every work in the nearest one, every shade where it belongs."""

from __future__ import annotations

import numpy as np
import pytest

from webapp.insight import hexes


@pytest.fixture
def points(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    return rng.uniform(-1, 1, 600), rng.uniform(-0.4, 0.7, 600)


def test_each_work_is_in_the_hexagon_whose_middle_is_nearest(
    points: tuple[np.ndarray, np.ndarray],
) -> None:
    x, y = points
    frame = hexes.frame(x, y)

    found = hexes.cells(frame, x, y)

    px = hexes.MARGIN + (x - frame.left) * frame.scale
    py = hexes.MARGIN + (y - frame.top) * frame.scale
    distances = np.hypot(px[:, None] - found.x, py[:, None] - found.y)
    own = distances[np.arange(len(x)), found.of]
    assert own == pytest.approx(distances.min(axis=1))
    assert own.max() <= found.radius * 1.0001


def test_all_works_stand_within_the_picture_and_y_grows_downwards(
    points: tuple[np.ndarray, np.ndarray],
) -> None:
    x, y = points

    frame = hexes.frame(x, y)

    for value in (x.min(), x.max()):
        assert 0 <= frame.x(value) <= hexes.SIDE
    assert frame.y(y.min()) == hexes.MARGIN
    assert frame.y(y.max()) == pytest.approx(frame.height - hexes.MARGIN, abs=0.2)


def test_works_at_one_place_are_one_hexagon() -> None:
    same = np.zeros(5)
    frame = hexes.frame(same, same)

    found = hexes.cells(frame, same, same)

    assert len(found.x) == 1
    assert found.mean(np.array([1.0, 2.0, np.nan, 3.0, np.nan])).tolist() == [2.0]


def test_a_hexagon_without_a_value_has_no_mean_and_no_shade() -> None:
    x, y = np.array([-1.0, 1.0]), np.zeros(2)
    found = hexes.cells(hexes.frame(x, y), x, y)

    means = found.mean(np.array([0.5, np.nan]))

    assert sorted(hexes.by_rank(means, 9).tolist()) == [-1, 0]
    assert sorted(hexes.by_step(means, [0.25, 0.75]).tolist()) == [-1, 1]


def test_shades_by_rank_are_shared_out_evenly_and_rise() -> None:
    values = np.arange(18.0)[::-1]

    shades = hexes.by_rank(values, 9)

    assert np.bincount(shades).tolist() == [2] * 9
    assert shades.tolist() == sorted(shades.tolist(), reverse=True)


def test_a_path_holds_the_hexagons_of_its_shade() -> None:
    x, y = np.array([-1.0, 0.0, 1.0]), np.zeros(3)
    found = hexes.cells(hexes.frame(x, y), x, y)

    paths = hexes.paths(found, np.array([0, 2, -1]), 3)

    assert [path.count("M") for path in paths] == [1, 0, 1]
    assert paths[0].endswith("z")
