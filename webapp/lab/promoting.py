"""Which model serves: ask for a version to be prepared or promoted, and go back at once.

A promotion is a row that a worker works on, in `workers.tasks.promote`. Going back needs no worker:
the space that served before is kept, indexed and given all new works, so one row is switched.
"""

from __future__ import annotations

from typing import Final

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from webapp.accounts.models import User
from webapp.feed.models import Experiment
from webapp.jobs import Job, enqueue
from webapp.lab import catalogue
from webapp.lab.catalogue import NEXT, PURPOSES, TASTE, VISITS
from webapp.lab.models import Promotion, Version
from webapp.lab.words import plain
from webapp.vectors import actions, queries
from webapp.vectors.models import Space

UNTRAINED: Final = {
    TASTE: "VisRank",
    VISITS: "counting what is looked at together",
    NEXT: "no row",
}
"""What visitors see while no model serves a purpose."""
KEEP: Final = 3
"""Retired spaces that are kept beside the one that serves and the one before it, and as many that
are prepared and never served."""
_STANDING: Final = (Space.State.READY, Space.State.RETIRED, Space.State.LIVE)


class PromotionError(Exception):
    """It cannot be promoted, prepared or rolled back; a sentence for the curator says why."""


def serving_version(purpose: str = TASTE) -> Version | None:
    """Return the version that serves a purpose; None while what needs no training does."""
    live = Version.objects.filter(space__purpose=purpose, space__state=Space.State.LIVE)
    return live.defer("report", "samples").first()  # megabytes, of which most callers ask nothing


def purpose_of(version: Version) -> str:
    """Return what the model of a version serves."""
    return catalogue.purpose_of(version.run.model)


@transaction.atomic
def promote(version: Version | None, by: User | None, override: str = "") -> Promotion:
    """Let `version` serve once it is prepared and has passed the gate; None for VisRank, at once.

    Asked again while it is under way, the row that is under way comes back; while it is prepared
    only, it is promoted too. A version that serves already stays, and nothing is done.

    Args:
        version: What shall serve.
        by: Who says so; None at the command line.
        override: Why it shall serve even if the gate refuses it. Needs a name to stand for it.

    Raises:
        PromotionError: If it cannot serve, or an override is nobody's.
    """
    override = plain(override)
    if override and by is None:
        raise PromotionError("Who overrides the gate answers for it by name; say who it is.")
    if version is None:
        return _leave_to_visrank(by)
    _require_servable(version)
    if version == serving_version(purpose_of(version)) and not _under_way(version):
        return _by_which_it_serves(version) or Promotion.objects.create(
            version=version, by=by, state=Promotion.State.DONE, finished=timezone.now()
        )
    found = _under_way(version).first()
    if found is None:
        return _queue(version, by, Promotion.Kind.PROMOTE, override)
    if found.kind != Promotion.Kind.PROMOTE or (override and not found.override):
        found.kind, found.override, found.by = Promotion.Kind.PROMOTE, override, by
        found.save(update_fields=["kind", "override", "by"])
    return found


@transaction.atomic
def prepare(version: Version, by: User | None) -> Promotion:
    """Let a worker fill and index the space of `version` without letting it serve.

    An experiment needs no more. What is under way already comes back.

    Raises:
        PromotionError: If it cannot serve.
    """
    _require_servable(version)
    return _under_way(version).first() or _queue(version, by, Promotion.Kind.PREPARE)


@transaction.atomic
def rebuild(space: Space, by: User | None) -> Promotion:
    """Let a worker compute every vector of `space` anew and mend what is wrong; it serves on.

    Raises:
        PromotionError: If it is of no use any more, or nothing is known that could fill it.
    """
    if space.purpose == actions.LOOK:
        if space.state != Space.State.LIVE:
            raise PromotionError(f"{space} serves nobody any more and is not rebuilt.")
        return _queue(None, by, Promotion.Kind.REBUILD)
    version = Version.objects.filter(space=space, space__state__in=_STANDING).first()
    if version is None:
        raise PromotionError(f"No version belongs to {space}; promote the version it was made of.")
    return _under_way(version).first() or _queue(version, by, Promotion.Kind.REBUILD)


