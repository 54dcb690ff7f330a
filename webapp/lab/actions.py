"""Write side of the lab's runs: start, cancel, retry, clone, and the nightly one.

A run is a row; the message to the workers says only that there is one.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import transaction
from django.utils import timezone

from webapp.accounts.models import User
from webapp.jobs import Job, enqueue
from webapp.lab import catalogue, queries
from webapp.lab.catalogue import SettingsError
from webapp.lab.models import Run, Schedule

NIGHT: Final = timedelta(hours=6)
"""How long after its hour the nightly run may still start; after that it is day."""
_LARGEST: Final = 2**31 - 1


class RunStateError(Exception):
    """A run cannot be cancelled or tried again in the state it is in; a sentence says why."""


def start_run(
    *,
    model: str,
    config: Mapping[str, Any],
    window_days: int | None = None,
    seed: int = 0,
    by: User | None = None,
    parent: Run | None = None,
    extractor: str = "",
) -> Run:
    """Let a worker train `model`.

    Args:
        model: Name of a model of the catalogue.
        config: Settings by dotted name, as values or as a form's text; see `catalogue.parse`.
        window_days: Only events of so many days; None for all.
        seed: Of everything that is drawn at random.
        by: Who wants it; None for the schedule.
        parent: The run it was cloned from.
        extractor: Whose features it learns from; "" for those of the live look space.

    Raises:
        SettingsError: With a sentence for each thing that cannot be, by its name.
    """
    errors: dict[str, str] = {}
    chosen: dict[str, Any] = {}
    known = catalogue.model(model)
    try:
        chosen = catalogue.parse(model, config)
    except SettingsError as error:
        errors |= error.errors
    if window_days is not None and not 1 <= window_days <= _LARGEST:
        errors["window_days"] = f"The window must be at least one day; it is {window_days}."
    if not 0 <= seed <= _LARGEST:
        errors["seed"] = f"The seed must be from 0 to {_LARGEST}; it is {seed}."
    if known.features:
        extractor, error_text = _extractor(extractor)
        if error_text:
            errors["extractor"] = error_text
    else:
        extractor = ""
    if errors:
        raise SettingsError(errors)
    run = Run.objects.create(
        model=model,
        config=chosen,
        window_days=window_days,
        extractor=extractor,
        seed=seed,
        by=by,
        parent=parent,
    )
    enqueue(Job.TRAIN)
    return run


def clone_run(run: Run, *, by: User | None, **changes: Any) -> Run:
    """Start a run with the settings of another, but for `changes`: arguments of `start_run`.

    Raises:
        SettingsError: As `start_run`.
    """
    same = {
        "model": run.model,
        "config": run.config,
        "window_days": run.window_days,
        "seed": run.seed,
        "extractor": run.extractor,
    }
    return start_run(**{**same, **changes}, by=by, parent=run)


@transaction.atomic
def cancel_run(run: Run) -> None:
    """End a run: at once where none works on it, else at the end of the epoch it is in.

    Raises:
        RunStateError: If it has ended already.
    """
    held = Run.objects.select_for_update().get(pk=run.pk)
    if held.state == Run.State.QUEUED:
        held.state, held.finished = Run.State.CANCELLED, timezone.now()
        held.save(update_fields=["state", "finished"])
    elif held.state == Run.State.RUNNING:
        held.cancel_requested = True
        held.save(update_fields=["cancel_requested"])
        enqueue(Job.TRAIN)  # its worker may be dead
    else:
        raise RunStateError(f"Run {run.pk} has ended already: it is {held.get_state_display()}.")


@transaction.atomic
def retry_run(run: Run) -> None:
    """Go on with a run that failed or was cancelled, on the same data, from its last checkpoint.

    Raises:
        RunStateError: If it waits, runs or is finished.
    """
    ended = (Run.State.FAILED, Run.State.CANCELLED)
    again = Run.objects.filter(pk=run.pk, state__in=ended).update(
        state=Run.State.QUEUED,
        reason="",
        cancel_requested=False,
        attempts=0,
        claimed_until=None,
        finished=None,
    )
    if not again:
        raise RunStateError(
            f"Run {run.pk} can be tried again only once it failed or was cancelled; clone it."
        )
    enqueue(Job.TRAIN)


@transaction.atomic
def start_scheduled(now: datetime | None = None) -> Run | None:
    """Start the nightly run if it is due; safe to call at any time and from several places.

    It is due in the hours after the schedule's hour, once a night, when no other run is open and
    enough choices came in since the newest finished run. Where its settings no longer fit, nothing
    starts, and the SettingsError is the caller's to tell.
    """
    now = now or timezone.now()
    schedule = _locked_schedule()
    begin = now.replace(hour=schedule.hour, minute=0, second=0, microsecond=0)
    if begin > now:  # a night that began before midnight
        begin -= timedelta(days=1)
    if not schedule.enabled or now >= begin + NIGHT:
        return None
    if Run.objects.filter(by=None, created__gte=begin).exists() or queries.open_runs().exists():
        return None
    last = queries.last_snapshot() or {}
    if queries.choices_since(int(last.get("last_event", 0))) < schedule.min_events:
        return None
    return start_run(model=schedule.model, config=schedule.config, window_days=schedule.window_days)


def schedule() -> Schedule:
    """The one row, made when it is first asked for."""
    return Schedule.objects.get_or_create(pk=1)[0]


def set_schedule(
    *,
    enabled: bool,
    model: str,
    config: Mapping[str, Any],
    window_days: int | None,
    hour: int,
    min_events: int,
) -> Schedule:
    """Change what is trained by itself.

    Raises:
        SettingsError: With a sentence for each thing that cannot be, by its name.
    """
    errors: dict[str, str] = {}
    chosen: dict[str, Any] = {}
    try:
        chosen = catalogue.parse(model, config)
    except SettingsError as error:
        errors |= error.errors
    if not 0 <= hour <= 23:
        errors["hour"] = f"The hour must be from 0 to 23; it is {hour}."
    if not 1 <= min_events <= _LARGEST:
        errors["min_events"] = f"The number must be from 1 to {_LARGEST}; it is {min_events}."
    if window_days is not None and not 1 <= window_days <= _LARGEST:
        errors["window_days"] = f"The window must be at least one day; it is {window_days}."
    if errors:
        raise SettingsError(errors)
    values = {
        "enabled": enabled,
        "model": model,
        "config": chosen,
        "window_days": window_days,
        "hour": hour,
        "min_events": min_events,
    }
    return Schedule.objects.update_or_create(pk=1, defaults=values)[0]


def _locked_schedule() -> Schedule:
    schedule()
    return Schedule.objects.select_for_update().get(pk=1)


def _extractor(wanted: str) -> tuple[str, str]:
    """The name of an extractor with features, and what is wrong, if anything."""
    found = queries.extractors()
    if wanted and wanted not in {each.name for each in found}:
        known = ", ".join(each.name for each in found) or "none yet"
        return "", f"No work has features of {wanted!r}; there are {known}."
    if not wanted and not (found and found[0].live):
        return "", "No work has been embedded yet. Import some, and train when they are visible."
    return wanted or found[0].name, ""
