"""Runs: start one, watch it, cancel it, try it again, clone it with changes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, cast

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from webapp.accounts.models import User
from webapp.feed.models import Event
from webapp.lab import actions, catalogue, queries, run_forms, run_queries
from webapp.lab.actions import RunStateError
from webapp.lab.catalogue import SettingsError
from webapp.lab.guards import curators
from webapp.lab.models import Run
from webapp.lab.run_forms import Answers


@require_safe
@curators()
def runs(request: HttpRequest) -> HttpResponse:
    before = _number(request.GET.get("before", ""))
    found, after = run_queries.piece(before)
    lines = run_queries.sparklines(found)
    context = {
        "rows": [(run, lines.get(run.pk), queries.duration(run)) for run in found],
        "after": after,
        "from_start": before is None,
        "models": catalogue.models().values(),
        "schedule": queries.schedule(),
    }
    return render(request, "lab/runs.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@curators("lab.add_run")
def run_new(request: HttpRequest) -> HttpResponse:
    """Ask for everything a run needs, and start it."""
    parent = _parent(request)
    try:
        if request.method != "POST":
            return _asked(request, _first(request, parent), parent)
        answers = run_forms.posted(request.POST.dict())
    except SettingsError as error:
        raise Http404(str(error)) from error
    try:
        started = actions.start_run(
            **run_forms.read(answers), by=cast(User, request.user), parent=parent
        )
    except SettingsError as error:
        return _asked(request, replace(answers, errors=error.errors), parent)
    return redirect(started)


@require_safe
@curators()
def run(request: HttpRequest, pk: int) -> HttpResponse:
    found = queries.run(pk)
    watched = run_queries.watched(pk)
    if found is None or watched is None:
        raise Http404
    context = {"run": found, "watched": watched, "settings": _settings(found)}
    return render(request, "lab/run.html", context)


@require_safe
@curators()
@never_cache
def run_status(_request: HttpRequest, pk: int) -> JsonResponse:
    """Return where a run stands, for the page that watches it."""
    watched = run_queries.watched(pk)
    if watched is None:
        raise Http404
    return JsonResponse(watched)


@require_POST
@curators("lab.change_run")
def run_cancel(request: HttpRequest, pk: int) -> HttpResponse:
    running = Run.objects.filter(pk=pk, state=Run.State.RUNNING).exists()
    said = "The run ends after the epoch it is in." if running else "The run is cancelled."
    return _do(request, pk, actions.cancel_run, said)


@require_POST
@curators("lab.change_run")
def run_retry(request: HttpRequest, pk: int) -> HttpResponse:
    return _do(request, pk, actions.retry_run, "The run is tried again, from where it was.")


def _do(request: HttpRequest, pk: int, action: Any, said: str) -> HttpResponse:
    found = get_object_or_404(Run, pk=pk)
    try:
        action(found)
    except RunStateError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, said)
    return redirect(found)


def _first(request: HttpRequest, parent: Run | None) -> Answers:
    """The form as it is opened: of the run it clones, or of a model and a preset."""
    if parent is not None:
        return run_forms.of_run(parent)
    name = request.GET.get("model") or next(iter(catalogue.models()))
    return run_forms.blank(catalogue.model(name), request.GET.get("preset") or "default")


def _asked(request: HttpRequest, answers: Answers, parent: Run | None) -> HttpResponse:
    context = {
        "answers": answers,
        "errors": answers.errors or {},
        "parent": parent,
        "preset": request.GET.get("preset") or "default",
        "models": catalogue.models().values(),
        "extractors": queries.extractors() if answers.model.features else [],
        "of_visits": answers.model.purpose != catalogue.TASTE,
        "events": _events(answers.model).count(),
    }
    return render(request, "lab/run_new.html", context, status=400 if answers.errors else 200)


def _events(model: catalogue.Model) -> QuerySet[Event]:
    """All that a model could learn from."""
    return queries.choices() if model.purpose == catalogue.TASTE else queries.steps()


def _parent(request: HttpRequest) -> Run | None:
    number = _number(request.POST.get("of", "") or request.GET.get("of", ""))
    return get_object_or_404(Run, pk=number) if number is not None else None


def _settings(found: Run) -> list[tuple[str, str]]:
    """What was asked for, but for what every run of this model does."""
    try:
        changed = run_forms.of_run(found).changed
    except SettingsError:
        return [(name, str(value)) for name, value in found.config.items()]
    return [(each.setting.name, each.value or "none") for each in changed]


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else None
