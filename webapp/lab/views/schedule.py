"""What is trained by itself: see it, change it, turn it off."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from webapp.lab import actions, catalogue, queries, run_forms
from webapp.lab.catalogue import SettingsError
from webapp.lab.guards import curators
from webapp.lab.models import Schedule


@dataclass(frozen=True, slots=True)
class Answers:
    """What the form holds, as text."""

    enabled: bool
    model: str
    window_days: str
    hour: str
    min_events: str


@require_http_methods(["GET", "HEAD", "POST"])
@curators("lab.view_schedule")
def schedule(request: HttpRequest) -> HttpResponse:
    return _change(request) if request.method == "POST" else _page(request, _as_it_is())


@curators("lab.change_schedule")
def _change(request: HttpRequest) -> HttpResponse:
    sent = request.POST
    answers = Answers(
        enabled="enabled" in sent,
        **{name: sent.get(name, "") for name in ("model", "window_days", "hour", "min_events")},
    )
    try:
        found = _save(answers)
    except SettingsError as error:
        return _page(request, answers, error.errors)
    said = "It is trained every night." if found.enabled else "Nothing is trained by itself now."
    messages.success(request, f"Saved. {said}")
    return redirect("runs")


def _save(answers: Answers) -> Schedule:
    """Settings stay while the model does; another model begins with its own."""
    before = queries.schedule()
    texts = {name: text for name, text in asdict(answers).items() if isinstance(text, str)}
    numbers = run_forms.whole({name: texts[name] for name in ("window_days", "hour", "min_events")})
    hour, least = numbers["hour"], numbers["min_events"]
    return actions.set_schedule(
        enabled=answers.enabled,
        model=answers.model,
        config=before.config if before.model == answers.model else {},
        window_days=numbers["window_days"],
        # An empty answer is told like any other that cannot be.
        hour=-1 if hour is None else hour,
        min_events=0 if least is None else least,
    )


def _as_it_is() -> Answers:
    found = queries.schedule()
    window = "" if found.window_days is None else str(found.window_days)
    return Answers(found.enabled, found.model, window, str(found.hour), str(found.min_events))


def _page(
    request: HttpRequest, answers: Answers, errors: Mapping[str, str] | None = None
) -> HttpResponse:
    context = {
        "answers": answers,
        "errors": errors or {},
        "models": [each for each in catalogue.models().values() if each.servable],
    }
    return render(request, "lab/schedule.html", context, status=400 if errors else 200)
