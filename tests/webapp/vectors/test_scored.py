"""Spaces whose rows hold more than what queries look at."""

from __future__ import annotations

import numpy as np
import pytest
from django.db import connection
from numpy.typing import NDArray

from tests.webapp.vectors.crowd import clustered, make_works
from webapp.vectors import statements, tuning
from webapp.vectors.actions import create_trained_space, store_vectors
from webapp.vectors.encoding import to_text
from webapp.vectors.filters import Filters
from webapp.vectors.indexes import build_index, build_parameters
from webapp.vectors.models import Space
from webapp.vectors.queries import nearest, nearest_many, search
from webapp.vectors.routing import EXACT, Route, index_route
from webapp.vectors.session import local_settings

pytestmark = pytest.mark.django_db

WORKS, SCORED, OTHERS = 1500, 16, 8


def make_wide_space(vectors: NDArray[np.float32], ids: list[int]) -> Space:
    """The columns beyond `SCORED` are large, so whoever compares them answers wrongly."""
    noise = 50 * np.random.default_rng(5).standard_normal((len(vectors), OTHERS))
    space = create_trained_space(
        purpose="taste",
        name="toy",
        extractor="test",
        dim=SCORED + OTHERS,
        scored=SCORED,
        head=b"",
        fitted_on=0,
        open_to_new=True,
    )
    store_vectors(space, ids, np.concatenate((vectors, noise), axis=1))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE vectors_vector")
    return space


def wide(query: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.concatenate((query, 9 * np.ones(OTHERS, np.float32)))


def best(vectors: NDArray[np.float32], ids: list[int], query: NDArray[np.float32]) -> list[int]:
    order = np.argsort(-(vectors @ query), kind="stable")[:10]
    return [ids[place] for place in order]


def test_a_full_comparison_looks_at_the_scored_columns_only() -> None:
    ids, vectors = make_works(200), clustered(200, SCORED, clusters=5)
    space = make_wide_space(vectors, ids)
    queries = np.stack([wide(vectors[0]), wide(vectors[100])])

    one = nearest(space, queries[0], limit=10)
    many = nearest_many(space, queries, limit=10)

    assert [hit.artwork_id for hit in one] == best(vectors, ids, vectors[0])
    assert [hit.artwork_id for hit in many[1]] == best(vectors, ids, vectors[100])
    assert many[0] == one
    assert one[0].score == pytest.approx(float(vectors[0] @ vectors[0]), abs=1e-3)


@pytest.mark.parametrize("kind", ["hnsw", "ivfflat"])
def test_an_index_is_built_on_the_scored_columns_and_used(kind: str) -> None:
    ids, vectors = make_works(WORKS), clustered(WORKS, SCORED, clusters=20)
    space = make_wide_space(vectors, ids)
    parameters = build_parameters(kind, WORKS)  # type: ignore[arg-type]
    build_index(space, kind, parameters)  # type: ignore[arg-type]
    space.index = kind
    name = "ef_search" if kind == "hnsw" else "probes"
    steps = [400, 400] if kind == "hnsw" else [parameters["lists"]] * 2
    space.index_report = parameters | {"rows": WORKS, name: steps}
    way, _ = index_route(space, limit=10, matches=WORKS, excluded=0)
    query = np.asarray(wide(vectors[3])[None], np.float16)

    found = search(space, way, query, limit=10)[0]

    assert {hit.artwork_id for hit in found} == set(best(vectors, ids, vectors[3]))
    assert f"vectors_space_{space.pk}_{kind}" in plan(space, way, query)
    assert "Index Scan using vectors_space" not in plan(space, EXACT, query)


def plan(space: Space, way: Route, query: NDArray[np.float16]) -> str:
    texts = [to_text(row) for row in query[:, : space.scored]]
    if way.index == "exact":
        sql, params = statements.exact(space, texts, 10, Filters(), [])
    else:
        sql, params = statements.indexed(space, way.index, texts, 10, Filters(), [])
    with local_settings(way.settings), connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {sql}", params)
        return "\n".join(line for (line,) in cursor.fetchall())


def test_an_index_is_chosen_by_what_is_found_among_the_scored_columns() -> None:
    ids, vectors = make_works(WORKS), clustered(WORKS, SCORED, clusters=20)
    space = make_wide_space(vectors, ids)

    report = tuning.choose_index(space, exact_below=100)

    for entry in report["candidates"]:
        assert entry["reached"], entry
    for queries in tuning.audit_queries(space).values():
        assert queries.shape[1] == SCORED
