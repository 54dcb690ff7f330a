"""The page for Prometheus: what the processes count, and what rows know when it is asked for."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from django.conf import settings
from django.db import Error
from kombu.exceptions import OperationalError
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric, SummaryMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from webapp.feed import impressions
from webapp.jobs import doorbells
from webapp.operations import queries
from webapp.operations.models import Tally
from webapp.vectors.models import Space

log = logging.getLogger(__name__)

CONTENT_TYPE: Final = CONTENT_TYPE_LATEST


def exposition() -> bytes:
    """Return the page."""
    counted = REGISTRY
    if settings.METRICS_FOLDER:
        counted = CollectorRegistry()
        MultiProcessCollector(counted, path=settings.METRICS_FOLDER)  # type: ignore[no-untyped-call]
    asked = CollectorRegistry()
    asked.register(_Rows())
    return generate_latest(counted) + generate_latest(asked)


class _Rows(Collector):
    """Asks the database and the broker; one that is away is a 0 among the figures, no error."""

    def collect(self) -> Iterable[Metric]:
        for part, ask in (("database", _database), ("broker", _broker)):
            up = 1
            try:
                yield from list(ask())
            except (Error, OperationalError, OSError) as error:
                log.warning("metrics without the %s: %s", part, error)
                up = 0
            yield _gauge(f"artrec_{part}_up", f"Whether the {part} answers.", (), {(): up})
        yield _gauge(
            "artrec_impressions_waiting",
            "Impressions that the answering process has yet to write.",
            (),
            {(): impressions.waiting()},
        )


def _database() -> Iterator[Metric]:
    yield _gauge("artrec_rows", "Rows by state.", ("kind", "state"), queries.states())
    yield _gauge(
        "artrec_oldest_waiting_seconds",
        "For how long the oldest row of a kind waits for a worker.",
        ("kind",),
        {(kind,): seconds for kind, seconds in queries.oldest_waiting().items()},
    )
    yield _gauge(
        "artrec_worker_silent_seconds",
        "Time since a worker's last sign of life.",
        ("worker",),
        {(each.name,): each.seconds for each in queries.workers()},
    )
    live = Space.objects.filter(state=Space.State.LIVE).defer("transform", "head")
    yield _gauge(
        "artrec_serving_info",
        "What serves each purpose; always 1.",
        ("purpose", "space", "name", "extractor", "index"),
        {(s.purpose, str(s.pk), str(s), s.extractor, s.index): 1 for s in live},
    )
    took = SummaryMetricFamily(
        "artrec_task_seconds",
        "Time that tasks took in all workers, ever since.",
        labels=("task", "outcome"),
    )
    for row in Tally.objects.order_by("task", "outcome"):
        took.add_metric((row.task, row.outcome), count_value=row.count, sum_value=row.seconds)
    yield took


def _broker() -> Iterator[Metric]:
    yield _gauge(
        "artrec_doorbells",
        "Messages that wait on the broker. The work itself is rows.",
        ("queue",),
        {(queue,): count for queue, count in doorbells().items()},
    )


def _gauge(name: str, text: str, labels: tuple[str, ...], values: Mapping[Any, float]) -> Metric:
    family = GaugeMetricFamily(name, text, labels=labels)
    for key, value in values.items():
        family.add_metric(key, value)
    return family
