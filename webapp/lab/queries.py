"""Read side of the lab: runs, their progress, and what a new run can be made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.db.models import Count, F, OuterRef, QuerySet, Subquery
from django.utils import timezone

from webapp.catalog.models import Artwork
from webapp.feed.models import Event
from webapp.lab import catalogue
from webapp.lab.catalogue import NEXT, VISITS
from webapp.lab.models import Epoch, Run, Schedule
from webapp.vectors.models import Feature
from webapp.vectors.queries import live_space

CHOSEN: Final = (Event.Kind.LIKE, Event.Kind.SAVE, Event.Kind.PURCHASE)
"""Kinds of events that say somebody wants a work; what models of taste are trained on."""
LOOKED: Final = (Event.Kind.VIEW, *CHOSEN)
"""Kinds of events that say somebody was at a work; what models of visits are trained on."""

_LARGE: Final = ("parent__log", "version__report", "version__samples")


@dataclass(frozen=True, slots=True)
class Extractor:
    """Features that a run can learn from."""

    name: str
    works: int
    """Visible works that have them."""
    live: bool
    """Whether the look space that serves is made of them."""


def runs() -> QuerySet[Run]:
    """All runs, newest first, with `epochs_done`, `epochs_of`, `seconds_left` and `version`."""
    latest = Epoch.objects.filter(run=OuterRef("pk")).order_by("-pk")
    return (
        Run.objects.select_related("by", "parent", "version")
        .defer("log", *_LARGE)
        .annotate(
            epochs_done=Subquery(latest.values("number")[:1]),
            epochs_of=Subquery(latest.values("of")[:1]),
            seconds_left=Subquery(latest.values("seconds_left")[:1]),
        )
        .order_by("-pk")
    )


def run(pk: int) -> Run | None:
    """One run, as `runs` has it, with its log."""
    return runs().defer(None).defer(*_LARGE).filter(pk=pk).first()


def schedule() -> Schedule:
    """What is trained by itself; as it is by default where nobody changed it yet."""
    return Schedule.objects.filter(pk=1).first() or Schedule(pk=1)


def progress(pk: int) -> dict[str, Any] | None:
    """What a page that watches a run asks for again and again, as JSON values; None if it is gone.

    "epochs" holds the points of the chart, by part in the order in which parts were trained:
    [{"part": "", "points": [{"number", "of", "loss", "metric", "best", "lr", "rate", "seconds",
    "seconds_left"}, …]}, …].
    """
    found = run(pk)
    if found is None:
        return None
    parts: dict[str, list[dict[str, Any]]] = {}
    for epoch in Epoch.objects.filter(run=found).order_by("pk").values():
        point = {name: epoch[name] for name in _POINT}
        parts.setdefault(epoch["part"], []).append(point)
    return {
        "state": found.state,
        "label": found.get_state_display(),
        "phase": found.phase,
        "reason": found.reason,
        "cancel_requested": found.cancel_requested,
        "open": found.state in Run.OPEN,
        "seconds": duration(found),
        "worker": found.worker,
        "device": found.device,
        "peak_memory": found.peak_memory,
        "log": found.log,
        "epochs": [{"part": part, "points": points} for part, points in parts.items()],
    }


_POINT: Final = (
    "number",
    "of",
    "loss",
    "metric",
    "best",
    "lr",
    "rate",
    "seconds",
    "seconds_left",
)


def duration(run: Run) -> float | None:
    """Seconds since it was started, to its end or to now; None before."""
    if run.started is None:
        return None
    return ((run.finished or timezone.now()) - run.started).total_seconds()


def open_runs() -> QuerySet[Run]:
    """Runs that wait or run, oldest first."""
    return Run.objects.filter(state__in=Run.OPEN).order_by("pk")


def extractors() -> list[Extractor]:
    """Whose features there are of visible works; those of the live look space first."""
    live = live_space()
    counted = (
        Feature.objects.filter(artwork__state=Artwork.State.VISIBLE)
        .values(name=F("extractor"))
        .annotate(works=Count("pk"))
        .order_by("name")
    )
    found = [Extractor(each["name"], each["works"], _is(live, each["name"])) for each in counted]
    return sorted(found, key=lambda each: not each.live)


def choices(window_days: int | None = None, *, now: datetime | None = None) -> QuerySet[Event]:
    """Events that a run with such a window would learn from, but for hidden works.

    Undone marks and those their visitor took out of the recommendations are not among them.
    """
    return _standing(CHOSEN, window_days, now)


def steps(window_days: int | None = None, *, now: datetime | None = None) -> QuerySet[Event]:
    """The same for a model of visits: looks too, each a step of a visit."""
    return _standing(LOOKED, window_days, now)


def choices_since(last_event: int) -> int:
    """How many choices came in after an event."""
    return choices().filter(pk__gt=last_event).count()


def last_snapshot() -> dict[str, Any] | None:
    """What the newest finished run of a model of taste was trained on, or None."""
    done = Run.objects.filter(state=Run.State.FINISHED).exclude(snapshot={}).order_by("-pk")
    done = done.exclude(model__in=[*catalogue.serving(VISITS), *catalogue.serving(NEXT)])
    return done.values_list("snapshot", flat=True).first()


def _standing(
    kinds: Sequence[str], window_days: int | None, now: datetime | None
) -> QuerySet[Event]:
    events = Event.objects.filter(
        kind__in=kinds, undone=None, muted=None, artwork__state=Artwork.State.VISIBLE
    )
    if window_days is None:
        return events
    return events.filter(time__gte=(now or timezone.now()) - timedelta(days=window_days))


def _is(live: Any, name: str) -> bool:
    return live is not None and live.extractor == name
