"""Which way a query takes, and that no way gives too few rows."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from django.db import connection, transaction

from tests.webapp.makers import make_space
from tests.webapp.vectors.crowd import clustered, make_space_of, make_works
from webapp.vectors import queries, routing
from webapp.vectors.filters import Filters
from webapp.vectors.indexes import Kind, build_index, build_parameters
from webapp.vectors.models import Space
from webapp.vectors.queries import nearest, nearest_many, nearest_to_any
from webapp.vectors.session import local_settings

pytestmark = pytest.mark.django_db


def indexed_space(index: str, **report: Any) -> Space:
    return Space(pk=1, dim=4, index=index, index_report=report)


def test_a_space_without_index_is_compared_in_full_at_no_extra_query(
    django_assert_num_queries: pytest.FixtureRequest,
) -> None:
    space = make_space(4)

    with django_assert_num_queries(0):  # type: ignore[operator]
        way = routing.route(space, limit=10, filters=Filters(), excluded=0)

    assert way == routing.EXACT


def test_few_matches_are_compared_in_full_and_many_go_through_the_index(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(routing, "EXACT_MATCHES", 60)
    make_works(100)
    space = indexed_space("hnsw", rows=100, ef_search=[1, 2])

    few = routing.route(space, limit=10, filters=Filters(styles=("half",)), excluded=0)
    many = routing.route(space, limit=10, filters=Filters(), excluded=0)
    few_left = routing.route(space, limit=10, filters=Filters(), excluded=50)

    assert (few.index, many.index, few_left.index) == ("exact", "hnsw", "exact")


def test_hnsw_searches_deeper_for_more_rows_exclusions_and_narrower_filters() -> None:
    space = indexed_space("hnsw", rows=100_000, ef_search=[80, 320])

    def ef_search(**numbers: int) -> int:
        way, _ = routing.index_route(space, **({"limit": 20, "excluded": 0} | numbers))
        return int(way.settings["hnsw.ef_search"])

    assert ef_search(matches=100_000, limit=5) == 80
    assert ef_search(matches=100_000) == 80
    assert ef_search(matches=100_000, excluded=500) == 320
    assert ef_search(matches=50_000, limit=260) == 320
    assert 155 < ef_search(matches=100_000, limit=102) < 165  # half way, by ratios
    assert ef_search(matches=40_000, excluded=20_000) == 1000
    assert routing.index_route(space, limit=20, matches=100_000, excluded=0)[1] == 1600


def test_ivfflat_probes_more_lists_for_more_rows_but_never_more_than_there_are() -> None:
    space = indexed_space("ivfflat", rows=100_000, lists=100, probes=[5, 45])

    def probes(**numbers: int) -> tuple[int, float]:
        way, visited = routing.index_route(space, **({"limit": 20, "excluded": 0} | numbers))
        return int(way.settings["ivfflat.probes"]), visited

    assert probes(matches=100_000) == (5, 5_000)
    assert probes(matches=100_000, excluded=500) == (45, 45_000)
    assert probes(matches=40_000, limit=20_000) == (100, 100_000)


def test_an_index_that_would_visit_most_matches_is_passed_by(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(routing, "EXACT_MATCHES", 60)
    make_works(100)
    space = indexed_space("ivfflat", rows=100, lists=10, probes=[3, 9])

    near = routing.route(space, limit=20, filters=Filters(), excluded=0)
    deep = routing.route(space, limit=100, filters=Filters(), excluded=0)

    assert (near.index, deep.index) == ("ivfflat", "exact")


def test_counts_are_exact_when_few_and_kept_for_a_while(
    django_assert_num_queries: pytest.FixtureRequest,
) -> None:
    make_works(40)
    space, filters = indexed_space("hnsw"), Filters(styles=("half",))

    first = routing.count_matches(space, filters)
    with django_assert_num_queries(0):  # type: ignore[operator]
        second = routing.count_matches(space, filters)

    assert first == second == 20


def test_many_matches_are_estimated_not_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(routing, "EXACT_MATCHES", 100)
    make_works(2000)

    estimate = routing.count_matches(indexed_space("hnsw"), Filters(styles=("half",)))

    assert 500 < estimate < 2000


@pytest.mark.parametrize("kind", ["hnsw", "ivfflat"])
def test_an_index_that_ends_early_is_completed_exactly(
    kind: Kind, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = make_works(400)
    vectors = clustered(400, 8, clusters=4)
    space = make_space_of(ids, vectors)
    build_index(space, kind, build_parameters(kind, 400))
    space.index, space.index_report = kind, {"rows": 400}
    lame = {"hnsw.iterative_scan": "off", "hnsw.ef_search": "5", "ivfflat.probes": "1"}
    way = routing.Route(kind, lame | {"ivfflat.iterative_scan": "off", "enable_sort": "off"})
    monkeypatch.setattr(routing, "route", lambda *_, **__: way)

    found = nearest_many(space, vectors[:3], limit=300)
    alone = queries.search(space, way, vectors[:3].astype(np.float16), limit=300)

    space.index = "exact"
    assert max(len(hits) for hits in alone) < 300
    assert found == [
        queries.search(space, routing.EXACT, row[None].astype(np.float16), limit=300)[0]
        for row in vectors[:3]
    ]


def test_fewer_matches_than_asked_for_all_come_back(monkeypatch: pytest.MonkeyPatch) -> None:
    ids = make_works(200)
    vectors = clustered(200, 8, clusters=4)
    space = make_space_of(ids, vectors)
    build_index(space, "hnsw", build_parameters("hnsw", 200))
    space.index, space.index_report = "hnsw", {"rows": 200, "ef_search": [40, 40]}
    monkeypatch.setattr(routing, "EXACT_MATCHES", 0)
    monkeypatch.setattr(routing, "WORTH_AN_INDEX", 100)

    found = nearest(space, vectors[0], limit=500, filters=Filters(styles=("half",)))

    assert sorted(hit.artwork_id for hit in found) == ids[::2]
    assert [hit.score for hit in found] == sorted((hit.score for hit in found), reverse=True)


def test_many_queries_at_once_are_worth_fewer_walks_of_an_index(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(routing, "EXACT_MATCHES", 0)
    monkeypatch.setattr(routing, "count_matches", lambda *_: 100_000)
    space = Space(index="hnsw", index_report={"rows": 100_000, "ef_search": [100, 100]})

    ways = [
        routing.route(space, limit=20, filters=Filters(), excluded=0, queries=queries).index
        for queries in (1, 16, 17)
    ]

    assert ways == ["hnsw", "hnsw", "exact"]


@pytest.mark.parametrize("kind", ["hnsw", "ivfflat"])
def test_an_index_finds_the_nearest_to_any(kind: Kind, monkeypatch: pytest.MonkeyPatch) -> None:
    ids = make_works(200)
    vectors = clustered(200, 8, clusters=4)
    space = make_space_of(ids, vectors)
    build_index(space, kind, build_parameters(kind, 200))
    exact = nearest_to_any(space, vectors[:3], limit=20)
    space.index, space.index_report = kind, {"rows": 200, "lists": 99}
    space.index_report |= {"ef_search": [200, 200], "probes": [99, 99]}
    monkeypatch.setattr(routing, "EXACT_MATCHES", 0)
    monkeypatch.setattr(routing, "WORTH_AN_INDEX", 10_000)

    found = nearest_to_any(space, vectors[:3], limit=20)

    assert [hit.artwork_id for hit in found] == [hit.artwork_id for hit in exact]


def test_settings_end_with_the_transaction_they_are_for() -> None:
    with local_settings({"hnsw.ef_search": "77", "enable_sort": "off"}), connection.cursor() as c:
        c.execute("SELECT current_setting('hnsw.ef_search'), current_setting('enable_sort')")
        inside = c.fetchone()

    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('hnsw.ef_search'), current_setting('enable_sort')")
        after = cursor.fetchone()

    assert inside == ("77", "off")
    assert after == ("40", "on")
