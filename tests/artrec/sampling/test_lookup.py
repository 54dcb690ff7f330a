from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from artrec.sampling.lookup import contains, expand, gaps_between, group_by, pick, pick_free
from artrec.sampling.sampler import equal_rounds


@given(st.lists(st.sets(st.integers(0, 9)), min_size=1, max_size=5), st.integers(0, 2**32 - 1))
def test_free_places_are_exactly_those_no_interval_covers(taken: list[set[int]], seed: int) -> None:
    rows = np.repeat(np.arange(len(taken)), [len(places) for places in taken])
    starts = np.array([place for places in taken for place in sorted(places)], dtype=np.int64)
    gaps = gaps_between(rows, starts, np.ones_like(starts), len(taken), 10)
    open_rows = np.flatnonzero(gaps.free)

    drawn = pick_free(gaps, np.repeat(open_rows, 200), np.random.default_rng(seed))

    assert gaps.free.tolist() == [10 - len(places) for places in taken]
    for row, places in zip(open_rows, drawn.reshape(len(open_rows), 200), strict=True):
        assert set(places.tolist()) == set(range(10)) - taken[row]


def test_free_places_are_equally_likely_between_long_intervals() -> None:
    gaps = gaps_between(np.array([1, 1]), np.array([2, 10]), np.array([5, 3]), n_rows=3, line=20)

    drawn = pick_free(gaps, np.full(48_000, 1), np.random.default_rng(0))

    counts = np.bincount(drawn, minlength=20)
    free = [0, 1, 7, 8, 9, *range(13, 20)]
    assert counts.sum() == counts[free].sum()
    assert np.all(np.abs(counts[free] - 4_000) < 300)


@given(st.lists(st.integers(-1, 4), max_size=30))
def test_groups_hold_each_labelled_position_once(labels: list[int]) -> None:
    groups = group_by(np.array(labels, dtype=np.int64), 5)

    for label in range(5):
        members = groups.members[groups.ptr[label] : groups.ptr[label + 1]]
        assert members.tolist() == [i for i, found in enumerate(labels) if found == label]


def test_members_of_a_group_are_equally_likely() -> None:
    groups = group_by(np.array([1, 0, 1, 1, 2]), 3)

    drawn = pick(groups, np.ones(30_000, dtype=np.int64), np.random.default_rng(0))

    assert np.all(np.abs(np.bincount(drawn, minlength=5)[[0, 2, 3]] - 10_000) < 400)


@given(st.sets(st.integers(0, 30)), st.lists(st.integers(0, 30), max_size=20))
def test_membership_agrees_with_sets(keys: set[int], wanted: list[int]) -> None:
    ordered = np.array(sorted(keys), dtype=np.int64)

    found = contains(ordered, np.array(wanted, dtype=np.int64))

    assert found.tolist() == [value in keys for value in wanted]


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 5)), max_size=10))
def test_slices_are_written_out_one_after_the_other(slices: list[tuple[int, int]]) -> None:
    starts = np.array([start for start, _ in slices], dtype=np.int64)
    stops = starts + np.array([length for _, length in slices], dtype=np.int64)

    expected = [place for start, length in slices for place in range(start, start + length)]
    assert expand(starts, stops).tolist() == expected


@given(st.integers(1, 20), st.integers(0, 200), st.integers(0, 2**32 - 1))
def test_sources_come_equally_often_to_within_one(n_sources: int, n: int, seed: int) -> None:
    drawn = equal_rounds(np.arange(n_sources), n, np.random.default_rng(seed))

    counts = np.bincount(drawn, minlength=n_sources)
    assert counts.sum() == n
    assert counts.max() - counts.min() <= 1
