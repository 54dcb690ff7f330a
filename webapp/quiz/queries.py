"""Read side of the quiz. Nothing in this module writes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from webapp.catalog import queries as catalog
from webapp.catalog.models import Artwork
from webapp.feed.models import Event, Visitor
from webapp.feed.profile import whole_profile_of
from webapp.quiz import asking
from webapp.quiz.models import Answer, Quiz


@dataclass(frozen=True, slots=True)
class Page:
    """A question as it is shown."""

    seed: int
    number: int
    """From 0."""
    works: tuple[Artwork, ...]
    chosen: tuple[Artwork, ...]
    """Chosen before, oldest first."""
    finished: bool
    """Whether there is nothing more to ask."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A work chosen in a quiz that shapes what its visitor is shown."""

    artwork_id: int
    time: datetime


def current(visitor: Visitor | None) -> Quiz | None:
    """Return the quiz that `visitor` is in or last was; None before the first. One query."""
    if visitor is None:
        return None
    return Quiz.objects.filter(visitor=visitor).order_by("-pk").first()


def answers_of(quiz: Quiz | None) -> list[Answer]:
    """Return the answers in order. One query, none without a quiz."""
    return list(quiz.answers.all()) if quiz else []


def page(visitor: Visitor | None, quiz: Quiz | None, *, seed: int) -> Page:
    """Return the question that comes next. `seed` is for who has no quiz yet.

    A constant number of queries, besides those of a new pool.
    """
    seed = quiz.seed if quiz else seed
    answers = answers_of(quiz)
    asked = asking.ask(answers, profile=whole_profile_of(visitor), seed=seed)
    shown = asked.shown if asked else ()
    chosen = [answer.chosen_id for answer in answers if answer.chosen_id]
    cards = catalog.cards().in_bulk([*shown, *chosen])
    return Page(
        seed=seed,
        number=len(answers),
        works=tuple(cards[pk] for pk in shown if pk in cards),
        chosen=tuple(cards[pk] for pk in chosen if pk in cards),
        finished=asked is None,
    )


def choices_of(visitor: Visitor | None) -> list[Choice]:
    """Return what `visitor` chose in quizzes and did not take back, newest first, each work once.

    One query, none for a stranger. To take one back: `webapp.quiz.actions.take_back`.
    """
    if visitor is None:
        return []
    standing = Event.objects.filter(visitor=visitor, kind=Event.Kind.CHOICE, undone=None)
    rows = standing.order_by("-time", "-id").values_list("artwork_id", "time")
    newest: dict[int, datetime] = {}
    for pk, time in rows:
        newest.setdefault(pk, time)
    return [Choice(pk, time) for pk, time in newest.items()]


def may_be_asked(visitor: Visitor | None) -> bool:
    """Return whether `visitor` has never finished a quiz. One query, none for a stranger."""
    if visitor is None:
        return True
    return not Quiz.objects.filter(visitor=visitor, finished__isnull=False).exists()
