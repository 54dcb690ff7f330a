"""The steps of a promotion. Each may be done again, so a worker that dies costs only time."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.db import transaction

from webapp.lab import promoting
from webapp.lab.models import Promotion, Version
from webapp.vectors import actions, tuning
from webapp.vectors.models import Space, Vector
from workers import filling, gate, taste
from workers.audit import Audit, audit
from workers.promotions import Held
from workers.taste import Encoder

GROWN: Final = 1.5
"""An index is chosen anew once the space has grown by this factor."""
ROUNDS: Final = 20
"""How often the switch is tried while works come in or another model goes live meanwhile."""


@dataclass(frozen=True)
class Filled:
    """A space with all that can be in it, and what was found out about it."""

    space: Space
    unreachable: dict[int, str]
    """Visible works without a vector, and why."""
    audit: Audit


def promote(mine: Held, version: Version) -> None:
    """Prepare the space of a version and, unless that is all, let it serve if the gate agrees.

    Raises:
        ArtrecError: If it cannot be done; the message is for the curator.
        LostError: If somebody ended it, or another worker took it over.
    """
    model = _load(mine, version)
    space, changed = filling.ensure_space(version, model)
    filled = _fill(mine, space, model, anew=changed)
    for _ in range(ROUNDS):
        rival = promoting.serving_version(space.purpose)
        verdict = _ask_gate(mine, version, filled, rival)
        if _conclude(mine, version, filled, rival, verdict):
            retain(space.purpose)
            return
        # Works came in that the space lacks, or what serves is not what it was compared with.
        filled = _fill(mine, space, model, anew=False)
    mine.end(Promotion.State.FAILED, "Works came in faster than they were placed; try again.")


def rebuild(mine: Held, version: Version) -> None:
    """Compute all vectors of a version's space anew and choose its index; it serves on meanwhile.

    Raises:
        ArtrecError, LostError: As `promote`.
    """
    model = _load(mine, version)
    space, _ = filling.ensure_space(version, model)
    filled = _fill(mine, space, model, anew=True)
    if filled.audit.problem:
        mine.end(Promotion.State.FAILED, filled.audit.problem)
    else:
        mine.end(Promotion.State.DONE)


def retain(purpose: str) -> int:
    """Drop spaces of a purpose that nobody needs any more; return how many."""
    spare = promoting.kept_spaces()
    given_up = Space.objects.filter(purpose=purpose, state=Space.State.BUILDING)
    for space in given_up.exclude(pk__in=spare).defer("transform", "head"):
        actions.drop(space)
    return actions.drop_retired(promoting.KEEP, purpose=purpose, spare=sorted(spare))


def _load(mine: Held, version: Version) -> Encoder:
    with mine.step("model") as note:
        model = taste.encoder(version)
        note.text = f"{len(model.rows)} works, {model.bundle.dim} columns"
    return model


def _fill(mine: Held, space: Space, model: Encoder, *, anew: bool) -> Filled:
    with mine.step("vectors") as note:
        count, unreachable = filling.fill(space, model, beat=mine.check, anew=anew)
        note.text = f"{count} works, {len(unreachable)} visible ones cannot be placed"
    with mine.step("index") as note:
        report = space.index_report
        if anew or not report or count > GROWN * report["rows"]:
            report = tuning.choose_index(space)
        else:
            tuning.drop_unused(space)  # what an interrupted choice may have left
        note.text = report["chosen"]
    with mine.step("recall") as note:
        found = audit(space, model)
        note.text = found.problem or (
            f"{found.recall:.1%} of the neighbours found, {found.agreement:.1%} agreement with "
            f"the model, asked for {found.profiles} visitors"
        )
    return Filled(space, unreachable, found)


def _ask_gate(
    mine: Held, version: Version, filled: Filled, rival: Version | None
) -> dict[str, Any]:
    """Answer the gate's questions and write them down."""
    with mine.step("gate") as note:
        if rival == version:
            checks = []
        elif rival is None:
            checks = gate.by_yardstick(version.report, filled.space.purpose)
        else:
            checks = gate.by_report(_report(version, rival), str(rival.pk), str(rival))
        found = filled.audit
        gaps = actions.missing(filled.space)
        reasons = Counter(filled.unreachable[pk] for pk in gaps if pk in filled.unreachable)
        shown = Vector.objects.filter(space=filled.space, artwork__state="visible").count()
        checks += [
            gate.recall(found.recall, filled.space.index),
            gate.agreement(found.agreement, found.profiles),
            gate.works(shown, reasons, len(gaps) - reasons.total()),
            gate.head(found.problem),
        ]
        verdict = gate.verdict(checks)
        mine.write(gate=verdict)
        refusals = _refusals(verdict)
        note.text = f"{len(checks) - len(refusals)} of {len(checks)} checks passed"
    return verdict


def _report(version: Version, rival: Version) -> dict[str, Any]:
    """The report of a version, with what the rival's says of both if it was made later."""
    report: dict[str, Any] = version.report
    known = report.get("against", {})
    theirs = rival.report.get("against", {}).get(str(version.pk))
    if str(rival.pk) in known or not theirs:
        return report
    return {**report, "against": {**known, str(rival.pk): gate.mirrored(theirs, str(rival))}}


def _conclude(
    mine: Held,
    version: Version,
    filled: Filled,
    rival: Version | None,
    verdict: Mapping[str, Any],
) -> bool:
    """Switch, or end without; all of it in one transaction, or nothing.

    Returns:
        False if something changed since the gate was asked, so that it must be asked again.
    """
    started = time.perf_counter()
    try:
        with transaction.atomic():
            actions.hold_switch()
            row = mine.locked()
            if not gate.may_override(verdict):
                mine.end(Promotion.State.FAILED, "It cannot serve: " + " ".join(_refusals(verdict)))
                return True
            building = Space.objects.filter(pk=filled.space.pk, state=Space.State.BUILDING)
            building.update(state=Space.State.READY)
            if row.kind == Promotion.Kind.PREPARE:
                mine.end(Promotion.State.DONE)
                return True
            live = promoting.serving_version(filled.space.purpose)
            if live != rival:
                return False
            if not verdict["passed"] and not row.override:
                mine.end(Promotion.State.REFUSED, " ".join(_refusals(verdict)))
                return True
            if live == version:
                former = promoting.before(version)
            else:
                former = actions.go_live(filled.space, unreachable=filled.unreachable.keys())
            seconds = round(time.perf_counter() - started, 2)
            instead = former or promoting.UNTRAINED[filled.space.purpose]
            text = f"{version} serves instead of {instead}"
            step = {"name": "switch", "seconds": seconds, "note": text}
            mine.end(Promotion.State.DONE, former=former, steps=[*row.steps, step])
            return True
    except actions.IncompleteSpaceError:
        return False


def _refusals(verdict: Mapping[str, Any]) -> list[str]:
    return [each["note"] for each in verdict["checks"] if not each["passed"]]
