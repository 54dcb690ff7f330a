"""For you by a served model and by VisRank, as a ratio to a bare nearest-neighbour query.

    python -m benchmarks.bench_for_you [--works 100000] [--likes 10] [--index]

makes a database of its own, fills it with synthetic works by many artists and two spaces of as many
dimensions, one of looks and one of a model with CuratorNet's head (random weights; what it ranks
means nothing, what it costs is the same), and asks for the page of 72 as a request does, template
left out. Bare SQL is one full comparison in the same table, for as many neighbours as there are
candidates. With `--index` both spaces get the index that suits them, and bare SQL stays a full
comparison. Interleaved; p50 and p95 as Markdown.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from itertools import pairwise
from time import perf_counter

import django
import numpy as np
from numpy.typing import NDArray

from artrec.serving.bundle import Bundle
from benchmarks.bench_queries import scratch_database

DIM, LIMIT, ARTISTS_SHARE = 200, 72, 10


def make_works(count: int) -> list[int]:
    """Insert visible works, ten by each artist, with the row of an image; return their ids."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO catalog_artist (name, slug, bio)"
            " SELECT 'Artist ' || n, 'artist-' || n, '' FROM generate_series(1, %s) AS n",
            [count // ARTISTS_SHARE + 1],
        )
        cursor.execute(
            "INSERT INTO catalog_artwork (title, artist_id, medium, style, currency, description,"
            " rights, credit_line, source_url, availability, one_of_a_kind, added, state,"
            " state_reason, attempts) SELECT 'Work ' || n, (SELECT min(id) FROM catalog_artist)"
            " + n / %s, '', '', '', '', '', '', '', 'available', true,"
            " now() - n * interval '1 hour', 'visible', '', 0"
            " FROM generate_series(0, %s) AS n RETURNING id",
            [ARTISTS_SHARE, count - 1],
        )
        ids = sorted(row[0] for row in cursor.fetchall())
        cursor.execute(
            "INSERT INTO catalog_artworkimage (artwork_id, original, key, format, width, height,"
            " size, sha256, perceptual_hash, placeholder, palette, colours, widths, formats)"
            " SELECT id, '', 'k' || id, 'JPEG', 640, 480, 1000, lpad(id::text, 64, '0'), '', '',"
            " '[]', '{}', '{320,640}', '{webp,jpeg}' FROM catalog_artwork"
        )
    return ids


def curatornet(rng: np.random.Generator) -> Bundle:
    """CuratorNet's head at its published widths, with random weights."""
    widths = [2 * DIM, 300, 300, DIM]
    arrays: dict[str, NDArray[np.float32]] = {}
    for place, (before, after) in enumerate(pairwise(widths)):
        weights = rng.normal(size=(before, after)) / np.sqrt(before)
        arrays[f"weights_{place}"] = weights.astype(np.float32)
        arrays[f"bias_{place}"] = np.zeros(after, dtype=np.float32)
    return Bundle("curatornet", "curatornet", DIM, DIM, (0, DIM), arrays=arrays)


def compare(works: int, likes: int, rounds: int, *, index: bool) -> None:
    from django.db import connection

    from tests.webapp.tastes import make_taste
    from tests.webapp.vectors.crowd import clustered, make_space_of
    from webapp.catalog.models import Artwork
    from webapp.feed import actions, profile, queries, ranking, served
    from webapp.feed.models import Visitor
    from webapp.vectors import actions as vectors
    from webapp.vectors.encoding import to_text
    from webapp.vectors.models import Space
    from webapp.vectors.tuning import choose_index

    rng = np.random.default_rng(0)
    points = clustered(works, DIM, clusters=max(10, works // 500))
    ids = make_works(works)
    look = make_space_of(ids, points)
    taste = make_taste(curatornet(rng), state=Space.State.READY)
    vectors.store_vectors(taste, ids, clustered(works, DIM, clusters=max(10, works // 500), seed=1))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    for space in (look, taste):
        if index:
            print(f"index of {space.purpose}: {choose_index(space)['chosen']}", flush=True)
        vectors.go_live(space)
    visitors = []
    for _ in range(8):
        visitor = Visitor.objects.create()
        for row in rng.choice(works, likes, replace=False):
            actions.like(visitor=visitor, artwork=Artwork(pk=ids[row]))
        visitors.append(visitor)
    sql = (
        "SELECT artwork_id, values <#> %s::halfvec AS d FROM vectors_vector"
        f" WHERE space_id = {taste.pk} ORDER BY d LIMIT {LIMIT * ranking.SPARE}"
    )

    def bare() -> object:
        with connection.cursor() as cursor:
            cursor.execute(sql, [to_text(points[rng.integers(works)].astype(np.float16))])
            return cursor.fetchall()

    def page(by: Callable[[], served.Served | None]) -> object:
        known = profile.profile_of(visitors[rng.integers(len(visitors))])
        entries = ranking.recommend(known, by(), knobs=served.knobs(), limit=LIMIT)
        return queries.page_of(entries, known, None)

    ways: dict[str, Callable[[], object]] = {
        "bare SQL kNN, exact": bare,
        "For you, the served model": lambda: page(served.serving),
        "For you, VisRank": lambda: page(lambda: served.served_by(None)),
    }
    times: dict[str, list[float]] = {name: [] for name in ways}
    for turn in range(rounds + 2):
        for name, way in ways.items():
            start = perf_counter()
            way()
            if turn >= 2:  # the first ones warm the caches
                times[name].append(1000 * (perf_counter() - start))
    print(f"\n## For you\n\n{works:,} works × {DIM} dimensions, {likes} likes, {rounds} rounds\n")
    print("| | p50 ms | p95 ms | p95 over bare SQL |\n|---|---:|---:|---|")
    base = float(np.percentile(times["bare SQL kNN, exact"], 95))
    for name, values in times.items():
        p50, p95 = (float(value) for value in np.percentile(values, [50, 95]))
        print(f"| {name} | {p50:.1f} | {p95:.1f} | {p95 / base:.1f} × |")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--works", type=int, default=100_000)
    parser.add_argument("--likes", type=int, default=10)
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--index", action="store_true")
    options = parser.parse_args()
    django.setup()
    with scratch_database():
        compare(options.works, options.likes, options.rounds, index=options.index)


if __name__ == "__main__":
    main()
