from __future__ import annotations

import numpy as np
import pytest

from webapp.mine.grouping import groups, silhouette


def _around(rng: np.random.Generator, *centres: tuple[float, float, float]) -> np.ndarray:
    """Five unit vectors about each centre, in turn."""
    rows = [np.array(centre) + rng.normal(0, 0.05, 3) for _ in range(5) for centre in centres]
    return np.array([row / np.linalg.norm(row) for row in rows], dtype=np.float32)


def test_works_that_look_alike_are_found_whatever_their_order(rng: np.random.Generator) -> None:
    rows = _around(rng, (1, 0, 0), (0, 1, 0), (0, 0, 1))

    found = groups(rows)

    assert sorted(found) == [list(range(start, 15, 3)) for start in range(3)]


@pytest.mark.parametrize("number", [0, 1, 5])
def test_few_works_are_one_group(rng: np.random.Generator, number: int) -> None:
    rows = _around(rng, (1, 0, 0))[:number]

    assert groups(rows) == ([list(range(number))] if number else [])


def test_works_that_are_all_the_same_are_one_group() -> None:
    rows = np.tile(np.array([[0.6, 0.8]], dtype=np.float32), (12, 1))

    assert groups(rows) == [list(range(12))]


def test_the_silhouette_is_that_of_its_definition() -> None:
    places = np.array([0.0, 1.0, 10.0, 12.0, 30.0])
    distances = np.abs(places[:, None] - places)
    labels = np.array([0, 0, 1, 1, 2])

    # By hand: a and b of each point; the last stands alone.
    expected = np.mean([(11 - 1) / 11, (10 - 1) / 10, (9.5 - 2) / 9.5, (11.5 - 2) / 11.5, 0])
    assert silhouette(distances, labels) == pytest.approx(expected)
