"""The visit a request belongs to: what somebody was at since they last paused for half an hour.

Of a visitor it is read from their events. A stranger, who has done nothing yet, has no row; what
they look at is kept by their own browser only, in a signed cookie that ends with the visit, so that
nobody, machines least of all, leaves a trace here by looking. With the first thing they do it
becomes theirs and counts for the models of visits.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple, TypeVar

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from webapp.feed import actions, hooks
from webapp.feed.models import Event, Visitor

PAUSE: Final = timedelta(minutes=30)
"""As `artrec.data.sessions.GAP`, by which the models are trained."""
STEPS: Final = (Event.Kind.VIEW, Event.Kind.LIKE, Event.Kind.SAVE, Event.Kind.PURCHASE)
LONGEST: Final = 50
"""Works of a visit that are read, the newest."""
COOKIE: Final = "visit"
KEPT: Final = 20
"""Looks in the cookie, the newest."""
_DAY: Final = timedelta(days=1)  # nobody looks at pictures for longer
_SALT: Final = "artrec.feed.visits"

Response = TypeVar("Response", bound=HttpResponse)


class Step(NamedTuple):
    """Somebody was at a work."""

    artwork_id: int
    time: datetime


def current(
    request: HttpRequest, visitor: Visitor | None, *, now: datetime | None = None
) -> list[int]:
    """Return the works of the visit under way, oldest first, each once, at its last place.

    Empty for somebody who has only come. One query, none for a stranger.
    """
    now = now or timezone.now()
    recorded = _recorded(visitor, now - _DAY) if visitor else []
    steps = sorted([*_kept(request), *recorded], key=lambda step: step.time)
    if not steps or now - steps[-1].time > PAUSE:
        return []
    return _works(steps)


def last_of(visitor: Visitor) -> list[int]:
    """Return the works of a visitor's last visit, however long ago, as `current` does."""
    return _works(_recorded(visitor, None))


def keep(request: HttpRequest, response: Response, artwork_id: int) -> Response:
    """Let a stranger's browser remember that a work was looked at."""
    steps = [*_kept(request), Step(artwork_id, timezone.now())][-KEPT:]
    value = "-".join(f"{step.artwork_id}.{int(step.time.timestamp())}" for step in steps)
    response.set_signed_cookie(
        COOKIE,
        value,
        salt=_SALT,
        max_age=PAUSE,
        httponly=True,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )
    return response


def hand_over(request: HttpRequest, response: Response, visitor: Visitor) -> Response:
    """Give what a browser remembers to the visitor that a stranger has become, or that has signed
    in, unless they want no history."""
    if COOKIE in request.COOKIES:
        if not hooks.wanted(visitor).unrecorded:
            actions.record_looks(visitor=visitor, looks=_kept(request))
        response.delete_cookie(COOKIE, samesite="Lax")
    return response


def _recorded(visitor: Visitor, since: datetime | None) -> list[Step]:
    """The newest steps of a visitor, oldest first."""
    events = Event.objects.filter(visitor=visitor, kind__in=STEPS, undone=None, muted=None)
    if since is not None:
        events = events.filter(time__gt=since)
    newest = events.order_by("-time", "-id").values_list("artwork_id", "time")[: 2 * LONGEST]
    return [Step(*row) for row in reversed(newest)]


def _kept(request: HttpRequest) -> list[Step]:
    """What the browser remembers; nothing of a cookie that is too old or not ours."""
    value = request.get_signed_cookie(COOKIE, default="", salt=_SALT, max_age=PAUSE) or ""
    pairs = (part.split(".") for part in value.split("-") if part)
    return [Step(int(pk), datetime.fromtimestamp(int(second), UTC)) for pk, second in pairs]


def _works(steps: Sequence[Step]) -> list[int]:
    """The works since the last pause."""
    begin = len(steps)
    while begin > 0 and (begin == len(steps) or steps[begin].time - steps[begin - 1].time <= PAUSE):
        begin -= 1
    return _once(step.artwork_id for step in steps[begin:])[-LONGEST:]


def _once(works: Iterable[int]) -> list[int]:
    return list(reversed(dict.fromkeys(reversed(list(works)))))
