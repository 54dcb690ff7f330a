"""Answer what curators ask about models: surveys over visitors, and drawn triplets."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final

from django.db import InterfaceError, OperationalError, transaction
from django.db.models import QuerySet
from django.db.models.functions import Now
from django.utils import timezone

from artrec.errors import ArtrecError, DataError
from webapp.feed.served import Served, served_by
from webapp.insight import actions
from webapp.insight.models import Draw, Inquiry, Survey
from webapp.jobs import Job
from webapp.vectors.models import Space
from workers import claims, insight_survey
from workers.app import app

log = logging.getLogger(__name__)

LOST: Final = "The worker that computed it ended again and again; its log says why."
LONG: Final = timedelta(minutes=10)
"""How long triplets may take: in a large gallery k-means alone takes minutes, and says nothing."""
_STEP: Final = 0.02
"""How much progress is worth a write."""

Answer = Callable[[Any, Callable[[float], None]], dict[str, Any]]


@app.task(
    name=Job.INSIGHT.value,
    autoretry_for=(OperationalError, InterfaceError),
    retry_backoff=True,
    max_retries=5,
)
def insight() -> None:
    """Work on what waits, the quick things first. Safe to run twice and to be killed."""
    _work(Draw, _draw)
    _work(Survey, _survey)
    actions.tidy()


def waiting() -> list[QuerySet[Any]]:
    """Draws and surveys that wait and that nobody holds."""
    kinds: tuple[Any, ...] = (Draw, Survey)
    return [kind.objects.filter(claims.free(), state=Inquiry.State.QUEUED) for kind in kinds]


def _work(kind: type[Inquiry], answer: Answer) -> None:
    rows: Any = kind._default_manager
    waiting = rows.filter(state=Inquiry.State.QUEUED)
    while claimed := claims.claim(waiting, limit=1):
        row = rows.filter(pk=claimed[0]).first()
        if row is None:
            continue  # its visitor or its space was deleted
        try:
            result = answer(row, _Told(row))
        except ArtrecError as error:
            log.warning("%s failed: %s", row, error)
            _end(row, state=Inquiry.State.FAILED, reason=str(error))
        else:
            with transaction.atomic():
                if isinstance(row, Survey):
                    actions.keep_apart(row, result.pop("apart", ()))
                _end(row, state=Inquiry.State.DONE, result=result, finished=timezone.now())
    for row in rows.filter(pk__in=claims.exhausted(waiting)):
        _end(row, state=Inquiry.State.FAILED, reason=LOST)


def _draw(row: Draw, _progress: Callable[[float], None]) -> dict[str, Any]:
    from workers import insight_sampling  # with it comes torch, which an idle trainer need not hold

    Draw.objects.filter(pk=row.pk).update(claimed_until=Now() + LONG)
    return insight_sampling.triplets(row)


def _survey(row: Survey, progress: Callable[[float], None]) -> dict[str, Any]:
    served = _served(row.space)
    if row.rival is None:
        return insight_survey.survey(served, progress=progress)
    return insight_survey.agreement(served, _served(row.rival), progress=progress)


def _served(space: Space) -> Served:
    found = served_by(space.pk)
    if found is None or (found.space.pk != space.pk and space.purpose != "look"):
        raise DataError(f"{space} is not kept any more, or its head is damaged; prepare it again.")
    return found


class _Told:
    """Keeps the claim of a row, and writes progress that is worth a write."""

    def __init__(self, row: Inquiry) -> None:
        self.row = row
        self.told = 0.0

    def __call__(self, progress: float) -> None:
        if progress - self.told >= _STEP:
            self.told = progress
            rows: Any = type(self.row)._default_manager
            rows.filter(pk=self.row.pk).update(progress=progress)
            claims.extend(type(self.row), [self.row.pk])


def _end(row: Inquiry, **values: object) -> None:
    """Close a row that is still open."""
    rows: Any = type(row)._default_manager
    rows.filter(pk=row.pk, state=Inquiry.State.QUEUED).update(**values, claimed_until=None)
