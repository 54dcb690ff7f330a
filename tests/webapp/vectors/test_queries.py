"""Nearest neighbours by full comparison, and what filters let through."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pytest

from artrec.errors import ShapeError
from tests.webapp.makers import make_artwork, make_space, place
from tests.webapp.vectors.crowd import clustered, make_space_of, make_works
from webapp.catalog.models import Artwork
from webapp.vectors.actions import store_vectors
from webapp.vectors.filters import Filters
from webapp.vectors.queries import (
    Neighbour,
    live_space,
    nearest,
    nearest_many,
    nearest_to_any,
    vectors_of,
)

pytestmark = pytest.mark.django_db


def test_neighbours_come_best_first_and_equal_ones_by_id() -> None:
    space = make_space(2)
    far, twin, near, other_twin = (make_artwork() for _ in range(4))
    place(space, far, [-1, 0])
    place(space, other_twin, [0, 1])
    place(space, near, [1, 0])
    place(space, twin, [0, 1])

    found = nearest(space, np.array([1.0, 0.0]), limit=10)

    assert found == [(near.pk, 1.0), (twin.pk, 0.0), (other_twin.pk, 0.0), (far.pk, -1.0)]


def test_limit_and_excluded_ids_are_kept() -> None:
    space = make_space(2)
    works = [make_artwork() for _ in range(4)]
    for turn, work in enumerate(works):
        place(space, work, [np.cos(turn / 4), np.sin(turn / 4)])

    found = nearest(space, np.array([1.0, 0.0]), limit=2, exclude={works[0].pk})

    assert [hit.artwork_id for hit in found] == [works[1].pk, works[2].pk]


@pytest.mark.parametrize("state", ["checked", "failed", "withdrawn"])
def test_only_visible_works_are_found(state: str) -> None:
    space = make_space(2)
    place(space, make_artwork(state=state), [1, 0])

    found = nearest(space, np.array([1.0, 0.0]), limit=5)

    assert found == []


def test_another_spaces_vectors_are_not_found() -> None:
    work = make_artwork()
    place(make_space(3, state="retired"), work, [1, 0, 0])

    found = nearest(make_space(2), np.array([1.0, 0.0]), limit=5)

    assert found == []


@pytest.mark.parametrize(
    ("filters", "matches"),
    [
        (Filters(), True),
        (Filters(styles=("Ridges", "Grids")), True),
        (Filters(styles=("Grids",)), False),
        (Filters(artists=(0,)), False),
        (Filters(colours=("blue", "brown")), True),
        (Filters(colours=("blue",)), False),
        (Filters(price_min=Decimal(100), price_max=Decimal(100)), True),
        (Filters(price_min=Decimal("100.01")), False),
        (Filters(price_max=Decimal("99.99")), False),
        (Filters(currency="EUR", price_max=Decimal(200)), True),
        (Filters(currency="USD", price_max=Decimal(200)), False),
        (Filters(min_cm=Decimal(80), max_cm=Decimal(80)), True),
        (Filters(min_cm=Decimal(81)), False),
        (Filters(max_cm=Decimal(79)), False),
        (Filters(availability=(Artwork.Availability.SOLD, Artwork.Availability.AVAILABLE)), True),
        (Filters(availability=(Artwork.Availability.SOLD,)), False),
        (Filters(one_of_a_kind=True), True),
        (Filters(one_of_a_kind=False), False),
    ],
)
def test_each_filter_lets_through_what_it_names(filters: Filters, matches: bool) -> None:
    space = make_space(2)
    work = make_artwork()
    Artwork.objects.update(price=100, currency="EUR", width_cm=80, height_cm=60)
    place(space, work, [1, 0])

    found = nearest(space, np.array([1.0, 0.0]), limit=5, filters=filters)

    assert found == ([Neighbour(work.pk, 1.0)] if matches else [])


def test_an_unknown_price_or_size_is_within_no_bound() -> None:
    space = make_space(2)
    place(space, make_artwork(), [1, 0])

    by_price = nearest(
        space, np.array([1.0, 0.0]), limit=5, filters=Filters(price_max=Decimal(9**9))
    )
    by_size = nearest(space, np.array([1.0, 0.0]), limit=5, filters=Filters(min_cm=Decimal(0)))

    assert by_price == by_size == []


def test_many_queries_answer_as_each_alone_in_one_round_trip(
    django_assert_num_queries: pytest.FixtureRequest,
) -> None:
    ids = make_works(300)
    space = make_space_of(ids, clustered(300, 16, clusters=5))
    queries = clustered(4, 16, clusters=5, seed=1)
    filters = Filters(styles=("half",))

    with django_assert_num_queries(1):  # type: ignore[operator]
        together = nearest_many(space, queries, limit=7, filters=filters, exclude=ids[:50])

    alone = [nearest(space, q, limit=7, filters=filters, exclude=ids[:50]) for q in queries]
    assert together == alone
    assert [len(hits) for hits in together] == [7, 7, 7, 7]


def test_the_nearest_to_any_are_the_best_of_all_lists(
    django_assert_num_queries: pytest.FixtureRequest,
) -> None:
    ids = make_works(300)
    vectors = clustered(300, 16, clusters=5)
    space = make_space_of(ids, vectors)
    queries = clustered(4, 16, clusters=5, seed=1)
    filters = Filters(styles=("half",))
    left = [row for row, pk in enumerate(ids) if row % 2 == 0 and pk not in ids[:50]]
    scores = (vectors[left] @ queries.T).max(axis=1)
    order = np.lexsort((left, -scores))[:30]

    with django_assert_num_queries(1):  # type: ignore[operator]
        found = nearest_to_any(space, queries, limit=30, filters=filters, exclude=ids[:50])

    assert [hit.artwork_id for hit in found] == [ids[left[row]] for row in order]
    np.testing.assert_allclose([hit.score for hit in found], scores[order], atol=1e-6)


def test_exact_scores_are_those_of_numpy() -> None:
    ids = make_works(500)
    vectors = clustered(500, 33, clusters=5)
    query = clustered(1, 33, clusters=5, seed=2)[0]
    scores = vectors @ query
    order = np.lexsort((ids, -scores))[:20]

    found = nearest(make_space_of(ids, vectors), query, limit=20)

    assert [hit.artwork_id for hit in found] == [ids[i] for i in order]
    np.testing.assert_allclose([hit.score for hit in found], scores[order], atol=1e-6)


def test_vectors_of_returns_what_was_stored_ascending_by_id() -> None:
    ids = make_works(6)
    vectors = clustered(6, 5, clusters=2)
    space = make_space_of(ids[:5], vectors[:5])

    found, values = vectors_of(space, [ids[4], ids[1], ids[5]])

    assert found.tolist() == [ids[1], ids[4]]
    assert values.dtype == np.float32
    np.testing.assert_array_equal(values, vectors[[1, 4]])


def test_vectors_of_nothing_has_the_shape_of_nothing() -> None:
    ids, values = vectors_of(make_space(3), [])

    assert ids.shape == (0,)
    assert values.shape == (0, 3)


@pytest.mark.parametrize(
    ("query", "reason"),
    [
        ([1.0, 2.0, 3.0], r"shape \(N, 2\), got \(1, 3\)"),
        ([np.nan, 1.0], "finite"),
        ([1e6, 0.0], "finite"),
        ([0.0, 0.0], "all zeros"),
    ],
)
def test_a_query_without_a_direction_is_refused(query: list[float], reason: str) -> None:
    space = make_space(2)

    with pytest.raises(ShapeError, match=reason):
        nearest(space, np.array(query), limit=1)


@pytest.mark.parametrize("limit", [0, -1])
def test_no_place_to_fill_gives_no_rows(limit: int) -> None:
    space = make_space(2)
    place(space, make_artwork(), [1, 0])

    assert nearest(space, np.array([1.0, 0.0]), limit=limit) == []


def test_the_live_space_of_a_purpose_is_found_without_its_transform(
    django_assert_num_queries: pytest.FixtureRequest,
) -> None:
    make_space(2, state="retired")
    live = make_space(2)

    with django_assert_num_queries(1):  # type: ignore[operator]
        found = live_space()

    assert found == live
    assert found is not None
    assert found.get_deferred_fields() == {"transform", "head"}
    assert live_space("taste") is None


def test_vectors_of_4000_dimensions_are_stored_and_found() -> None:
    ids = make_works(3)
    space = make_space(4000)
    store_vectors(space, ids, np.eye(3, 4000))

    found = nearest(space, np.eye(3, 4000)[1], limit=1)

    assert found == [(ids[1], 1.0)]
