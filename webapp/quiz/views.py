"""The pages of the quiz: a question, an answer, what came of it."""

from __future__ import annotations

import secrets
from typing import Final

from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from artrec.online.quiz_questions import MOST
from webapp.feed import hooks, impressions, visitors, visits
from webapp.feed import queries as feed
from webapp.quiz import actions, hanging, queries, result

SALT: Final = "quiz"
SEEDS: Final = 2**31
SCRIPT: Final = "quiz.js"
FILLED: Final = 12
"""Works that the result shows of what is now for its visitor."""


@require_safe
@never_cache
def quiz(request: HttpRequest) -> HttpResponse:
    """The question that comes next. Who looks leaves nothing behind."""
    visitor = visitors.current(request)
    taking = queries.current(visitor)
    if taking is not None and taking.finished:
        return redirect("quiz-result")
    page = queries.page(visitor, taking, seed=secrets.randbelow(SEEDS))
    if page.finished and page.number:
        return redirect("quiz-result")
    context = {
        "page": page,
        "hung": hanging.hung(page.works),
        "token": signing.dumps(
            [page.seed, page.number, [work.pk for work in page.works]], salt=SALT
        ),
        "most": MOST,
        "steps": range(MOST),
        "impersonal": hooks.wanted(visitor).impersonal,
    }
    return render(request, "quiz/question.html", context)


@require_POST
def answer(request: HttpRequest) -> HttpResponse:
    """Take an answer, take the last one back, end the quiz, or begin anew."""
    todo = request.POST.get("do", "")
    if todo == "again":
        seed = secrets.randbelow(SEEDS)
        actions.again(visitor=visitors.current_or_new(request), seed=seed)
    elif todo in ("back", "finish"):
        visitor = visitors.current(request)
        if visitor is not None:
            (actions.back if todo == "back" else actions.finish)(visitor=visitor)
    elif given := _given(request):
        visitor = visitors.current_or_new(request)
        taking = actions.answer(visitor=visitor, given=given)
        if queries.page(visitor, taking, seed=given.seed).finished:
            actions.finish(visitor=visitor)
        return visits.hand_over(request, redirect("quiz"), visitor)
    return redirect("quiz")


@require_safe
@never_cache
def outcome(request: HttpRequest) -> HttpResponse:
    """What the answers say, and what is now for their visitor."""
    visitor = visitors.current(request)
    taken = queries.current(visitor)
    if visitor is None or taken is None or not queries.answers_of(taken):
        return redirect("quiz")
    if request.headers.get("X-Requested-With") == SCRIPT:
        return HttpResponse()  # it followed its answer here, and opens the page itself
    page = feed.for_you(visitor, limit=FILLED)
    if request.method == "GET" and "prefetch" not in request.headers.get("Sec-Purpose", ""):
        impressions.record(
            [each.entry for each in page.shown],
            list_id=page.list_id,
            visitor_id=visitor.pk,
            surface="for-you",
            experiment_id=page.experiment_id,
        )
    context = {
        "result": result.result_of(visitor, taken),
        "page": page,
        "list_id": page.list_id,
        "marks": feed.marks_of(visitor),
        "open": not taken.finished,
        "impersonal": hooks.wanted(visitor).impersonal,
    }
    return render(request, "quiz/result.html", context)


def _given(request: HttpRequest) -> actions.Given | None:
    """The answer of a form; None for one to what we did not ask."""
    try:
        seed, number, shown = signing.loads(request.POST.get("question", ""), salt=SALT)
    except signing.BadSignature:
        return None
    choice = request.POST.get("choice", "")
    named = {str(pk): pk for pk in shown}
    if choice != "none" and choice not in named:
        return None
    return actions.Given(seed, number, tuple(shown), named.get(choice))
