"""A walk from one work to another, as a strip of pictures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, cast
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.defaultfilters import truncatechars
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from webapp.accounts.models import User
from webapp.catalog import queries as catalog
from webapp.catalog.models import Artwork
from webapp.exhibitions.arrangement import RefusedError as WallError
from webapp.feed.browsing import piece
from webapp.feed.wish import Wish
from webapp.lab.guards import curators
from webapp.selections import queries, walks
from webapp.selections.actions import RefusedError
from webapp.selections.models import Walk
from webapp.selections.telling import refuse, refused
from webapp.selections.views.send import hang
from webapp.vectors.models import Space

FOUND: Final = 40
"""Works to choose from."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address says."""

    start: Artwork | None
    end: Artwork | None
    steps: int
    purpose: str

    def address(self, **other: object) -> str:
        """Return the address of this walk, or of another that differs from it."""
        parts = {
            "from": self.start.pk if self.start else "",
            "to": self.end.pk if self.end else "",
            "steps": self.steps,
            "space": self.purpose,
            **other,
        }
        query = urlencode({name: value for name, value in parts.items() if value != ""})
        return f"{reverse('walk')}?{query}"


@dataclass(frozen=True, slots=True)
class Step:
    """A work on the way."""

    artwork: Artwork
    gap: float
    """How far it is from the work before, of the longest step; 0 for the first."""


@require_http_methods(["GET", "HEAD", "POST"])
@curators("selections.view_selection")
def walk(request: HttpRequest) -> HttpResponse:
    """Let two works be chosen, then show the walk; a POST asks a worker for it, or hangs its works
    in an exhibition."""
    spaces = walks.spaces()
    asked = _asked(request, spaces)
    space = spaces.get(asked.purpose)
    if request.method == "POST":
        return (_hang if "room" in request.POST else _ask)(request, asked, space)
    if not (asked.start and asked.end and space):
        return render(request, "selections/walk_choose.html", _to_choose(request, asked, spaces))
    row = queries.walk(space.pk, asked.start.pk, asked.end.pk, asked.steps)
    context = {
        "asked": asked,
        "row": row,
        "waiting": row is not None and row.state == Walk.State.QUEUED,
        "steps": _steps(row) if row and row.state == Walk.State.DONE else [],
        "lengths": [(steps, asked.address(steps=steps)) for steps in walks.STEPS],
        "spaces": [
            (purpose, walks.SPACES[purpose], asked.address(space=purpose)) for purpose in spaces
        ],
        "back": asked.address(**{"from": asked.end.pk, "to": asked.start.pk}),
        "other_start": asked.address(**{"from": ""}),
        "other_end": asked.address(to=""),
        "rooms": queries.rooms(),
        "refused": refused(request),
        "title": _title(asked.start, asked.end),
    }
    return render(request, "selections/walk.html", context)


def _ask(request: HttpRequest, asked: Asked, space: Space | None) -> HttpResponse:
    try:
        if not (asked.start and asked.end and space):
            raise RefusedError("Choose two works first.")
        by = cast(User, request.user)
        walks.ask(space=space, start=asked.start, end=asked.end, steps=asked.steps, by=by)
    except RefusedError as error:
        messages.warning(request, str(error))
    return redirect(asked.address())


def _hang(request: HttpRequest, asked: Asked, space: Space | None) -> HttpResponse:
    row, title = None, ""
    if asked.start and asked.end and space:
        title = _title(asked.start, asked.end)
        row = queries.walk(space.pk, asked.start.pk, asked.end.pk, asked.steps)
    works = queries.there(row.works if row else ())
    try:
        return redirect("studio-exhibition", hang(request, works, title=title))
    except (RefusedError, WallError) as error:
        if works:
            refuse(request, str(error), way="exhibition")
        else:  # the page has no button then to say it at
            messages.warning(request, str(error))
    return redirect(asked.address())


def _title(start: Artwork, end: Artwork) -> str:
    """What a selection or an exhibition of the works may be called."""
    one, other = (truncatechars(work.title, 50) for work in (start, end))
    return f"From {one} to {other}"


def _asked(request: HttpRequest, spaces: dict[str, Space]) -> Asked:
    start, end = (request.GET.get(name, "") for name in ("from", "to"))
    numbers = [int(pk) for pk in (start, end) if pk.isascii() and pk.isdecimal() and len(pk) < 19]
    found = catalog.artworks().in_bulk(numbers)
    by_name = {str(pk): work for pk, work in found.items()}
    steps = request.GET.get("steps", "")
    purpose = request.GET.get("space", "")
    return Asked(
        by_name.get(start),
        by_name.get(end),
        int(steps) if steps in map(str, walks.STEPS) else walks.USUAL,
        purpose if purpose in spaces else "look",
    )


def _to_choose(request: HttpRequest, asked: Asked, spaces: dict[str, Space]) -> dict[str, Any]:
    """Works for the end that is not chosen yet, with the address each leads to."""
    missing = "from" if asked.start is None else "to"
    taken = asked.end if missing == "from" else asked.start
    wish = Wish.from_query(request.GET)
    results = piece(wish, exclude=[taken.pk] if taken else [], limit=FOUND)
    return {
        "asked": asked,
        "missing": missing,
        "taken": taken,
        "text": wish.text,
        "choices": [(work, asked.address(**{missing: work.pk})) for work in results.works],
        "no_space": not spaces,
    }


def _steps(row: Walk) -> list[Step]:
    cards = catalog.artworks().in_bulk(row.works)
    longest = max(row.gaps, default=0.0) or 1.0
    gaps = [0.0, *(gap / longest for gap in row.gaps)]
    return [
        Step(cards[pk], round(gap, 3))
        for pk, gap in zip(row.works, gaps, strict=False)
        if pk in cards
    ]
