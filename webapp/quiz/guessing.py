"""What the newest quiz of somebody makes of their profile, for the ranking of For you."""

from __future__ import annotations

from artrec.online.quiz_ranking import Guess, guess
from webapp.feed.profile import Profile
from webapp.quiz import asking, pool
from webapp.quiz.models import Answer
from webapp.vectors.models import Space


def guess_of(profile: Profile, space: Space) -> Guess | None:
    """Return what the answers of a profile's visitor say in a space; None without a choice there.

    Only choices that are in the profile count, neither those taken back nor those set aside.
    One query, and five more when a process makes the pool of the space anew.
    """
    asked = pool.of(space)
    if asked is None:
        return None
    counted = {work.artwork_id for work in profile.works}
    answers = [
        answer
        for answer in _newest(profile.visitor_id)
        if answer.chosen_id is None or answer.chosen_id in counted
    ]
    if not any(answer.chosen_id in asked.rows for answer in answers):
        return None
    given = asking.evidence(answers, profile=profile, pool=asked)
    return guess(asked.axes, asked.points, asked.before, asked.ids.tolist(), given)


def _newest(visitor_id: int | None) -> list[Answer]:
    """The answers of the newest quiz that has any."""
    answers = Answer.objects.filter(quiz__visitor=visitor_id).order_by("-quiz", "number")
    found = list(answers)
    return [answer for answer in found if answer.quiz_id == found[0].quiz_id]
