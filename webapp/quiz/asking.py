"""Which question comes next, of somebody's answers so far."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from artrec.online.quiz import Answer as Given
from artrec.online.quiz import believe
from artrec.online.quiz_questions import MOST, SIZE, next_question, tells_enough
from webapp.feed.profile import Profile
from webapp.quiz import pool as pools
from webapp.quiz.models import Answer
from webapp.quiz.pool import Pool

LIKES: Final = 20
"""Newest works liked, saved or bought that are known before the first question. One is as if it
had been chosen where it stood alone."""


@dataclass(frozen=True, slots=True)
class Asked:
    """The works of the next question, by id."""

    shown: tuple[int, ...]
    bits: float
    """What its answer is expected to tell."""


def ask(answers: Sequence[Answer], *, profile: Profile, seed: int) -> Asked | None:
    """Return the next question; None when there is none, or it would tell little.

    The same answers, seed and pool give the same question, so that to go on is to ask again.
    """
    pool = pools.current()
    if pool is None or len(answers) >= MOST:
        return None
    seen = {pk for answer in answers for pk in answer.shown} | profile.known
    question = next_question(
        believe(pool.points, pool.before, evidence(answers, profile=profile, pool=pool)),
        pool.points,
        pool.before,
        pool.hands,
        size=SIZE,
        seed=(seed, len(answers)),
        exclude=[pool.rows[pk] for pk in seen if pk in pool.rows],
    )
    if question is None or not tells_enough(question, len(answers)):
        return None
    return Asked(tuple(int(pool.ids[row]) for row in question.works), question.information)


def evidence(answers: Sequence[Answer], *, profile: Profile, pool: Pool) -> list[Given]:
    """Return what is known of a taste, in rows of the pool: works liked before, and answers."""
    given = [each for answer in answers if (each := _given(answer, pool))]
    chosen = {each.chosen for each in given}
    liked = [
        row
        for work in profile.works
        if work.kind not in ("choice", "view")
        and (row := pool.rows.get(work.artwork_id)) is not None
        and row not in chosen
    ]
    return [*(Given((row,), row) for row in liked[-LIKES:]), *given]


def _given(answer: Answer, pool: Pool) -> Given | None:
    """An answer in rows of the pool; None where too little of it is left there."""
    shown = tuple(pool.rows[pk] for pk in answer.shown if pk in pool.rows)
    if answer.chosen_id is None:
        return Given(shown, None) if shown else None
    chosen = pool.rows.get(answer.chosen_id)
    return None if chosen is None else Given(shown, chosen)
