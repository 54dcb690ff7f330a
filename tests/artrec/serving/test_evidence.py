"""Evidence beyond what the contract holds every head to: by hand, and what is refused."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from artrec.errors import ShapeError
from artrec.serving import fold_in
from artrec.serving.bundle import Bundle
from artrec.serving.evidence import evidence
from artrec.serving.fold_in import References
from artrec.serving.leave_one_out import queries_without

Floats = NDArray[np.float32]

MAXIMUM = Bundle(model="visrank", head="rows", dim=2, scored=2, profile=(0, 2), settings={"top": 1})
MEAN = Bundle(model="visrank", head="mean", dim=2, scored=2, profile=(0, 2))
ROWS = np.array([[1, 0], [0, 1], [0.6, 0.8]], dtype=np.float32)
ITEMS = np.array([[0.9, 0.1], [0.1, 0.9], [-1, 0], [0, -1]], dtype=np.float32)


def test_by_the_maximum_the_nearest_work_is_the_only_reason() -> None:
    reasons = evidence(MAXIMUM, ROWS, ITEMS)

    assert [[reason.row for reason in each] for each in reasons[:2]] == [[0], [1]]


def test_works_that_pull_a_candidate_down_are_no_reasons() -> None:
    reasons = evidence(MEAN, ROWS, ITEMS)

    assert [reason.row for reason in reasons[0]] == [0]
    assert [reason.row for reason in reasons[1]] == [1, 2]


def test_no_more_reasons_than_asked_for() -> None:
    assert len(evidence(MEAN, ROWS, ITEMS)[1]) == 2
    assert len(evidence(MEAN, ROWS, ITEMS, top=1)[1]) == 1


def test_the_scale_of_stored_rows_and_half_floats_change_no_reason() -> None:
    scaled = replace(MEAN, scale=4.0)

    found = evidence(scaled, (4 * ROWS).astype(np.float16), (4 * ITEMS).astype(np.float16))

    plain = evidence(MEAN, ROWS, ITEMS)
    for ours, theirs in zip(found, plain, strict=True):
        assert [reason.row for reason in ours] == [reason.row for reason in theirs]
        np.testing.assert_allclose(
            [reason.drop for reason in ours], [reason.drop for reason in theirs], rtol=1e-2
        )


def test_somebody_who_chose_nothing_gets_no_reasons() -> None:
    assert evidence(MEAN, ROWS[:0], ITEMS) == [[], [], [], []]
    assert evidence(MEAN, ROWS, ITEMS[:0]) == []


def test_a_single_candidate_has_reasons_only_against_a_background() -> None:
    assert evidence(MEAN, ROWS, ITEMS[:1]) == [[]]

    assert [reason.row for reason in evidence(MEAN, ROWS, ITEMS[:1], background=ITEMS)[0]] == [0]


def test_what_is_not_stored_rows_is_refused() -> None:
    with pytest.raises(ShapeError, match="candidates must be"):
        evidence(MEAN, ROWS, ITEMS[:, :1])
    with pytest.raises(ShapeError, match="background must be"):
        evidence(MEAN, ROWS, ITEMS, background=ITEMS[0])
    with pytest.raises(ShapeError, match="Stored rows must be"):
        evidence(MEAN, ROWS[:, :1], ITEMS)
    with pytest.raises(ValueError, match="top must be"):
        evidence(MEAN, ROWS, ITEMS, top=0)


def test_where_only_the_last_works_count_leaving_one_out_brings_an_earlier_one_back() -> None:
    rng = np.random.default_rng(0)
    names = ("input_weights", "hidden_weights", "input_bias", "hidden_bias")
    shapes = ((3, 6), (2, 6), (6,), (6,))
    visits = Bundle(
        model="gru4rec",
        head="gru",
        dim=6,
        scored=3,
        profile=(3, 6),
        settings={"longest": 4},
        arrays={
            name: rng.normal(size=shape).astype(np.float32)
            for name, shape in zip(names, shapes, strict=True)
        },
    )
    rows = rng.normal(size=(7, 6)).astype(np.float32)

    found = queries_without(visits, rows)

    each = [visits.user_vectors(np.delete(rows, row, axis=0))[0] for row in range(7)]
    np.testing.assert_allclose(found, each, atol=1e-6)
    assert np.ptp(found[:3], axis=0).max() < 1e-6  # too long ago to count
    assert not np.allclose(found[3], found[2])


def test_without_one_of_many_works_the_folded_in_vector_moves_as_if_fitted_again() -> None:
    rng = np.random.default_rng(0)
    draw = rng.normal(size=(60, 6)).astype(np.float32)
    chosen, references = draw[:20] + np.float32(0.5), References.of(draw[20:])

    found = fold_in.left_out(chosen, references, l2=0.05)

    edges = np.array([0, 19])
    again = np.concatenate(
        [
            fold_in.user_vectors(np.delete(chosen, row, axis=0), edges, references, l2=0.05)
            for row in range(20)
        ]
    )
    whole = fold_in.user_vectors(chosen, np.array([0, 20]), references, l2=0.05)
    moved = np.linalg.norm(again - whole, axis=1)
    assert np.all(np.linalg.norm(found - again, axis=1) < 0.3 * moved)
