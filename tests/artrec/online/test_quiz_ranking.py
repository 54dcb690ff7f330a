"""Ranking by the answers of a quiz, and how it gives way."""

from __future__ import annotations

import numpy as np
import pytest

from artrec.online.quiz import Answer, believe, contributions
from artrec.online.quiz_points import Axes, Doubles, axes_of, loved
from artrec.online.quiz_ranking import HALF, Guess, credibility, guess

ANSWERS = [Answer((0, 60, 120), 0), Answer((1, 61, 180), 1), Answer((62, 121, 181), None)]


def test_what_the_answers_add_is_the_mean_of_the_belief() -> None:
    _axes, _vectors, points, before = _collection()

    mean = believe(points, before, ANSWERS).mean

    parts = contributions(points, before, ANSWERS, mean)
    assert parts.shape == (3, points.shape[1])
    np.testing.assert_allclose(parts.sum(axis=0), mean, atol=1e-6)
    assert np.abs(parts[2]).max() > 0.01


def test_no_answers_add_nothing() -> None:
    _axes, _vectors, points, before = _collection()

    assert contributions(points, before, [], np.zeros(points.shape[1])).shape == (0, 6)


def test_standing_is_worth_in_deviations_of_what_was_asked_about() -> None:
    _axes, vectors, points, before = _collection()

    standing = _told().standing([10 * row for row in range(240)], vectors)

    worth = points @ believe(points, before, ANSWERS).mean + before
    np.testing.assert_allclose(standing, (worth - worth.mean()) / worth.std(), atol=1e-9)


def test_a_work_never_asked_about_counts_as_loved_as_the_least() -> None:
    _axes, vectors, _points, before = _collection()
    told = _told()
    least = int(before.argmin())

    known, unknown = told.standing([10 * least, 7], vectors[[least, least]])

    assert known == pytest.approx(unknown)


def test_of_works_alike_the_loved_one_stands_higher() -> None:
    _axes, vectors, _points, before = _collection()
    most, least = int(before.argmax()), int(before.argmin())

    higher, lower = _told().standing([10 * most, 10 * least], vectors[[5, 5]])

    assert higher > lower


def test_a_choice_adds_most_to_what_is_like_it() -> None:
    _axes, vectors, _points, _before = _collection()

    added = vectors @ _told().parts[0]

    assert added[:60].mean() > added[60:].mean() + 0.5


def test_what_is_learnt_counts_more_with_every_like() -> None:
    shares = [credibility(likes) for likes in (0.0, 1.0, HALF, 100.0)]

    assert shares[0] == 0
    assert shares[2] == pytest.approx(0.5)
    assert shares == sorted(shares)
    assert 0.9 < shares[-1] < 1


def _told() -> Guess:
    axes, _vectors, points, before = _collection()
    return guess(axes, points, before, [10 * row for row in range(240)], ANSWERS)


def _collection() -> tuple[Axes, Doubles, Doubles, Doubles]:
    """Four kinds of 60 works, some of each loved more."""
    rng = np.random.default_rng(0)
    vectors = 3 * np.eye(4, 6).repeat(60, axis=0) + 0.5 * rng.normal(size=(240, 6))
    axes = axes_of(vectors)
    return axes, vectors, axes.points(vectors), loved(rng.integers(0, 9, 240))
