"""What the studio's pages and data cost in a large collection, against the map's columns alone.

    python -m benchmarks.bench_studio [--works 100000] [--likes 300000] [--shown 1000000]

fills a scratch database with synthetic works, a map of them with three layers of neighbourhoods,
likes and impressions, and asks for pages through the whole Django stack as a curator. "Bare SQL"
reads the places of the map and nothing else. Interleaved; medians as Markdown.
"""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Final

import django
import numpy as np
from numpy.typing import NDArray

from benchmarks.bench_for_you import DIM, make_works
from benchmarks.bench_queries import interleaved, scratch_database

if TYPE_CHECKING:
    from webapp.studio.models import Map

SIDES: Final = (2, 6, 18)
"""Neighbourhoods of each layer are squares: so many in a row."""
VISITORS: Final = 3_000
LIST_LENGTH: Final = 20


def make_map(ids: list[int], points: NDArray[np.float32]) -> Map:
    """A ready map on which works stand at `points` (N, 2), in nested squares."""
    from webapp.studio.models import Map, Neighbourhood, Place
    from webapp.vectors.models import Space

    found = Map.objects.create(
        space=Space.objects.get(),
        purpose="look",
        label="Look",
        number=1,
        state=Map.State.READY,
        count=len(ids),
        revision=1,
    )
    above: dict[int, Neighbourhood] = {}
    rows = np.arange(len(ids))
    for layer, side in enumerate(SIDES):
        cells = _cells(points, side)
        nodes = {}
        for number, cell in enumerate(np.unique(cells).tolist()):
            members = rows[cells == cell]
            few = [ids[row] for row in members[:12]]
            parent = int(_cells(points[members[:1]], SIDES[layer - 1])[0]) if layer else -1
            x, y = points[members].mean(axis=0).tolist()
            name = f"Square {layer}.{number}"
            nodes[cell] = Neighbourhood(
                map=found, layer=layer, number=number, parent=above.get(parent), name=name,
                proposed=name, size=len(members), x=x, y=y, typical=few, outliers=few, nearest=[0],
            )  # fmt: skip
        Neighbourhood.objects.bulk_create(nodes.values())
        above = nodes
    leaves = [above[cell] for cell in _cells(points, SIDES[-1]).tolist()]
    Place.objects.bulk_create(
        (
            Place(map=found, artwork_id=ids[row], number=row, x=x, y=y, cluster=leaves[row])
            for row, (x, y) in enumerate(points.tolist())
        ),
        batch_size=5_000,
    )
    return found


def _cells(points: NDArray[np.float32], side: int) -> NDArray[np.int64]:
    """The square of each point: a row and a column of `side`."""
    steps = np.clip(((points + 1) / 2 * side).astype(np.int64), 0, side - 1)
    cells: NDArray[np.int64] = steps[:, 1] * side + steps[:, 0]
    return cells


def make_history(likes: int, shown: int) -> int:
    """Likes and impressions by chance; return a visitor who likes about thirty works."""
    from django.db import connection
    from django.utils import timezone

    from webapp.feed import partitions
    from webapp.feed.models import Visitor

    partitions.make([partitions.month_of(timezone.now())])
    Visitor.objects.bulk_create(Visitor(label=f"visitor {n}") for n in range(VISITORS))
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMPORARY TABLE work AS SELECT id, row_number() OVER () - 1 AS n"
            " FROM catalog_artwork; CREATE TEMPORARY TABLE person AS"
            " SELECT id, row_number() OVER () - 1 AS n FROM feed_visitor;"
            " CREATE UNIQUE INDEX ON work (n); CREATE UNIQUE INDEX ON person (n); ANALYZE"
        )
        pairs = (
            "(SELECT g, floor(random() * (SELECT count(*) FROM work))::int AS w,"
            " floor(random() * (SELECT count(*) FROM person))::int AS v"
            " FROM generate_series(1, %s) AS g) AS pairs"
            " JOIN work ON work.n = w JOIN person ON person.n = v"
        )
        cursor.execute(
            "INSERT INTO feed_event (visitor_id, artwork_id, kind, time, basket)"
            f" SELECT person.id, work.id, 'like', now() - g * interval '1 second', '' FROM {pairs}"
            " ON CONFLICT DO NOTHING",
            [likes],
        )
        cursor.execute(
            "INSERT INTO feed_impression (list_id, position, time, visitor_id, artwork_id, surface,"
            " variant, source, propensity) SELECT md5((g / %s)::text)::uuid, g %% %s, now(),"
            f" person.id, work.id, 'for-you', '', 'model', 1 FROM {pairs}",
            [LIST_LENGTH, LIST_LENGTH, shown],
        )
        cursor.execute(
            "SELECT visitor_id FROM feed_event GROUP BY visitor_id"
            " ORDER BY abs(count(*) - 30) LIMIT 1"
        )
        visitor: int = cursor.fetchone()[0]
        cursor.execute("ANALYZE")
    return visitor


