from __future__ import annotations

import numpy as np
import pytest

from artrec.errors import ShapeError
from artrec.online.quiz import NONE, Answer, Belief, Doubles, believe, chances
from artrec.online.quiz_points import LOVED, SPREAD, STEEPEST, axes_of, loved
from artrec.online.quiz_questions import (
    LEAST,
    LITTLE,
    MOST,
    Question,
    information,
    next_question,
    tells_enough,
)


def test_nothing_answered_leaves_the_prior() -> None:
    belief = believe(np.eye(3), np.zeros(3), [])

    np.testing.assert_allclose(belief.mean, 0)
    np.testing.assert_allclose(belief.factor @ belief.factor.T, np.eye(3), atol=1e-12)


def test_the_mode_solves_the_equation_of_one_choice() -> None:
    # One work at 1, chosen over nothing: w = 1 - σ(w - NONE), so that w - 1 + σ(w - NONE) = 0.
    belief = believe(np.ones((1, 1)), np.zeros(1), [Answer((0,), 0)])

    taste = float(belief.mean[0])
    chance = 1 / (1 + np.exp(NONE - taste))
    assert taste == pytest.approx(1 - chance, abs=1e-7)
    # The precision is 1 + p (1 - p).
    assert float(belief.factor[0, 0]) == pytest.approx(1 / np.sqrt(1 + chance * (1 - chance)))


def test_the_mode_is_where_a_grid_finds_the_posterior_largest() -> None:
    points = np.array([[1.0, 0.2], [-0.5, 1.0], [0.3, -1.0], [0.8, 0.9]])
    before = np.array([0.1, -0.2, 0.3, 0.0])
    answers = [Answer((0, 1, 2), 1), Answer((3, 0), None), Answer((2, 3, 1), 3)]

    def log_posterior(taste: Doubles) -> float:
        total = -0.5 * float(taste @ taste)
        for answer in answers:
            rows = list(answer.shown)
            chance = chances(points[rows] @ taste + before[rows])
            chosen = len(rows) if answer.chosen is None else rows.index(answer.chosen)
            total += float(np.log(chance[chosen]))
        return total

    belief = believe(points, before, answers)

    grid = [
        belief.mean + np.array([x, y])
        for x in np.linspace(-1, 1, 41)
        for y in np.linspace(-1, 1, 41)
    ]
    best = max(grid, key=log_posterior)
    np.testing.assert_allclose(best, belief.mean, atol=1e-9)


def test_the_order_of_the_answers_does_not_matter() -> None:
    points = np.random.default_rng(0).normal(size=(12, 4))
    answers = [Answer((0, 1, 2), 2), Answer((3, 4, 5), None), Answer((6, 7), 6)]

    one = believe(points, np.zeros(12), answers)
    other = believe(points, np.zeros(12), answers[::-1])

    np.testing.assert_allclose(one.mean, other.mean, atol=1e-7)


def test_a_hundred_answers_alike_are_still_solved() -> None:
    belief = believe(
        100 * np.array([[1.0, 0.0], [-1.0, 0.0]]), np.zeros(2), [Answer((0, 1), 0)] * 100
    )

    assert np.isfinite(belief.mean).all()
    assert belief.mean[0] > 0
    assert belief.mean[1] == pytest.approx(0)


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (Answer((), None), "at least one"),
        (Answer((0, 0), 0), "none twice"),
        (Answer((0, 7), 0), "there are 3 works"),
        (Answer((0, 1), 2), "2 was chosen"),
    ],
)
def test_an_answer_to_no_question_is_refused(answer: Answer, message: str) -> None:
    with pytest.raises(ShapeError, match=message):
        believe(np.eye(3), np.zeros(3), [answer])


def test_draws_have_the_mean_and_spread_of_the_belief() -> None:
    factor = np.array([[0.5, 0.0], [0.3, 0.2]])
    belief = Belief(np.array([1.0, -2.0]), factor)

    draws = belief.draws(20_000, [3])

    np.testing.assert_allclose(draws.mean(axis=0), belief.mean, atol=1e-9)  # drawn in pairs
    np.testing.assert_allclose(np.cov(draws.T), factor @ factor.T, atol=0.01)


def test_information_is_that_of_a_hand_computed_case() -> None:
    # Two tastes, each of which would surely choose the other work: the answer tells one bit.
    told = information(np.array([[1e9, 1e-9], [1e-9, 1e9]]))
    # Both would choose alike: it tells none, however unsure the answer.
    not_told = information(np.array([[2.0, 3.0], [2.0, 3.0]]))

    assert float(told) == pytest.approx(1.0, abs=1e-6)
    assert float(not_told) == pytest.approx(0.0, abs=1e-12)


def test_the_next_question_tells_more_than_random_ones() -> None:
    points, before, hands = _collection()
    rng = np.random.default_rng(5)

    belief = believe(points, before, [Answer((0, 60, 120, 180), 60)])
    question = next_question(belief, points, before, hands, size=4, seed=[1])

    assert question is not None
    draws = belief.draws(2000, [9])  # others than it was chosen by
    worth = np.exp(points @ draws.T + before[:, None])
    random = [worth[rng.choice(len(points), 4, replace=False)].T for _ in range(200)]
    ours = float(information(worth[list(question.works)].T))
    assert ours > np.percentile([float(information(powers)) for powers in random], 95)


