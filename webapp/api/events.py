"""What a visitor does with works, many things at once: bad rows are told, good ones are kept."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, Final, Literal
from uuid import UUID

from django.db import transaction
from django.http import HttpRequest
from ninja import Router
from pydantic import Field, ValidationError, ValidatorFunctionWrapHandler, WrapValidator

from webapp.api import callers, keeping
from webapp.api.problems import Problem, field_errors
from webapp.api.schemas import Id, In, Out
from webapp.catalog.models import Artwork
from webapp.feed import actions, hooks
from webapp.feed.models import Visitor

MOST: Final = 100
"""Events of a request."""
router = Router(tags=["Events"])


class Event(In):
    kind: Literal["view", "like", "hide", "save", "unlike", "unhide", "unsave"] = Field(
        description="A like takes back a hide and the other way round; twice is the same as once."
        " Unsave takes a work out of all collections."
    )
    work: Id
    list_id: UUID | None = Field(None, description="The list of recommendations it was found in.")


class Unreadable(Out):
    """A row that is no event."""

    errors: list[dict[str, str]]


def _or_errors(value: Any, handler: ValidatorFunctionWrapHandler) -> Any:
    """Keep what is wrong with a row in its place, so that it spoils no other."""
    try:
        return handler(value)
    except ValidationError as error:
        found = [{**each, "loc": ("row", *each["loc"])} for each in error.errors()]
        return Unreadable(errors=field_errors(found))


Row = Annotated[Event, WrapValidator(_or_errors)]


class Batch(In):
    events: Annotated[list[Row], Field(min_length=1, max_length=MOST)]


class RowError(Out):
    row: int = Field(description="From 0.")
    errors: list[dict[str, str]]


class Outcome(Out):
    accepted: int = Field(
        description="Rows that were taken. Looks are not noted of who asked for that."
    )
    rejected: list[RowError] = Field(description="Rows that were left out, and why.")


@router.post(
    "/events",
    response=Outcome,
    auth=callers.KNOWN,
    summary="Record what the caller did",
)
def record(request: HttpRequest, body: Batch) -> Outcome:
    """Record events in their order, up to a hundred. Each row is taken or told by itself.

    Where no row can be taken it is a problem. After a 5xx nothing was taken: send the same again.
    """
    visitor = callers.visitor_who_writes(request)
    rows: list[Any] = body.events
    wanted = {row.work for row in rows if isinstance(row, Event)}
    with transaction.atomic():
        there = Artwork.objects.filter(state=Artwork.State.VISIBLE).in_bulk(wanted)
        rejected = []
        for number, row in enumerate(rows):
            if isinstance(row, Unreadable):
                rejected.append(RowError(row=number, errors=row.errors))
            elif row.work not in there:
                said = {"in": "row", "field": "work", "message": "There is no such work."}
                rejected.append(RowError(row=number, errors=[said]))
            else:
                try:
                    _ACTS[row.kind](visitor, there[row.work], row.list_id)
                except Problem as problem:
                    said = {"in": "row", "field": "work", "message": problem.detail}
                    rejected.append(RowError(row=number, errors=[said]))
    if len(rejected) == len(rows):
        raise Problem(
            "invalid",
            "None of the events can be taken.",
            errors=[
                {**error, "in": "body", "field": f"events.{each.row}.{error['field']}"}
                for each in rejected
                for error in each.errors
            ],
        )
    return Outcome(accepted=len(rows) - len(rejected), rejected=rejected)


def _look(visitor: Visitor, work: Artwork, list_id: UUID | None) -> None:
    """Note a look, unless the visitor does not want that."""
    if not hooks.wanted(visitor).unrecorded:
        actions.record_view(visitor=visitor, artwork=work, list_id=list_id)


Act = Callable[[Visitor, Artwork, UUID | None], object]
_ACTS: Final[dict[str, Act]] = {
    "view": _look,
    "like": lambda who, work, found: actions.like(visitor=who, artwork=work, list_id=found),
    "hide": lambda who, work, found: actions.hide(visitor=who, artwork=work, list_id=found),
    "save": keeping.save,
    "unsave": lambda who, work, _found: keeping.keep(who, work, set()),
    "unlike": lambda who, work, _found: actions.unlike(visitor=who, artwork=work),
    "unhide": lambda who, work, _found: actions.unhide(visitor=who, artwork=work),
}