@transaction.atomic
def rollback(by: User | None, purpose: str = TASTE) -> Promotion:
    """Let serve, from the next request on, what served before what serves now was promoted.

    Where that is not kept any more, or there was nothing, what needs no training serves: VisRank
    over the look, for taste. Promotions under way for this purpose end, or they would take this
    back in a few minutes.

    Raises:
        PromotionError: If no model serves and nothing is known to go back to.
    """
    actions.hold_switch()
    live = serving_version(purpose)
    former = before(live) if live is not None or purpose == TASTE else None
    if former is not None and former.state not in (Space.State.READY, Space.State.RETIRED):
        former = None
    if live is None and former is None:
        what = "VisRank serves, which needs no training" if purpose == TASTE else "No model serves"
        raise PromotionError(f"{what}; there is nothing to roll back to.")
    _end_those_under_way(
        purpose, "It was ended by a roll-back; promote it again if it shall serve."
    )
    taken = actions.go_live(former, allow_missing=True) if former else actions.retire(purpose)
    return Promotion.objects.create(
        version=Version.objects.filter(space=former).first() if former else None,
        kind=Promotion.Kind.ROLLBACK,
        state=Promotion.State.DONE,
        by=by,
        former=taken,
        finished=timezone.now(),
    )


def before(version: Version | None) -> Space | None:
    """Return what served before `version`, or VisRank, was promoted; None for VisRank."""
    done = _by_which_it_serves(version)
    return done.former if done else None


def kept_spaces() -> set[int]:
    """Return the ids of spaces that must not be dropped, however old.

    Those of experiments that run or are about to, of promotions under way, and the one that a
    roll-back would go to.
    """
    kept: set[int | None] = set()
    waiting = Experiment.objects.exclude(state=Experiment.State.STOPPED)
    for pair in waiting.values_list("space_a", "space_b"):
        kept.update(pair)
    under_way = Promotion.objects.filter(state__in=Promotion.OPEN)
    kept.update(under_way.values_list("version__space", flat=True))
    for purpose in PURPOSES:
        live = serving_version(purpose)
        if (live is not None or purpose == TASTE) and (former := before(live)):
            kept.add(former.pk)
    return {pk for pk in kept if pk is not None}


def _leave_to_visrank(by: User | None) -> Promotion:
    actions.hold_switch()
    former = queries.live_space(TASTE)
    if former is None:
        raise PromotionError("VisRank serves already.")
    _end_those_under_way(TASTE, "It was ended when VisRank was chosen; promote it again.")
    actions.retire(TASTE)
    return Promotion.objects.create(
        kind=Promotion.Kind.PROMOTE,
        state=Promotion.State.DONE,
        by=by,
        former=former,
        finished=timezone.now(),
    )


def _queue(version: Version | None, by: User | None, kind: str, override: str = "") -> Promotion:
    try:
        with transaction.atomic():
            queued = Promotion.objects.create(version=version, by=by, kind=kind, override=override)
    except IntegrityError:  # another request was faster
        return Promotion.objects.get(version=version, state__in=Promotion.OPEN)
    enqueue(Job.PROMOTE)
    return queued


def _under_way(version: Version) -> QuerySet[Promotion]:
    """What is open for a version, locked; there is one at most."""
    found = Promotion.objects.filter(version=version, state__in=Promotion.OPEN)
    return found.select_for_update(of=("self",))


def _by_which_it_serves(version: Version | None) -> Promotion | None:
    """Return the newest promotion that let `version`, or VisRank, serve."""
    done = Promotion.objects.filter(
        version=version, kind=Promotion.Kind.PROMOTE, state=Promotion.State.DONE
    )
    return done.select_related("former").order_by("-finished", "-pk").first()


def _end_those_under_way(purpose: str, reason: str) -> None:
    open_ones = Promotion.objects.filter(kind=Promotion.Kind.PROMOTE, state__in=Promotion.OPEN)
    mine = [
        row.pk
        for row in open_ones.select_related("version__run")
        if row.version is None or purpose_of(row.version) == purpose
    ]
    open_ones.filter(pk__in=mine).update(
        state=Promotion.State.FAILED, reason=reason, finished=timezone.now(), claimed_until=None
    )


def _require_servable(version: Version) -> None:
    if not version.servable:
        raise PromotionError(
            f"{version} does not end as item vectors and a small head, so it cannot be served from "
            f"the vector index; it can only be compared."
        )
    if not version.file:
        raise PromotionError(
            f"The file of {version} was deleted for its age, for nobody ever wanted it to serve. "
            f"Start its run {version.run_id} again as a clone."
        )
