"""Who calls, and what they like and hide."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from django.http import HttpRequest
from django.urls import reverse
from ninja import Router
from pydantic import Field

from webapp.api import callers, cursors, schemas
from webapp.api.parameters import PIECE, Cursor, Limit
from webapp.api.queries import marked
from webapp.api.schemas import Out, Page, WorkCard
from webapp.feed import queries

router = Router(tags=["Me"], auth=callers.KNOWN)


class Me(Out):
    name: str | None = Field(description="Of the account; null for a visitor without one.")
    by: Literal["token", "session"]
    may_write: bool
    liked: int
    hidden: int
    export: str = Field(
        description="Where somebody who is signed in gets all that is kept of them, as a ZIP."
    )


class Marked(Out):
    time: datetime
    work: WorkCard


@router.get("/me", response=Me, summary="Who calls")
def me(request: HttpRequest) -> Me:
    """Who the caller is, and how many works they like and hide."""
    caller: callers.Caller = request.caller  # type: ignore[attr-defined]
    marks = queries.marks_of(callers.visitor(request))
    return Me(
        name=request.user.get_username() or None,
        by="token" if caller.token else "session",
        may_write=caller.token is None or caller.token.scope == "write",
        liked=len(marks.liked),
        hidden=len(marks.hidden),
        export=schemas.absolute(request, reverse("export")),
    )


@router.get("/me/likes", response=Page[Marked], summary="Works the caller likes")
def likes(request: HttpRequest, cursor: Cursor = "", limit: Limit = PIECE) -> Page[Marked]:
    """The works that the caller likes, the newest like first."""
    return _marks(request, "like", cursor, limit)


@router.get("/me/hides", response=Page[Marked], summary="Works the caller hides")
def hides(request: HttpRequest, cursor: Cursor = "", limit: Limit = PIECE) -> Page[Marked]:
    """The works that the caller does not want to see, the newest hide first."""
    return _marks(request, "hide", cursor, limit)


def _marks(
    request: HttpRequest, kind: Literal["like", "hide"], cursor: str, limit: int
) -> Page[Marked]:
    after = cursors.place_in(cursor, of=kind)
    found = list(marked(callers.visitor(request), kind, after=after)[: limit + 1])
    shown = found[:limit]
    place = [shown[-1].time.isoformat(), shown[-1].pk] if len(found) > limit else None
    return Page[Marked](
        items=[Marked(time=each.time, work=schemas.card(request, each.artwork)) for each in shown],
        next=cursors.next_address(request, place, of=kind),
    )
