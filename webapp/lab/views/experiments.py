"""Experiments: draft one, start it, look at it as often as one likes, stop it and decide."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from webapp.accounts.models import User
from webapp.feed import replay
from webapp.feed.models import Experiment
from webapp.lab import experiment_drawing, experiments
from webapp.lab.experiment_queries import listed, newest_replays, one
from webapp.lab.experiment_results import Results, results
from webapp.lab.experiments import ExperimentError
from webapp.lab.guards import curators
from webapp.vectors.models import Space


@require_http_methods(["GET", "HEAD", "POST"])
@curators("feed.view_experiment")
def index(request: HttpRequest) -> HttpResponse:
    return _draft(request) if request.method == "POST" else _index(request)


@require_safe
@curators("feed.view_experiment")
def experiment(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(one(pk))
    so_far = results(found)
    context = {
        "experiment": found,
        "results": so_far,
        "rows": experiment_drawing.rows(so_far),
        "conclusion": experiment_drawing.conclusion(
            so_far, stopped=found.state == Experiment.State.STOPPED
        ),
        "interleaved": found.kind == Experiment.Kind.INTERLEAVING,
        "winners": _winners(found, so_far),
    }
    return render(request, "lab/experiment.html", context)


def _winners(found: Experiment, so_far: Results) -> list[Space | None]:
    """The model that is better for sure by the first kind of choice that tells."""
    if so_far.ratio.alarm:
        return []
    won = next((each.winner for each in so_far.measures if each.winner), "")
    return [found.space_a if won == "a" else found.space_b] if won else []


@require_POST
@curators("feed.change_experiment")
def start(request: HttpRequest, pk: int) -> HttpResponse:
    return _do(request, pk, experiments.start, "It runs. Visitors take part from their next page.")


@require_POST
@curators("feed.change_experiment")
def stop(request: HttpRequest, pk: int) -> HttpResponse:
    said = "It is stopped; everybody sees what serves again. Write down what was concluded."
    return _do(request, pk, experiments.stop, said)


@require_POST
@curators("feed.change_experiment")
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    def act(found: Experiment) -> None:
        text = request.POST.get("text", "")
        experiments.decide(found, text=text, by=cast(User, request.user))

    return _do(request, pk, act, "Kept, with your name and the date.")


@require_POST
@curators("feed.change_experiment")
def discard(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(one(pk))
    try:
        experiments.discard(found)
    except ExperimentError as error:
        messages.error(request, str(error))
        return redirect("experiment", pk)
    messages.success(request, "The draft is gone.")
    return redirect("experiments")


@require_POST
@curators("feed.add_experiment")
def ask_replay(request: HttpRequest) -> HttpResponse:
    known = {each.key: each for each in experiments.contestants()}
    if (wanted := known.get(request.POST.get("model", ""))) is None:
        messages.error(request, "That model is not prepared; prepare it first.")
    else:
        replay.ask(wanted.space_id, by=request.user)
        messages.success(request, "A worker computes it; look again in a minute.")
    return redirect("experiments")


@curators("feed.add_experiment")
def _draft(request: HttpRequest) -> HttpResponse:
    try:
        made = experiments.draft(
            name=request.POST.get("name", ""),
            kind=request.POST.get("kind", ""),
            first=request.POST.get("first", ""),
            second=request.POST.get("second", ""),
            share=_share(request.POST.get("share", "")),
            by=cast(User, request.user),
        )
    except ExperimentError as error:
        return _index(request, error=str(error), status=422)
    messages.success(request, "Drafted. It runs once you start it.")
    return redirect("experiment", made.pk)


def _index(request: HttpRequest, *, error: str = "", status: int = 200) -> HttpResponse:
    found = listed()
    models = experiments.contestants()
    running = next((each for each in found if each.state == Experiment.State.RUNNING), None)
    so_far = results(running) if running else None
    answers = request.POST if request.method == "POST" else {}
    context = {
        "experiments": found,
        "running": running,
        "results": so_far,
        "conclusion": experiment_drawing.conclusion(so_far) if so_far else "",
        "contestants": models,
        "kinds": Experiment.Kind.choices,
        "answers": {"kind": Experiment.Kind.INTERLEAVING.value, "share": "100", **_first(models)}
        | {key: str(answers[key]) for key in answers},
        "error": error,
        "replays": experiment_drawing.replays(models, newest_replays()),
    }
    return render(request, "lab/experiments.html", context, status=status)


def _first(models: list[experiments.Contestant]) -> dict[str, str]:
    """What serves is A unless somebody says otherwise, and VisRank or the newest model B."""
    serving = next(each.key for each in models if each.serves)
    others = [each.key for each in models if each.key != serving]
    return {"first": serving, "second": others[0] if others else ""}


def _share(text: str) -> float:
    """Per cent, as a form says it."""
    try:
        return float(text.replace("%", "").replace(",", ".")) / 100
    except ValueError as error:
        raise ExperimentError("Give the share of visitors in per cent, such as 50.") from error


def _do(
    request: HttpRequest, pk: int, act: Callable[[Experiment], None], said: str
) -> HttpResponse:
    try:
        act(get_object_or_404(one(pk)))
    except ExperimentError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, said)
    return redirect("experiment", pk)
