"""From a profile to candidates: weights, hidden works, the exact merge."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from artrec.errors import ShapeError
from artrec.serving import visrank
from artrec.serving.bundle import Bundle
from tests.webapp.makers import make_artwork, make_space, place
from webapp.feed import candidates
from webapp.feed.candidates import find
from webapp.feed.profile import Chosen, Profile, of_works
from webapp.feed.weighing import AGAINST, LEVELS, levels, one_query, queries_of, without_each
from webapp.vectors.filters import Filters
from webapp.vectors.models import Space

MEAN = Bundle(model="mean", head="mean", dim=4, scored=4, profile=(0, 4))
NONE = np.zeros((0, 4), dtype=np.float32)


def _world(rng: np.random.Generator, number: int = 60) -> tuple[Space, list[int], Any]:
    space = make_space(dim=8)
    rows = rng.normal(size=(number, 8)).astype(np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    works = [make_artwork(str(i)) for i in range(number)]
    for work, row in zip(works, rows, strict=True):
        place(space, work, row.tolist())
    halves = rows.astype(np.float16).astype(np.float32)  # what the database keeps
    return space, [work.pk for work in works], halves


@pytest.mark.django_db
@pytest.mark.parametrize("top", [1, 2, 3, 50])
def test_merged_lists_rank_exactly_as_a_full_scan(top: int, rng: np.random.Generator) -> None:
    space, ids, rows = _world(rng)

    found = candidates.merge(space, rows[:5], top=top, limit=10, filters=Filters(), exclude=ids[:5])

    exact = visrank.score(rows[5:], rows[:5], top=top).values
    order = np.argsort(-exact)[:10]
    assert found.scores == pytest.approx(exact[order], abs=2e-3)
    assert [ids[5 + row] for row in order][:3] == found.ids[:3].tolist()


@pytest.mark.django_db
@pytest.mark.parametrize("top", [1, 2, 40])
def test_all_that_matches_comes_back_though_it_is_less_than_asked_for(
    top: int, rng: np.random.Generator
) -> None:
    space, ids, rows = _world(rng, number=12)

    found = candidates.merge(space, rows[:4], top=top, limit=50, filters=Filters(), exclude=ids[:4])

    assert set(found.ids.tolist()) == set(ids[4:])


@pytest.mark.django_db
def test_works_outside_the_space_do_not_count_and_without_any_there_are_no_candidates(
    rng: np.random.Generator,
) -> None:
    space, ids, _rows = _world(rng)
    stray = make_artwork("Stray").pk

    known = find(of_works([ids[0]]), space, None, limit=5, filters=Filters(), exclude=[ids[0]])
    both = find(of_works([stray, ids[0]]), space, None, limit=5, filters=Filters(), exclude=ids[:1])
    none = find(of_works([stray]), space, None, limit=5, filters=Filters())

    assert both.ids.tolist() == known.ids.tolist()
    assert not len(none.ids)


@pytest.mark.django_db
def test_many_works_that_are_queries_cost_no_more_than_their_limit(
    rng: np.random.Generator,
) -> None:
    space, ids, rows = _world(rng)
    heavy = tuple(Chosen(pk, weight=2.0) for pk in ids[10:40])
    profile = Profile(works=(*(Chosen(pk) for pk in ids[:10]), *heavy))

    found = find(profile, space, None, limit=60, filters=Filters(), exclude=ids[:40])

    exact = visrank.score(rows[40:], rows[10:40], top=1).values
    assert found.scores.max() * np.abs(rows[10:40]).max() == pytest.approx(exact.max(), abs=2e-3)


def test_alike_weights_are_the_head_itself(rng: np.random.Generator) -> None:
    rows = rng.normal(size=(7, 4)).astype(np.float32)

    query = queries_of(MEAN, rows, np.full(7, 2.0), NONE)

    head = MEAN.user_vectors(rows)
    np.testing.assert_allclose(query, head / np.abs(head).max(), rtol=1e-6)


def test_levels_make_the_weighted_mean_of_a_head_that_averages(rng: np.random.Generator) -> None:
    rows = rng.normal(size=(6, 4)).astype(np.float32)
    weights = np.array([1, 4, 2, 1, 2, 4.0])

    query = queries_of(MEAN, rows, weights, NONE)

    mean = weights @ rows / weights.sum()
    np.testing.assert_allclose(query[0], mean / np.abs(mean).max(), rtol=1e-5)


def test_a_head_runs_at_most_once_per_level(rng: np.random.Generator) -> None:
    found = levels(rng.uniform(0.01, 9, size=100))

    assert len(found) <= LEVELS
    assert sum(level.step for level in found) == pytest.approx(1)
    assert found[-1].works.all()


def test_queries_without_each_work_are_those_of_the_smaller_profiles(
    rng: np.random.Generator,
) -> None:
    rows = rng.normal(size=(6, 4)).astype(np.float32)
    hidden = rng.normal(size=(2, 4)).astype(np.float32)
    weights = np.array([1, 4, 2, 1, 2, 4.0])

    without = without_each(MEAN, rows, weights, hidden)

    for row in range(6):
        rest = np.arange(6) != row
        smaller = one_query(MEAN, rows[rest], weights[rest], hidden)
        np.testing.assert_allclose(without[row], smaller[0], atol=1e-6)


def test_hidden_works_are_taken_away_from_the_query() -> None:
    rows = np.array([[1, 1, 0, 0]], dtype=np.float32)
    hidden = np.array([[0, 2, 0, 0]], dtype=np.float32)

    query = queries_of(MEAN, rows, np.ones(1), hidden)[0]

    assert query.tolist() == pytest.approx([1, 1 - 2 * AGAINST, 0, 0])


@pytest.mark.parametrize("magnitude", [1e-30, 1e30])
def test_queries_are_brought_to_what_half_floats_can_hold(magnitude: float) -> None:
    rows = np.array([[1, -2, 0.5, 0]], dtype=np.float32) * np.float32(magnitude)

    query = queries_of(MEAN, rows, np.ones(1), NONE)[0]

    assert query.tolist() == pytest.approx([0.5, -1, 0.25, 0])


def test_a_query_of_zeros_is_refused() -> None:
    with pytest.raises(ShapeError, match="nothing of this profile"):
        queries_of(MEAN, np.zeros((1, 4), dtype=np.float32), np.ones(1), NONE)


@pytest.mark.parametrize("bundle", [None, Bundle("v", "rows", 4, 4, (0, 4), settings={"top": 1})])
def test_where_works_are_queries_the_weightier_counts_more(bundle: Bundle | None) -> None:
    rows = np.eye(4, dtype=np.float32)[:2]

    light, heavy = queries_of(bundle, rows, np.array([1.0, 4.0]), NONE)

    assert 0.8 <= light.max() < heavy.max() == 1
