"""Reports as a worker writes them."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from tests.webapp.makers import make_artwork, make_space, place
from webapp.catalog.models import Artwork
from webapp.quality.models import Report
from webapp.vectors.models import Space


def make_report(count: int = 4, **changes: Any) -> tuple[Report, list[Artwork]]:
    """A measured space of `count` works, each in every list."""
    space = make_space()
    works = [make_artwork(f"Work {n}", artist=f"Hand {n % 2}") for n in range(count)]
    for number, work in enumerate(works):
        place(space, work, (1, number, 0, 0))
    row = report_of(space, works, **changes)
    return row, works


def report_of(space: Space, works: list[Artwork], **changes: Any) -> Report:
    values = {
        "state": Report.State.READY,
        "share": 1,
        "asked": timezone.now(),
        "measured": timezone.now(),
        "works": len(works),
        "figures": figures([work.pk for work in works]),
    }
    return Report.objects.create(space=space, **(values | changes))


def figures(ids: list[int]) -> dict[str, Any]:
    at = [{"k": k, "mean": 0.6, "low": 0.5, "high": 0.7} for k in (1, 5, 10, 20)]
    one = {"id": ids[0], "near": [{"id": pk, "cosine": 0.9} for pk in ids[1:]]}
    return {
        "asked": len(ids),
        "style": {"labelled": 4, "values": 1, "chance": 0.05, "at": at},
        "artist": {"labelled": 4, "values": 2, "chance": 0.5, "at": at},
        "styles": [{"name": "Ridges", "works": 4, "mean": 0.6, "low": 0.5, "high": 0.7}],
        "hubs": {
            "k": 10,
            "among": len(ids),
            "skewness": 2.5,
            "works": [{"id": ids[1], "times": 3}],
            "orphans": 1,
            "alone": [ids[2]],
        },
        "dimension": {
            "columns": 4,
            "two_nn": 3.1,
            "participation": 2.0,
            "half": 1,
            "most": 3,
            "spectrum": [[1, 0.5], [2, 0.8], [4, 1.0]],
        },
        "similarity": {"pairs": [0.5, 0.5], "nearest": [0, 1], "pair": 0.1, "neighbour": 0.9},
        "twins": {
            "from": 0.95,
            "works": 2,
            "pairs": [{"a": ids[0], "b": ids[1], "cosine": 0.99}],
        },
        "gallery": [one],
        "worst": {"works": 1, "shown": [one]},
        "seconds": 1.5,
    }