def test_the_first_question_shows_works_of_different_clusters() -> None:
    points, before, hands = _collection()

    for seed in range(10):
        question = next_question(
            believe(points, before, []), points, before, hands, size=4, seed=[seed]
        )

        assert question is not None
        assert len({row // 60 for row in question.works}) == 4  # rows of a cluster stand together


def test_answers_of_one_taste_lead_the_questions_to_it() -> None:
    points, before, hands = _collection()
    answers: list[Answer] = []
    for number in range(MOST):
        question = next_question(
            believe(points, before, answers),
            points,
            before,
            hands,
            size=4,
            seed=[number],
            exclude={row for answer in answers for row in answer.shown},
        )
        assert question is not None
        liked = [row for row in question.works if row // 60 == 2]
        answers.append(Answer(question.works, liked[0] if liked else None))

    belief = believe(points, before, answers)
    found = np.argsort(-(points @ belief.mean))[:40]
    assert np.mean(found // 60 == 2) == 1


def test_the_same_seed_asks_the_same_and_another_asks_otherwise() -> None:
    points, before, hands = _collection()
    belief = believe(points, before, [])

    ask = [next_question(belief, points, before, hands, size=4, seed=[s]) for s in (1, 1, 2, 3, 4)]

    assert ask[0] == ask[1]
    assert len({each.works for each in ask if each}) > 1


def test_no_question_has_two_works_by_one_hand_or_one_that_is_excluded() -> None:
    points, before, _hands = _collection()
    hands = np.arange(len(points)) % 3
    exclude = set(range(0, len(points), 2))

    question = next_question(
        believe(points, before, []), points, before, hands, size=4, seed=[0], exclude=exclude
    )

    assert question is not None
    assert len(question.works) == 3  # there are no more hands
    assert len({int(hands[row]) for row in question.works}) == 3
    assert not exclude & set(question.works)


def test_there_is_no_question_about_one_hand() -> None:
    points = np.random.default_rng(0).normal(size=(5, 2))
    belief = believe(points, np.zeros(5), [])

    question = next_question(
        belief, points, np.zeros(5), np.zeros(5, dtype=np.int64), size=4, seed=[0]
    )

    assert question is None


def test_a_question_of_one_work_is_refused() -> None:
    points, before, hands = _collection()

    with pytest.raises(ValueError, match="at least 2"):
        next_question(believe(points, before, []), points, before, hands, size=1, seed=[0])


def test_a_quiz_ends_when_little_is_told_but_not_at_once() -> None:
    much, little = Question((0, 1), LITTLE), Question((0, 1), LITTLE / 2)

    assert tells_enough(little, LEAST - 1)
    assert not tells_enough(little, LEAST)
    assert tells_enough(much, LEAST)
    assert not tells_enough(much, MOST)
    assert not tells_enough(None, 0)


def test_points_keep_what_differs_most() -> None:
    rng = np.random.default_rng(0)
    wide = rng.normal(size=(50, 2)) * (5, 3)
    vectors = np.hstack((wide, 0.01 * rng.normal(size=(50, 6)))) + 7

    points = axes_of(vectors, dimensions=2).points(vectors)

    assert (points**2).sum(axis=1).mean() == pytest.approx(SPREAD**2)
    np.testing.assert_allclose(points.mean(axis=0), 0, atol=1e-12)
    scale = np.linalg.norm(points[3] - points[9]) / np.linalg.norm(wide[3] - wide[9])
    for a, b in ((1, 2), (10, 40), (22, 35)):
        kept = np.linalg.norm(points[a] - points[b])
        assert kept == pytest.approx(scale * np.linalg.norm(wide[a] - wide[b]), rel=0.01)


def test_vectors_that_are_all_alike_are_refused() -> None:
    with pytest.raises(ShapeError, match="nothing to ask"):
        axes_of(np.ones((5, 3)))


def test_loved_works_are_worth_more_before_any_choice() -> None:
    worth = loved(np.array([0, 3, 100]))

    assert worth[0] < worth[1] < worth[2]
    assert worth.mean() == pytest.approx(0)
    assert worth.std() == pytest.approx(LOVED)
    np.testing.assert_array_equal(loved(np.array([2, 2])), 0)


def test_a_single_like_in_a_new_collection_does_not_outweigh_all_answers() -> None:
    worth = loved(np.array([1] + [0] * 399))

    assert worth[0] - worth[1] == pytest.approx(STEEPEST * np.log(2))


def _collection() -> tuple[Doubles, Doubles, np.ndarray[tuple[int, ...], np.dtype[np.int64]]]:
    """Four clusters of 60 works, each work by a hand of its own."""
    rng = np.random.default_rng(0)
    centres = 3 * np.eye(4, 6).repeat(60, axis=0)
    vectors = centres + 0.5 * rng.normal(size=(240, 6))
    points = axes_of(vectors).points(vectors)
    return points, np.zeros(240), np.arange(240, dtype=np.int64)
