"""What the audit trail costs an import: rows of works written with and without its triggers.

    python -m benchmarks.bench_trail [works]

Each round writes the same made-up works and then lets workers move them on, as an import does, in a
transaction that is taken back; rounds with and without triggers take turns, and medians are
compared. Only rows are written: no picture is opened, no vector made, beside which it vanishes.
"""

from __future__ import annotations

import os
import sys
from statistics import median
from time import perf_counter

ROUNDS = 7


def main(works: int = 1000) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "webapp.settings")
    import django

    django.setup()
    from django.db import connection

    seconds: dict[str, list[float]] = {"ENABLE": [], "DISABLE": []}
    _round("ENABLE", works)  # to warm up
    for _ in range(ROUNDS):
        for mode, times in seconds.items():
            times.append(_round(mode, works))
    with_trail, without = median(seconds["ENABLE"]), median(seconds["DISABLE"])
    print(f"{connection.vendor}, {works} works, one row at a time, median of {ROUNDS}")
    print(f"without trail {without:.2f} s, with trail {with_trail:.2f} s")
    print(f"ratio {with_trail / without:.2f}")


def _round(mode: str, works: int) -> float:
    from django.db import connection, transaction
    from django.utils import timezone

    from webapp.catalog.models import Artist, Artwork

    with transaction.atomic(), connection.cursor() as cursor:
        for name in _triggers(cursor):
            cursor.execute(f'ALTER TABLE catalog_artwork {mode} TRIGGER "{name}"')
        artist = Artist.objects.create(name="of the benchmark", slug="of-the-benchmark")
        now = timezone.now()
        begun = perf_counter()
        made = [
            Artwork.objects.create(
                title=f"Ridge {number}", artist=artist, added=now, description="evening " * 60
            ).pk
            for number in range(works)
        ]
        Artwork.objects.filter(pk__in=made).update(attempts=1, claimed_until=now)
        Artwork.objects.filter(pk__in=made).update(state="visible", claimed_until=None)
        taken = perf_counter() - begun
        transaction.set_rollback(True)
    return taken


def _triggers(cursor: object) -> list[str]:
    cursor.execute(  # type: ignore[attr-defined]
        "SELECT tgname FROM pg_trigger WHERE tgrelid = 'catalog_artwork'::regclass"
        " AND tgname LIKE 'pgtrigger_%'"
    )
    return [name for (name,) in cursor.fetchall()]  # type: ignore[attr-defined]


if __name__ == "__main__":
    main(*map(int, sys.argv[1:2]))
