"""Caps, mixing, diversity and fixed places."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from artrec.errors import ShapeError
from artrec.serving.rerank import cap_per_group, insert_at, interleave, mmr

Floats = NDArray[np.float32]


def _world(seed: int, count: int, dims: int = 3) -> tuple[Floats, Floats]:
    """Scores with ties, and unit vectors some of which are equal."""
    rng = np.random.default_rng(seed)
    scores = (rng.integers(-5, 6, size=count) / 4).astype(np.float32)
    vectors = rng.integers(-2, 3, size=(count, dims)).astype(np.float32)
    vectors /= np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1)
    return scores, vectors


def _value(picked: list[int], left: int, scores: Floats, vectors: Floats, knob: float) -> float:
    low, high = float(scores.min()), float(scores.max())
    relevance = (float(scores[left]) - low) / (high - low) if high > low else 0.0
    likeness = max(float(vectors[left] @ vectors[each]) for each in picked)
    return (1 - knob) * relevance - knob * likeness


worlds = st.builds(_world, st.integers(0, 999), st.integers(1, 12))


def test_a_cap_keeps_the_best_of_each_group_in_order() -> None:
    assert list(cap_per_group(["a", "a", "b", "a", "b"], cap=2)) == [0, 1, 2, 4]


def test_interleaving_takes_turns_and_repeats_nothing() -> None:
    assert list(interleave([1, 2, 3], [2, 9], [])) == [1, 2, 3, 9]


@given(worlds, st.integers(0, 15))
def test_without_diversity_the_order_of_the_scores_stays(
    world: tuple[Floats, Floats], limit: int
) -> None:
    scores, vectors = world

    picked = mmr(scores, vectors, diversity=0, limit=limit)

    expected = sorted(range(len(scores)), key=lambda each: -scores[each])
    assert picked.tolist() == expected[:limit]


@given(worlds, st.floats(0, 1), st.integers(0, 15))
def test_nothing_is_picked_twice_and_as_much_as_there_is(
    world: tuple[Floats, Floats], diversity: float, limit: int
) -> None:
    scores, vectors = world

    picked = mmr(scores, vectors, diversity=diversity, limit=limit).tolist()

    assert len(set(picked)) == len(picked) == min(limit, len(scores))


@given(worlds, st.floats(0, 1))
def test_every_pick_is_the_best_of_what_is_left(
    world: tuple[Floats, Floats], diversity: float
) -> None:
    scores, vectors = world

    picked = mmr(scores, vectors, diversity=diversity, limit=len(scores)).tolist()

    assert scores[picked[0]] == scores.max()
    for place in range(1, len(picked)):
        before, rest = picked[:place], picked[place:]
        values = [_value(before, each, scores, vectors, diversity) for each in rest]
        assert values[0] >= max(values) - 1e-6


def test_a_copy_of_the_first_comes_after_something_else() -> None:
    scores = np.array([3.0, 2.9, 2.0, 1.0])
    vectors = np.array([[1, 0], [1, 0], [0, 1], [0, 1]], dtype=np.float32)

    assert mmr(scores, vectors, diversity=0.5, limit=4).tolist() == [0, 2, 1, 3]
    assert mmr(scores, vectors, diversity=1, limit=4).tolist() == [0, 2, 1, 3]
    assert mmr(scores, vectors, diversity=0.1, limit=4).tolist() == [0, 1, 2, 3]


@given(worlds, st.floats(0, 1), st.sampled_from([0.25, 8.0]), st.sampled_from([-4.0, 32.0]))
def test_the_range_of_the_scores_means_nothing(
    world: tuple[Floats, Floats], diversity: float, factor: float, offset: float
) -> None:
    scores, vectors = world

    picked = mmr(scores, vectors, diversity=diversity, limit=9)

    again = mmr(factor * scores + offset, vectors, diversity=diversity, limit=9)
    assert again.tolist() == picked.tolist()


def test_what_cannot_be_re_ranked_is_refused() -> None:
    scores, vectors = _world(0, 4)
    holed = scores.copy()
    holed[1] = np.nan

    with pytest.raises(ShapeError, match="do not fit"):
        mmr(scores[:3], vectors, diversity=0.5, limit=2)
    with pytest.raises(ShapeError, match="finite"):
        mmr(holed, vectors, diversity=0.5, limit=2)
    with pytest.raises(ValueError, match="from 0 to 1"):
        mmr(scores, vectors, diversity=1.1, limit=2)
    with pytest.raises(ValueError, match="0 or more"):
        mmr(scores, vectors, diversity=0.5, limit=-1)


def test_extras_stand_at_their_positions_and_the_rest_keeps_its_order() -> None:
    assert insert_at([1, 2, 3, 4], [8, 9], [3, 1]) == [1, 9, 2, 8, 3, 4]


def test_an_extra_that_is_listed_already_moves() -> None:
    assert insert_at([1, 2, 3, 4], [4], [0]) == [4, 1, 2, 3]
    assert insert_at([1, 2, 3, 4], [1], [2]) == [2, 3, 1, 4]


def test_a_position_past_the_end_is_the_end_and_what_has_no_partner_is_left_out() -> None:
    assert insert_at([1], [8, 9], [7, 5]) == [1, 9, 8]
    assert insert_at([1, 2], [8, 9], [1]) == [1, 8, 2]
    assert insert_at([1, 2], [8], [0, 1]) == [8, 1, 2]
    assert insert_at([], [], [3]) == []


@pytest.mark.parametrize(
    ("extras", "positions"), [([8, 8], [0, 1]), ([8, 9], [1, 1]), ([8], [-1])], ids=str
)
def test_extras_without_a_place_of_their_own_are_refused(
    extras: list[int], positions: list[int]
) -> None:
    with pytest.raises(ValueError, match="none twice"):
        insert_at([1, 2], extras, positions)
