"""Write side of the lab's experiments: draft, start, stop, decide; and what may be compared."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Final

from django.db import IntegrityError, transaction
from django.utils import timezone

from webapp.accounts.models import User
from webapp.feed.models import Experiment
from webapp.lab.catalogue import TASTE
from webapp.lab.models import Version
from webapp.lab.words import plain
from webapp.vectors import actions as vectors
from webapp.vectors.models import Space

LOOK_KEY: Final = "look"
"""How a form names VisRank, which has no version."""
_STANDING: Final = (Space.State.READY, Space.State.LIVE, Space.State.RETIRED)


class ExperimentError(Exception):
    """It cannot be drafted, started, stopped or decided; a sentence for the curator says why."""


@dataclass(frozen=True, slots=True)
class Contestant:
    """Something that can rank For you now."""

    key: str
    """As a form names it: the id of its version, or `LOOK_KEY`."""
    name: str
    space_id: int | None
    version: Version | None = None
    serves: bool = False


def contestants() -> list[Contestant]:
    """Return what two may be chosen of: VisRank, and versions that are prepared or serve."""
    versions = (
        Version.objects.filter(space__state__in=_STANDING, space__purpose=TASTE)
        .select_related("space", "run")
        .defer("report", "samples", "space__head", "space__transform", "run__log")
    )
    found = [
        Contestant(
            key=str(version.pk),
            name=str(version),
            space_id=version.space_id,
            version=version,
            serves=version.space is not None and version.space.state == Space.State.LIVE,
        )
        for version in versions
    ]
    serves = not any(each.serves for each in found)
    return [Contestant(LOOK_KEY, "VisRank over the look", None, serves=serves), *found]


def draft(
    *, name: str, kind: str, first: str, second: str, share: float, by: User | None
) -> Experiment:
    """Make an experiment that does not run yet.

    Args:
        name: Unlike that of any other.
        kind: Of `Experiment.Kind`.
        first: Key of the contestant that is side A.
        second: Of side B.
        share: Of visitors with a taste, how many take part; above 0, at most 1.
        by: Who wants it.

    Raises:
        ExperimentError: If that makes no experiment.
    """
    name = plain(name)
    known = {each.key: each for each in contestants()}
    if not name or len(name) > 100:
        raise ExperimentError("Give the experiment a name of at most 100 characters.")
    if kind not in Experiment.Kind.values:
        raise ExperimentError("Choose an A/B test or interleaving.")
    if first not in known or second not in known:
        raise ExperimentError("Choose two models that are prepared or serve.")
    if first == second:
        raise ExperimentError("A model cannot be compared with itself; choose two.")
    if not 0 < share <= 1:
        raise ExperimentError("The share of visitors must be above 0 and at most 100 %.")
    try:
        with transaction.atomic():
            return Experiment.objects.create(
                name=name,
                kind=kind,
                space_a_id=known[first].space_id,
                space_b_id=known[second].space_id,
                share=share,
                salt=secrets.token_hex(16),
                created_by=by,
            )
    except IntegrityError as error:
        raise ExperimentError(f"There is an experiment called {name!r} already.") from error


@transaction.atomic
def start(experiment: Experiment) -> None:
    """Let visitors take part from their next page on.

    Raises:
        ExperimentError: If it has run, another runs, or one of its models was dropped.
    """
    vectors.hold_switch()  # nothing is dropped meanwhile
    for space in (experiment.space_a, experiment.space_b):
        if space is not None and space.state not in _STANDING:
            raise ExperimentError(f"{space} is not kept any more. Prepare it again and draft anew.")
    drafts = Experiment.objects.filter(pk=experiment.pk, state=Experiment.State.DRAFT)
    try:
        with transaction.atomic():
            begun = drafts.update(state=Experiment.State.RUNNING, started=timezone.now())
    except IntegrityError as error:
        raise ExperimentError("Another experiment runs; stop that one first.") from error
    if not begun:
        raise ExperimentError("It has run already; draft a new one.")


def stop(experiment: Experiment) -> None:
    """Let everybody see what serves again, from their next page on.

    Raises:
        ExperimentError: If it does not run.
    """
    running = Experiment.objects.filter(pk=experiment.pk, state=Experiment.State.RUNNING)
    if not running.update(state=Experiment.State.STOPPED, stopped=timezone.now()):
        raise ExperimentError("It does not run, so there is nothing to stop.")


def decide(experiment: Experiment, *, text: str, by: User) -> None:
    """Keep what was concluded, by whom and when. Later words are added, none are replaced.

    Raises:
        ExperimentError: If nothing is said, or it has not been stopped.
    """
    text = plain(text)
    if not text:
        raise ExperimentError("Write what was concluded and why.")
    with transaction.atomic():
        held = Experiment.objects.select_for_update().get(pk=experiment.pk)
        if held.state != Experiment.State.STOPPED:
            raise ExperimentError("Stop the experiment before you decide on it.")
        line = f"{timezone.now():%Y-%m-%d %H:%M} UTC, {by.username}: {text}"
        held.decision = f"{held.decision}\n\n{line}".strip()
        held.decided_by = by
        held.save(update_fields=["decision", "decided_by"])


def discard(experiment: Experiment) -> None:
    """Delete a draft.

    Raises:
        ExperimentError: If it has been started: what was shown stays on record.
    """
    drafts = Experiment.objects.filter(pk=experiment.pk, state=Experiment.State.DRAFT)
    if not drafts.delete()[0]:
        raise ExperimentError("It has been started, so it is kept.")
