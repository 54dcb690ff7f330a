"""Neighbourhoods: nested, of every work, and the same again when the collection grows."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from numpy.typing import NDArray

from artrec.atlas.layers import counts, layers
from artrec.atlas.matching import match
from artrec.errors import ShapeError

RNG = np.random.default_rng(0)
POINTS = RNG.uniform(-1, 1, size=(2000, 2)).astype(np.float32)


def nested(found: list[NDArray[np.int64]]) -> bool:
    return all(
        len(np.unique(np.stack([coarse, fine], axis=1), axis=0)) == fine.max() + 1
        for coarse, fine in pairwise(found)
    )


@pytest.mark.parametrize("works", [1, 2, 3, 30, 500, 2000])
def test_every_work_has_a_neighbourhood_in_every_layer(works: int) -> None:
    found = layers(POINTS[:works], POINTS[:works])

    assert 2 <= len(found) <= 4
    assert nested(found)
    for labels in found:
        assert labels.shape == (works,)
        assert set(labels.tolist()) == set(range(labels.max() + 1))
        assert (np.diff(np.bincount(labels)) <= 0).all()  # the largest first


@pytest.mark.parametrize("works", [30, 1000, 10_000, 100_000])
def test_layers_grow_finer_with_the_collection(works: int) -> None:
    found = counts(works)

    assert 2 <= len(found) <= 4
    assert found == sorted(set(found))
    assert found[0] <= 12
    assert found[-1] <= 600


def test_islands_are_neighbourhoods() -> None:
    islands = np.repeat([[-1, -1], [1, 1], [-1, 1]], 50, axis=0)
    points = (islands + 0.05 * RNG.normal(size=islands.shape)).astype(np.float32)

    coarse = layers(points, points)[0]

    assert [len(set(coarse[at : at + 50].tolist())) for at in (0, 50, 100)] == [1, 1, 1]
    assert len(set(coarse.tolist())) == 3


def test_works_in_one_place_are_one_neighbourhood() -> None:
    found = layers(np.zeros((50, 2), np.float32), np.zeros((50, 2), np.float32))

    assert all(labels.max() == 0 for labels in found)


def test_former_neighbourhoods_are_kept_where_works_come_in() -> None:
    old = layers(POINTS[:1600], POINTS[:1600])
    former = [np.concatenate([labels, np.full(400, -1)]) for labels in old]

    kept = layers(POINTS, POINTS, former=former)
    afresh = layers(POINTS, POINTS, seed=1)

    def stability(found: list[NDArray[np.int64]]) -> float:
        before = dict(enumerate(old[-1].tolist()))
        return match(before, dict(enumerate(found[-1].tolist()))).stability

    assert nested(kept)
    assert [labels.max() for labels in kept] == [labels.max() for labels in old]
    assert stability(kept) > 0.85
    assert stability(kept) > stability(afresh)


def test_a_collection_that_outgrew_its_neighbourhoods_has_new_ones() -> None:
    former = [np.concatenate([labels, np.full(1500, -1)]) for labels in layers(*[POINTS[:500]] * 2)]

    found = layers(POINTS, POINTS, former=former)

    assert [int(labels.max()) + 1 for labels in found] == counts(2000)


def test_rows_must_fit() -> None:
    with pytest.raises(ShapeError, match="2000 points"):
        layers(POINTS[:5], POINTS)
    with pytest.raises(ShapeError, match="2000 points"):
        layers(POINTS, POINTS, former=[np.zeros(3, dtype=np.int64)])
