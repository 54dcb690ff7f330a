"""What this process counts and times, for Prometheus; `webapp.operations` adds what rows know.

Where several web processes run, `PROMETHEUS_MULTIPROC_DIR` names a folder in which the library
keeps the figures of all of them together: see docs/operations.md.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Final, Literal

from prometheus_client import Counter, Histogram, disable_created_metrics

disable_created_metrics()  # type: ignore[no-untyped-call]  # a line more for each series

Stage = Literal["head", "search", "rerank", "reasons"]

REQUESTS: Final = Histogram(
    "artrec_request_seconds",
    "Time to answer, by the name of the route; static files and unknown addresses have none.",
    ["view", "method", "status"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
)
STAGES: Final = Histogram(
    "artrec_for_you_stage_seconds",
    "Time that one stage of a list of recommendations takes.",
    ["stage"],
    buckets=(0.0002, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5),
)
IMPRESSIONS_WRITTEN: Final = Counter(
    "artrec_impressions_written", "Impressions that are in the database."
)
IMPRESSIONS_DROPPED: Final = Counter(
    "artrec_impressions_dropped", "Impressions that were given up: no room, or refused."
)
SIGN_INS: Final = Counter(
    "artrec_sign_ins", "Tries to sign in: right, wrong, or held up after too many.", ["outcome"]
)


def stage(name: Stage) -> AbstractContextManager[object]:
    """Time a stage of For you: `with stage("head"): …`. Microseconds, from any thread."""
    return STAGES.labels(name).time()