def compare(works: int, likes: int, shown: int, rounds: int) -> None:
    from django.core.cache import cache
    from django.db import connection
    from django.test import Client

    from tests.webapp.vectors.crowd import clustered, make_space_of
    from webapp.accounts.models import User
    from webapp.studio.models import Neighbourhood
    from webapp.vectors import actions as vectors

    rng = np.random.default_rng(0)
    ids = make_works(works)
    space = make_space_of(ids, clustered(works, DIM, clusters=max(10, works // 500)))
    vectors.go_live(space)
    points = np.clip(rng.normal(scale=0.4, size=(works, 2)), -1, 1).astype(np.float32)
    found = make_map(ids, points)
    visitor = make_history(likes, shown)
    client = Client(HTTP_HOST="localhost")
    client.force_login(User.objects.create_superuser("curator"))
    layers = [
        Neighbourhood.objects.filter(map=found, layer=layer).order_by("-size")[0]
        for layer in range(len(SIDES))
    ]

    def bare() -> object:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT artwork_id, x, y FROM studio_place WHERE map_id = %s ORDER BY number",
                [found.pk],
            )
            return cursor.fetchall()

    def page(path: str) -> bytes:
        answer = client.get(path)
        assert answer.status_code == 200, f"{path}: {answer.status_code}"
        return bytes(answer.content)

    def afresh(path: str) -> bytes:
        cache.clear()
        return page(path)

    home = f"/studio/maps/{found.pk}"
    columns = client.get(f"{home}/manifest.json").json()["binary"]
    few = ",".join(map(str, rng.choice(ids, 200, replace=False)))
    scores = f"/studio/insight/maps/{found.pk}/scores.bin?model=visrank&visitor={visitor}"
    ways = {
        "bare SQL, places": bare,
        "columns, nothing kept": lambda: afresh(columns),
        "columns, kept": lambda: page(columns),
        "manifest": lambda: page(f"{home}/manifest.json"),
        "cards of 200 works": lambda: page(f"{home}/works/?ids={few}"),
        "find a word": lambda: page(f"{home}/find/?q=work+77"),
        "neighbourhoods": lambda: page("/studio/neighbourhoods/"),
        "a large neighbourhood": lambda: page(f"/studio/neighbourhoods/{layers[0].pk}/"),
        "a small neighbourhood": lambda: page(f"/studio/neighbourhoods/{layers[-1].pk}/"),
        "one visitor's view": lambda: page(f"/studio/insight/?visitor={visitor}"),
        "scores of one visitor": lambda: page(scores),
    }
    ms = interleaved(ways, rounds)
    print(f"\n{works:,} works × {DIM} dimensions, {likes:,} likes, {shown:,} impressions\n")
    print("| | ms | over bare SQL |\n|---|---:|---|")
    for name, value in ms.items():
        print(f"| {name} | {value:.0f} | {value / ms['bare SQL, places']:.1f} × |")
    print(f"\nColumns as sent: {len(page(columns)) / 1e6:.2f} MB.")


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--works", type=int, default=100_000)
    parser.add_argument("--likes", type=int, default=300_000)
    parser.add_argument("--shown", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    django.setup()
    with scratch_database():
        compare(options.works, options.likes, options.shown, options.rounds)


if __name__ == "__main__":
    main()
