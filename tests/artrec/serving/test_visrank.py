"""VisRank's scores and the bound that makes merging exact."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from artrec.errors import ShapeError
from artrec.serving import visrank


def _unit(rng: np.random.Generator, n: int, dim: int = 6) -> visrank.Floats:
    rows = rng.normal(size=(n, dim)).astype(np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    return rows


def test_score_matches_a_hand_worked_case() -> None:
    profile = np.array([[1, 0], [0, 1], [0.6, 0.8]], dtype=np.float32)
    candidate = np.array([[1, 0]], dtype=np.float32)  # cosines 1, 0, .6

    assert visrank.score(candidate, profile, top=1).values == pytest.approx([1.0])
    assert visrank.score(candidate, profile, top=2).values == pytest.approx([0.8])
    assert visrank.score(candidate, profile, top=3).values == pytest.approx([1.6 / 3])
    assert visrank.score(candidate, profile, top=9).values == pytest.approx([1.6 / 3])
    assert visrank.score(candidate, profile, top=2).evidence.tolist() == [0]


@given(
    seed=st.integers(0, 2**32 - 1),
    likes=st.integers(1, 6),
    top=st.integers(1, 8),
    depth=st.integers(1, 40),
)
def test_a_settled_list_is_the_list_of_a_full_scan(
    seed: int, likes: int, top: int, depth: int
) -> None:
    rng = np.random.default_rng(seed)
    items, profile = _unit(rng, 40), _unit(rng, likes)
    cosines = items @ profile.T
    order = np.argsort(-cosines, axis=0, kind="stable")[:depth]
    seen = np.unique(order)
    ends = np.array([cosines[order[-1, j], j] for j in range(likes)], dtype=np.float32)
    if depth == len(items):
        ends[:] = -1.0

    values = visrank.score(items[seen], profile, top=top).values
    bound = visrank.unseen_bound(ends, top=top)

    full = visrank.score(items, profile, top=top).values
    unseen = np.setdiff1d(np.arange(len(items)), seen)
    assert (full[unseen] <= bound + 1e-6).all()
    if visrank.is_settled(values, limit=5, bound=bound):
        assert np.sort(values)[::-1][:5] == pytest.approx(np.sort(full)[::-1][:5], abs=1e-6)


def test_lists_read_to_their_ends_are_settled_however_short() -> None:
    bound = visrank.unseen_bound(np.array([-1.0, -1.0], dtype=np.float32), top=2)

    assert visrank.is_settled(np.array([0.3], dtype=np.float32), limit=5, bound=bound)


@pytest.mark.parametrize(
    ("candidates", "profile", "top"),
    [((3, 4), (0, 4), 1), ((3, 4), (2, 5), 1), ((3, 4), (2, 4), 0)],
)
def test_score_refuses_what_has_no_meaning(
    candidates: tuple[int, int], profile: tuple[int, int], top: int
) -> None:
    with pytest.raises(ShapeError):
        visrank.score(
            np.zeros(candidates, dtype=np.float32), np.zeros(profile, dtype=np.float32), top=top
        )
