"""What the lenses show, how far they agree, and what they cost.

`python -m benchmarks.bench_lenses [--asked N]` reads the database that the settings name, such as
the demo collection's, and writes nothing. For N works it prints, per lens, how many of the ten
nearest have the same style or artist, how many of its ten each other lens has, too, and the time
beside that of asking for the nearest by look alone and for their cards.

With `--works N` it fills a database of its own with synthetic works instead, and prints times only,
under filters also. Markdown; medians.
"""

from __future__ import annotations

import argparse
import os
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from statistics import mean, median
from time import perf_counter
from typing import Any

import django
import numpy as np

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "webapp.settings")

TOP = 10
DIM = 239
"""Columns of the synthetic look, as handmade features have."""
SINGLE = ("look", "colour", "style", "artist", "taste")


def sample(asked: int) -> list[Any]:
    """Return works to be asked about, drawn at random."""
    from webapp.catalog import queries as catalog

    ids = list(catalog.visible().order_by("pk").values_list("pk", flat=True))
    rng = np.random.default_rng(0)
    chosen = rng.choice(ids, size=min(asked, len(ids)), replace=False).tolist()
    found = catalog.artworks().in_bulk(chosen)
    return [found[pk] for pk in chosen]


def quality(works: Sequence[Any]) -> None:
    """Print precision at ten and the agreement of each two lenses."""
    from webapp.catalog.models import Artwork
    from webapp.feed.lenses import rank
    from webapp.feed.seen import AGREE, see

    facts = {
        pk: (style, artist)
        for pk, style, artist in Artwork.objects.values_list("pk", "style", "artist")
    }
    tops: defaultdict[str, dict[int, list[int]]] = defaultdict(dict)
    for work in works:
        seen = see(work)
        for lens in seen.lenses:
            tops[lens][work.pk] = list(rank(seen, lens, None, TOP).ids)
    names = [name for name in (AGREE, *SINGLE) if name in tops]

    def same(lens: str, place: int) -> float:
        return mean(
            mean([facts[pk][place] == facts[own][place] for pk in top] or [False])
            for own, top in tops[lens].items()
        )

    def shared(one: str, other: str) -> float:
        both = tops[one].keys() & tops[other].keys()
        return mean(len(set(tops[one][pk]) & set(tops[other][pk])) for pk in both)

    print(f"\n## The {TOP} nearest of {len(works)} works\n")
    print("| lens | works | same style | same artist |", *(f"{n} |" for n in names))
    print("|---|---:|---:|---:|" + "---:|" * len(names))
    for one in names:
        row = [f"{shared(one, other):.1f}" for other in names]
        print(
            f"| {one} | {len(tops[one])} | {same(one, 0):.2f} | {same(one, 1):.2f} |",
            " | ".join(row),
            "|",
        )


def times(works: Sequence[Any], conditions: Mapping[str, Any]) -> None:
    """Print what each lens costs, beside the nearest by look alone."""
    from webapp.feed.lens_strip import LENGTH, strip_of
    from webapp.feed.lenses import rank
    from webapp.feed.queries import cards_of
    from webapp.feed.seen import AGREE, see
    from webapp.vectors import queries as vectors

    spent: defaultdict[str, list[float]] = defaultdict(list)

    def clock(name: str, ask: Callable[[], object]) -> None:
        start = perf_counter()
        ask()
        spent[name].append(1000 * (perf_counter() - start))

    def plain(work: Any) -> object:
        space = vectors.live_space()
        if space is None:
            raise SystemExit("There is no live look space: import some works first.")
        vector = vectors.vectors_of(space, [work.pk])[1][0]
        near = vectors.nearest(space, vector, limit=LENGTH, exclude=[work.pk])
        return cards_of([hit.artwork_id for hit in near])

    there = see(works[0]).lenses
    for turn, work in enumerate(works):
        if turn == 2:  # the first ones warm up
            spent.clear()
        clock("plain", lambda work=work: plain(work))  # type: ignore[misc]
        for lens in there:
            for name, condition in conditions.items():
                clock(
                    f"{lens}|{name}",
                    lambda work=work, lens=lens, condition=condition: rank(  # type: ignore[misc]
                        see(work), lens, condition, LENGTH
                    ),
                )
        clock("strip, nothing kept", lambda work=work: strip_of(work, AGREE))  # type: ignore[misc]
        clock("strip, lists kept", lambda work=work: strip_of(work, "colour"))  # type: ignore[misc]
    plainly = median(spent["plain"])
    print(f"\n## Times\n\n{len(works)} works, {LENGTH} neighbours; plain: {plainly:.1f} ms\n")
    print("| |", " | ".join(f"{name}, ms | × plain" for name in conditions), "|")
    print("|---|" + "---:|---:|" * len(conditions))
    for lens in there:
        cells = [median(spent[f"{lens}|{name}"]) for name in conditions]
        print(f"| {lens} |", " | ".join(f"{ms:.1f} | {ms / plainly:.1f}" for ms in cells), "|")
    for name in ("strip, nothing kept", "strip, lists kept"):
        ms = median(spent[name])
        print(f"| {name} | {ms:.1f} | {ms / plainly:.1f} |" + " | |" * (len(conditions) - 1))


def synthetic(works: int, asked: int) -> None:
    """Fill a database of its own and print times, with filters that few works pass."""
    from django.db import connection

    from benchmarks.bench_queries import scratch_database
    from benchmarks.bench_search import fill
    from tests.webapp.makers import make_space
    from tests.webapp.tastes import make_taste, mean_bundle
    from webapp.catalog.conditions import of_facets
    from webapp.vectors import actions as vectors

    with scratch_database():
        fill(works)
        rng = np.random.default_rng(0)
        ids = np.arange(1, works + 1)
        taste = make_taste(mean_bundle(dim=64, scored=64, profile=(0, 64)))
        for space in (make_space(DIM), taste):
            for start in range(0, works, 5_000):
                some = ids[start : start + 5_000]
                rows = rng.normal(size=(len(some), space.dim)).astype(np.float32)
                rows /= np.linalg.norm(rows, axis=1, keepdims=True)
                vectors.store_vectors(space, some.tolist(), rows)
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
        style = of_facets({"style": ("style 20",)})["style"]
        rare = of_facets({"price": ("EUR1-3",)})["price"]
        print(f"\n{works:,} synthetic works × {DIM} dimensions, no index")
        times(
            sample(asked),
            {"all": None, "a style": style, "a rare price": rare},
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--asked", type=int, default=100, help="works to be asked about")
    parser.add_argument("--works", type=int, default=0, help="synthetic works, for times alone")
    options = parser.parse_args()
    django.setup()
    if options.works:
        synthetic(options.works, options.asked)
        return
    works = sample(options.asked)
    if len(works) <= TOP:
        raise SystemExit(f"Needs more than {TOP} visible works, found {len(works)}.")
    quality(works)
    times(works, {"all": None})


if __name__ == "__main__":
    main()
