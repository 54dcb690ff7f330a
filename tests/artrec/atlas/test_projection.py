"""Laying a collection out, keeping to a former map, placing new works."""

from __future__ import annotations

import numpy as np
import pytest

from artrec.atlas.alignment import align
from artrec.atlas.measures import purity, trustworthiness
from artrec.atlas.neighbours import Floats, nearest
from artrec.atlas.projection import Projection, project
from artrec.errors import DataError, ShapeError
from tests.artrec.atlas.worlds import collection

VECTORS, GROUPS = collection()


@pytest.fixture(scope="module")
def drawn() -> Projection:
    return project(VECTORS)


def test_groups_lie_together_in_the_square(drawn: Projection) -> None:
    near, _ = nearest(drawn.points, 5)

    assert drawn.points.shape == (240, 2)
    assert drawn.points.dtype == np.float32
    assert np.abs(drawn.points).max() == pytest.approx(1)
    assert (GROUPS[near] == GROUPS[:, None]).mean() > 0.97
    assert trustworthiness(VECTORS, drawn.points) > 0.8


def test_no_work_covers_another(drawn: Projection) -> None:
    _, apart = nearest(drawn.points, 1)

    assert apart.min() > 0.4 / np.sqrt(240)


def test_the_same_seed_gives_the_same_map(drawn: Projection) -> None:
    np.testing.assert_array_equal(project(VECTORS).points, drawn.points)


def test_a_new_map_keeps_to_the_places_of_the_old(drawn: Projection) -> None:
    more, _ = collection(300)
    vectors = np.concatenate([VECTORS, more[:60]])
    # All groups are equally far from each other, so any arrangement of them is as good.
    old = _exchanged(drawn.points)
    start = np.full((300, 2), np.nan)
    start[:240] = old
    same = np.stack([np.arange(240)] * 2, axis=1)

    _, drift = align(project(vectors, start=start).points, old, same)
    _, afresh = align(project(vectors).points, old, same)

    assert np.median(drift) < np.median(afresh) / 3


def _exchanged(points: Floats) -> Floats:
    """Two groups that stand beside each other, each in the place of the other."""
    middles = np.stack([points[group == GROUPS].mean(axis=0) for group in range(4)])
    x, y = (middles - middles.mean(axis=0)).T
    one, other = np.argsort(np.arctan2(y, x))[:2]
    moved = points.copy()
    moved[one == GROUPS] += middles[other] - middles[one]
    moved[other == GROUPS] += middles[one] - middles[other]
    return moved


def test_new_works_are_placed_in_their_group_and_nothing_moves(drawn: Projection) -> None:
    newcomers, groups = collection(40, seed=7)
    before = drawn.points.copy()

    placed = drawn.place(newcomers)

    near, _ = nearest(drawn.points, 5, queries=placed)
    assert (GROUPS[near] == groups[:, None]).mean() > 0.95
    np.testing.assert_array_equal(drawn.points, before)


def test_a_map_that_was_kept_places_alike(drawn: Projection) -> None:
    kept = Projection.from_bytes(drawn.to_bytes())

    np.testing.assert_array_equal(kept.points, drawn.points)
    np.testing.assert_array_equal(kept.place(VECTORS[:9]), drawn.place(VECTORS[:9]))


def test_other_bytes_are_refused() -> None:
    with pytest.raises(DataError, match="no map"):
        Projection.from_bytes(b"PK\x03\x04 something else")


@pytest.mark.parametrize("works", [1, 2, 3, 4, 5, 9])
def test_a_handful_of_works_has_a_map(works: int) -> None:
    drawn = project(VECTORS[:works])

    assert drawn.points.shape == (works, 2)
    assert np.isfinite(drawn.points).all()
    assert drawn.place(VECTORS[:2]).shape == (2, 2)
    assert purity(np.zeros(works, dtype=np.int64), np.zeros(works)) == 1


def test_copies_of_one_work_have_a_map() -> None:
    drawn = project(np.ones((30, 8), dtype=np.float32))

    assert np.isfinite(drawn.points).all()


def test_progress_grows_to_one_and_ends_what_raises() -> None:
    shares: list[float] = []

    def stop(share: float) -> None:
        if share > 0.5:
            raise InterruptedError

    project(VECTORS[:40], on_progress=shares.append)

    assert shares == sorted(shares)
    assert shares[-1] == pytest.approx(1)
    with pytest.raises(InterruptedError):
        project(VECTORS[:40], on_progress=stop)


def test_bad_vectors_are_named() -> None:
    broken = VECTORS[:20].copy()
    broken[3, 1] = np.nan

    with pytest.raises(ShapeError, match="work number 3"):
        project(broken)
    with pytest.raises(ShapeError, match="one vector for each work"):
        project(np.zeros((0, 4)))
    with pytest.raises(ShapeError, match="20 works cannot start"):
        project(VECTORS[:20], start=np.zeros((3, 2)))
    with pytest.raises(ShapeError, match="24 dimensions; these works have 5"):
        project(VECTORS[:20]).place(np.ones((1, 5)))
