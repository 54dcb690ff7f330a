"""Read side of the surveys and draws, and the selections that a visitor can be imagined from."""

from __future__ import annotations

from typing import Final

from django.db.models import QuerySet

from webapp.feed.models import Visitor
from webapp.feed.profile import CAP
from webapp.insight.models import Draw, Survey
from webapp.selections import queries as chosen
from webapp.selections.models import Selection
from webapp.vectors.models import Space

OFFERED: Final = 12
"""Selections that somebody can be imagined from; the newest."""


def survey(space: Space, rival: Space | None) -> Survey | None:
    """What was found of a model, or of two; None if nobody asked."""
    return Survey.objects.select_related("by").filter(space=space, rival=rival).first()


def draw(visitor: Visitor, mode: str, seed: int) -> Draw | None:
    """What was drawn for a visitor; None if nobody asked."""
    return Draw.objects.filter(visitor=visitor, mode=mode, seed=seed).first()


def selections() -> QuerySet[Selection]:
    """The newest selections, without their works."""
    return chosen.selections()[:OFFERED]


def works_of_selection(pk: int) -> list[int]:
    """The first works of a selection, as many as a profile can hold; none where it is gone."""
    found = chosen.selections().filter(pk=pk).first()
    return chosen.works_of(found)[:CAP] if found else []
