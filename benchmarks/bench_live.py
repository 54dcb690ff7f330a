"""p50 and p95 of For you and More like this on the site's own data.

`python -m benchmarks.bench_live [--rounds N]` reads the database that the settings name and writes
nothing: profiles are drawn from its artworks.
"""

from __future__ import annotations

import argparse
import os
from time import perf_counter

import django
import numpy as np

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "webapp.settings")


def measure(rounds: int, likes: int) -> None:
    from webapp.catalog.models import Artwork
    from webapp.catalog.queries import artworks
    from webapp.feed import queries
    from webapp.feed.lens_strip import strip_of
    from webapp.feed.profile import Profile, of_works
    from webapp.feed.queries import FeedPage
    from webapp.feed.ranking import recommend
    from webapp.feed.served import knobs, serving

    ids = list(Artwork.objects.filter(state=Artwork.State.VISIBLE).values_list("pk", flat=True))
    if len(ids) < 2 * likes:
        raise SystemExit(f"Needs {2 * likes} visible works, found {len(ids)}: import some first.")
    rng = np.random.default_rng(0)

    def for_you(profile: Profile) -> FeedPage:
        served = serving()
        entries = recommend(profile, served, knobs=knobs())
        return queries.page_of(entries, profile, served)

    times: dict[str, list[float]] = {"For you": [], "More like this": []}
    for turn in range(rounds + 3):
        profile = of_works(int(pk) for pk in rng.choice(ids, likes, replace=False))
        work = artworks().get(pk=int(rng.choice(ids)))
        for name, ask in (
            ("For you", lambda profile=profile: for_you(profile)),
            ("More like this", lambda work=work: strip_of(work, "agree")),
        ):
            start = perf_counter()
            ask()
            if turn >= 3:  # the first ones warm the caches
                times[name].append(1000 * (perf_counter() - start))
    print(f"\n{len(ids):,} works, {likes} likes, {rounds} rounds\n")
    print("| query | p50 ms | p95 ms |\n|---|---:|---:|")
    for name, values in times.items():
        print(f"| {name} | {np.percentile(values, 50):.1f} | {np.percentile(values, 95):.1f} |")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=100)
    parser.add_argument("--likes", type=int, default=5)
    options = parser.parse_args()
    django.setup()
    measure(options.rounds, options.likes)


if __name__ == "__main__":
    main()
