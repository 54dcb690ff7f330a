"""Every way × filter × exclusion against brute force, where the planner really uses an index."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import partial

import numpy as np
import pytest
from django.core.cache import cache
from django.core.management import call_command
from django.db import connection, transaction
from numpy.typing import NDArray

from tests.webapp.vectors.crowd import clustered, make_space_of, make_works
from webapp.vectors import routing, statements
from webapp.vectors.encoding import to_text
from webapp.vectors.filters import Filters
from webapp.vectors.management.commands import tune_index
from webapp.vectors.models import Space
from webapp.vectors.queries import Neighbour, nearest, nearest_many
from webapp.vectors.session import local_settings
from webapp.vectors.tuning import Report, choose_index, measure

pytestmark = [pytest.mark.slow, pytest.mark.django_db]

WORKS, DIM, CLUSTERS, LIMIT, QUERIES = 20_000, 64, 50, 20, 8
SHARES = {1.0: None, 0.5: 500, 0.1: 100, 0.01: 10, 0.001: 1}
"""Share of works that pass, and the price below which they lie: prices are 0..999 in turn."""
RECALL = {"exact": 1.0, "hnsw": 0.98, "ivfflat": 0.98}
"""Asked for; measured: 1 but for HNSW at 10 %, .994."""


@dataclass(frozen=True)
class Crowd:
    space: Space
    ids: NDArray[np.int64]
    vectors: NDArray[np.float32]
    queries: NDArray[np.float32]
    reports: dict[str, Report]
    """What was measured of each kind of index."""


@pytest.fixture(scope="module")
def crowd(django_db_setup: None, django_db_blocker: pytest.FixtureRequest) -> Iterator[Crowd]:
    """Works, vectors and both indexes, made once in a transaction that is rolled back."""
    with django_db_blocker.unblock(), transaction.atomic():  # type: ignore[attr-defined]
        vectors = clustered(WORKS, DIM, clusters=CLUSTERS)
        ids = make_works(WORKS)
        space = make_space_of(ids, vectors)
        candidates, _ = measure(space, WORKS)
        reports = {entry["kind"]: entry["parameters"] | {"rows": WORKS} for entry in candidates}
        halves = vectors[:QUERIES] + vectors[QUERIES : 2 * QUERIES]
        queries = np.concatenate([vectors[: QUERIES // 2], halves[: QUERIES // 2] / 2])
        queries = queries.astype(np.float16).astype(np.float32)
        yield Crowd(space, np.array(ids), vectors, queries, reports)
        transaction.set_rollback(True)


@pytest.fixture
def through(crowd: Crowd, monkeypatch: pytest.MonkeyPatch) -> Iterator[Crowd]:
    """The crowd, routed through an index for anything above 1,000 matches, worth it or not."""
    cache.clear()
    monkeypatch.setattr(routing, "EXACT_MATCHES", 1_000)
    monkeypatch.setattr(routing, "WORTH_AN_INDEX", 10)
    yield crowd
    crowd.space.index, crowd.space.index_report = "exact", {}


def truth(crowd: Crowd, query: NDArray[np.float32], allowed: NDArray[np.bool_]) -> list[float]:
    scores = np.where(allowed, crowd.vectors @ query, -np.inf)
    return [float(score) for score in np.sort(scores[allowed])[::-1][:LIMIT]]


def recall(found: list[Neighbour], true: list[float]) -> float:
    return sum(hit.score >= true[-1] - 1e-4 for hit in found) / len(true)


@pytest.mark.parametrize("excluded", [0, 500])
@pytest.mark.parametrize("share", SHARES)
@pytest.mark.parametrize("index", RECALL)
def test_every_way_finds_the_neighbours_and_never_too_few(
    through: Crowd, index: str, share: float, excluded: int
) -> None:
    crowd = through
    crowd.space.index = index
    crowd.space.index_report = crowd.reports.get(index, {})
    ceiling = SHARES[share]
    filters = Filters(price_max=Decimal(ceiling - 1)) if ceiling else Filters()
    allowed = np.arange(WORKS) % 1000 < (ceiling or 1000)

    shares = []
    for query in crowd.queries:
        # What a visitor has seen lies nearest: the hard case.
        seen = np.argsort(-(crowd.vectors @ query))[:excluded]
        left = allowed.copy()
        left[seen] = False
        exclude = crowd.ids[seen].tolist()
        found = nearest(crowd.space, query, limit=LIMIT, filters=filters, exclude=exclude)
        true = truth(crowd, query, left)

        names = np.searchsorted(crowd.ids, [hit.artwork_id for hit in found])
        assert len(found) == min(LIMIT, left.sum())
        assert left[names].all()
        assert [hit.score for hit in found] == sorted((h.score for h in found), reverse=True)
        shares.append(recall(found, true))

    assert np.mean(shares) >= RECALL[index]


@pytest.mark.parametrize("index", ["hnsw", "ivfflat"])
def test_large_shares_go_through_the_index_and_small_ones_do_not(
    through: Crowd, index: str
) -> None:
    crowd = through
    crowd.space.index = index
    crowd.space.index_report = crowd.reports[index]

    ways = {
        (share, excluded): routing.route(
            crowd.space,
            limit=LIMIT,
            filters=Filters(price_max=Decimal(ceiling - 1)) if ceiling else Filters(),
            excluded=excluded,
        ).index
        for share, ceiling in SHARES.items()
        for excluded in (0, 500)
    }

    assert {ways[share, seen] for share in (1.0, 0.5, 0.1) for seen in (0, 500)} == {index}
    assert {ways[share, seen] for share in (0.01, 0.001) for seen in (0, 500)} == {"exact"}


@pytest.mark.parametrize("index", ["hnsw", "ivfflat"])
def test_many_queries_through_an_index_answer_as_each_alone(through: Crowd, index: str) -> None:
    crowd = through
    crowd.space.index = index
    crowd.space.index_report = crowd.reports[index]

    together = nearest_many(crowd.space, crowd.queries, limit=LIMIT)

    alone = [nearest(crowd.space, query, limit=LIMIT) for query in crowd.queries]
    assert together == alone


@pytest.mark.parametrize(("index", "other"), [("hnsw", "ivfflat"), ("ivfflat", "hnsw")])
@pytest.mark.parametrize("filters", [Filters(), Filters(styles=("half",))])
def test_the_planner_uses_the_index_it_is_sent_to(
    through: Crowd, index: str, other: str, filters: Filters
) -> None:
    crowd = through
    crowd.space.index = index
    crowd.space.index_report = crowd.reports[index]
    way = routing.route(crowd.space, limit=LIMIT, filters=filters, excluded=0)
    texts = [to_text(query.astype(np.float16)) for query in crowd.queries]

    with local_settings(way.settings):
        plan = explain(statements.indexed(crowd.space, index, texts, LIMIT, filters, []))

    assert f"Index Scan using vectors_space_{crowd.space.pk}_{index}" in plan
    assert f"_{other}" not in plan


def test_a_full_comparison_uses_no_approximate_index(crowd: Crowd) -> None:
    text = to_text(crowd.queries[0].astype(np.float16))

    plan = explain(statements.exact(crowd.space, [text], LIMIT, Filters(), []))

    assert "_hnsw" not in plan
    assert "_ivfflat" not in plan


def test_tuning_chooses_an_index_that_reaches_the_target_and_drops_the_other(
    crowd: Crowd, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tune_index, "choose_index", partial(choose_index, exact_below=WORKS))

    with transaction.atomic():
        call_command("tune_index", space=crowd.space.pk)
        space = Space.objects.get(pk=crowd.space.pk)
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT indexname FROM pg_indexes WHERE indexname ~ '^vectors_space_[0-9]'"
            )
            names = [name for (name,) in cursor.fetchall()]
        transaction.set_rollback(True)

    report = space.index_report
    chosen = [entry for entry in report["candidates"] if entry["kind"] == space.index]
    assert space.index in {"hnsw", "ivfflat"}
    assert {entry["kind"] for entry in report["candidates"]} == {"hnsw", "ivfflat"}
    assert min(chosen[0]["recall"].values()) >= 0.99
    assert names == [f"vectors_space_{space.pk}_{space.index}"]
    assert f"{space.index}, {WORKS} vectors" in capsys.readouterr().out


def test_a_small_space_gets_no_index() -> None:
    space = make_space_of(make_works(50), clustered(50, 4, clusters=2))

    report = choose_index(space)

    assert report["chosen"] == space.index == "exact"
    assert report["rows"] == 50


def explain(statement: statements.Statement) -> str:
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN " + statement[0], statement[1])
        return "\n".join(row[0] for row in cursor.fetchall())
