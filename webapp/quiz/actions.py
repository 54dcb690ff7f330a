"""Write side of the quiz: one function per thing somebody can do in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from webapp.catalog.models import Artwork
from webapp.feed.models import Event, Visitor
from webapp.quiz.models import Answer, Quiz


@dataclass(frozen=True, slots=True)
class Given:
    """What somebody answered."""

    seed: int
    """Of the quiz."""
    number: int
    """Of the question, from 0."""
    shown: tuple[int, ...]
    """Ids of its works."""
    chosen: int | None
    """One of them; None for "none of these"."""


@transaction.atomic
def answer(*, visitor: Visitor, given: Given) -> Quiz:
    """Keep an answer and let the chosen work shape recommendations.

    The first one begins a quiz. An answer to a question that is not the next one, such as one sent
    twice, is none.
    """
    quiz = _last(visitor)
    if quiz is None:
        quiz = Quiz.objects.create(visitor=visitor, seed=given.seed)
    if quiz.finished or quiz.seed != given.seed or quiz.answers.count() != given.number:
        return quiz
    chosen = Artwork.objects.filter(pk=given.chosen).first() if given.chosen else None
    Answer.objects.create(quiz=quiz, number=given.number, shown=list(given.shown), chosen=chosen)
    if chosen is not None:
        Event.objects.create(
            visitor=visitor, artwork=chosen, kind=Event.Kind.CHOICE, time=timezone.now()
        )
    return quiz


@transaction.atomic
def back(*, visitor: Visitor) -> None:
    """Take the last answer back; its question is asked again. Also out of a finished quiz."""
    quiz = _last(visitor)
    last = quiz.answers.last() if quiz else None
    if quiz is None or last is None:
        return
    if last.chosen_id is not None:
        _undo(visitor, [last.chosen_id])
    last.delete()
    Quiz.objects.filter(pk=quiz.pk).update(finished=None)


@transaction.atomic
def finish(*, visitor: Visitor) -> None:
    """End the quiz; twice is the same as once. One without an answer stays open."""
    quiz = _last(visitor)
    if quiz is not None and quiz.finished is None and quiz.answers.exists():
        Quiz.objects.filter(pk=quiz.pk).update(finished=timezone.now())


@transaction.atomic
def again(*, visitor: Visitor, seed: int) -> Quiz:
    """Begin anew: what was chosen in earlier quizzes no longer counts."""
    Event.objects.filter(visitor=visitor, kind=Event.Kind.CHOICE, undone=None).update(
        undone=timezone.now()
    )
    return Quiz.objects.create(visitor=visitor, seed=seed)


def take_back(*, visitor: Visitor, artwork: Artwork) -> None:
    """Let a work chosen in a quiz no longer shape recommendations, nor the words of the result."""
    _undo(visitor, [artwork.pk])


@transaction.atomic
def restore(*, visitor: Visitor, artwork: Artwork) -> None:
    """Let a work that was chosen once count again; nothing for one that never was."""
    choices = Event.objects.filter(visitor=visitor, artwork=artwork, kind=Event.Kind.CHOICE)
    last = choices.order_by("-time", "-id").first()
    if last is not None and last.undone is not None:
        Event.objects.filter(pk=last.pk).update(undone=None)


def _last(visitor: Visitor) -> Quiz | None:
    """The newest quiz, locked: of two answers at once the second comes too late."""
    Visitor.objects.select_for_update().filter(pk=visitor.pk).first()
    return Quiz.objects.filter(visitor=visitor).order_by("-pk").first()


def _undo(visitor: Visitor, works: Sequence[int]) -> None:
    Event.objects.filter(
        visitor=visitor, artwork__in=works, kind=Event.Kind.CHOICE, undone=None
    ).update(undone=timezone.now())
