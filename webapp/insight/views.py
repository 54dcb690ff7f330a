"""The model's view: of one visitor, of all, of two models, of one work, and of its training."""

from __future__ import annotations

import gzip
from typing import Any, Final, cast
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from webapp.accounts.models import User
from webapp.catalog.models import Artwork
from webapp.catalog.queries import cards
from webapp.insight import (
    actions,
    agreement,
    exposure,
    finding,
    near,
    people,
    queries,
    sampling,
    seeing,
    sights,
)
from webapp.insight.ground import ground
from webapp.insight.models import Draw, Inquiry, Survey
from webapp.lab.guards import curators
from webapp.studio import queries as studio

_MAX_SEED: Final = 10**9 - 1


@require_safe
@curators("insight.view_survey")
def visitor(request: HttpRequest) -> HttpResponse:
    """Show how a model ranks the gallery for a visitor, or for somebody imagined."""
    sample = people.sample()
    models = sights.sights()
    model = sights.chosen(models, request.GET.get("model", ""))
    works = _works(request)
    imagining = bool(works) or "imagine" in request.GET
    number = request.GET.get("visitor", "")
    if not number and sample:
        number = str(sample[len(sample) // 2].number)
    person = None if imagining and not works else people.person(number, works)
    served = model.served if model else None
    below = ground()
    context: dict[str, Any] = {
        "models": models,
        "model": model,
        "sample": sample,
        "number": number,
        "listed": any(str(each.number) == number for each in sample),
        "person": person,
        "imagining": imagining,
        "ground": below,
        "view": seeing.view(person, served, below) if person and served else None,
    }
    if person and model and below:
        place = reverse("map-scores", args=[below.map.pk])
        context["scores"] = f"{place}?model={model.key}&{person.query}"
    if imagining:
        context |= _imagined(request, works)
    return render(request, "insight/visitor.html", context)


@require_safe
@curators("insight.view_survey")
def model(request: HttpRequest) -> HttpResponse:
    """Show what a model recommends to everybody."""
    models = sights.sights()
    chosen = sights.chosen(models, request.GET.get("model", ""))
    row = queries.survey(chosen.space, None) if chosen else None
    shown = exposure.exposure(row.result, ground()) if row and row.result else None
    context = {"models": models, "model": chosen, "row": row, "shown": shown}
    return render(request, "insight/model.html", context)


@require_safe
@curators("insight.view_survey")
def two(request: HttpRequest) -> HttpResponse:
    """Show how far two models recommend the same."""
    models = sights.sights()
    a = sights.chosen(models, request.GET.get("a", ""))
    others = [each for each in models if each != a]
    b = sights.chosen(others, request.GET.get("b", ""))
    row = queries.survey(a.space, b.space) if a and b else None
    shown = agreement.agreement(row) if row and row.result else None
    context = {"models": models, "a": a, "b": b, "row": row, "shown": shown}
    return render(request, "insight/two.html", context)


@require_POST
@curators("insight.add_survey")
def measure(request: HttpRequest) -> HttpResponse:
    """Ask a worker what a model recommends, or how far two agree."""
    models = {each.key: each for each in sights.sights()}
    a, b = (models.get(request.POST.get(name, "")) for name in ("a", "b"))
    if a is None or (b is None and "b" in request.POST) or a == b:
        raise Http404
    actions.survey(a.space, b.space if b else None, by=cast(User, request.user))
    if b is None:
        return redirect(f"{reverse('insight-model')}?{urlencode({'model': a.key})}")
    return redirect(f"{reverse('insight-two')}?{urlencode({'a': a.key, 'b': b.key})}")


@require_safe
@curators("insight.view_survey")
def work(request: HttpRequest) -> HttpResponse:
    """Show the works nearest to one, in every space."""
    asked = people.works_of(request.GET.get("work", ""))[:1]
    chosen: Artwork | None = get_object_or_404(cards(), pk=asked[0]) if asked else None
    words = request.GET.get("q", "")
    context = {
        "work": chosen,
        "rows": near.rows(chosen) if chosen else [],
        "words": words,
        "found": finding.found(words) if words or not chosen else [],
    }
    return render(request, "insight/work.html", context)


@require_safe
@curators("insight.view_draw")
def triplets(request: HttpRequest) -> HttpResponse:
    """Show the triplets that training draws for a visitor."""
    sample = people.sample()
    asked = request.GET.get("visitor", "")
    if not asked and sample:
        asked = str(sample[len(sample) // 2].number)
    found = people.person(asked, ())
    mode = request.GET.get("mode", "")
    mode = mode if mode in sampling.MODES else "paper"
    seed = _seed(request.GET.get("seed", ""))
    known = found.visitor if found and found.profile.works else None
    row = queries.draw(known, mode, seed) if known else None
    context = {
        "sample": sample,
        "number": asked,
        "listed": any(str(each.number) == asked for each in sample),
        "person": found,
        "mode": mode,
        "modes": sampling.MODES,
        "seed": seed,
        "next_seed": min(seed + 1, _MAX_SEED),
        "row": row,
        "guidelines": sampling.guidelines(row.result) if row and row.result else [],
    }
    return render(request, "insight/triplets.html", context)


@require_POST
@curators("insight.add_draw")
def draw(request: HttpRequest) -> HttpResponse:
    """Ask a worker for the triplets of a visitor."""
    asked = people.works_of(request.POST.get("visitor", ""))
    mode = request.POST.get("mode", "")
    if not asked or mode not in sampling.MODES:
        raise Http404
    found = people.person(str(asked[0]), ())
    if found is None or found.visitor is None or not found.profile.works:
        raise Http404
    seed = _seed(request.POST.get("seed", ""))
    actions.draw(found.visitor, mode, seed, by=cast(User, request.user))
    place = urlencode({"visitor": found.visitor.pk, "mode": mode, "seed": seed})
    return redirect(f"{reverse('insight-triplets')}?{place}")


@require_safe
@curators("insight.view_survey")
@never_cache
def survey_status(_request: HttpRequest, pk: int) -> JsonResponse:
    """Return how far a survey is, for the page that waits."""
    return _status(get_object_or_404(Survey.objects.defer("result"), pk=pk))


@require_safe
@curators("insight.view_draw")
@never_cache
def draw_status(_request: HttpRequest, pk: int) -> JsonResponse:
    """Return how far a draw is, for the page that waits."""
    return _status(get_object_or_404(Draw.objects.defer("result"), pk=pk))


@require_safe
@curators("insight.view_survey")
def scores(request: HttpRequest, pk: int) -> HttpResponse:
    """Return how a model ranks the works of a map for somebody: a byte per place.

    0 to 254 is the share of the works that the work is ranked above; 255: it has no score.
    """
    below = get_object_or_404(studio.ready(), pk=pk)
    models = {each.key: each for each in sights.sights()}
    found = models.get(request.GET.get("model", ""))
    person = people.person(request.GET.get("visitor", ""), _works(request))
    served = found.served if found else None
    if served is None or person is None:
        raise Http404
    shares = seeing.shares(person, served, studio.order(below).tolist())
    answer = HttpResponse(gzip.compress(shares.tobytes(), 5), "application/octet-stream")
    answer["Content-Encoding"] = "gzip"
    answer["Cache-Control"] = "private, max-age=60"
    return answer


def _works(request: HttpRequest) -> list[int]:
    """What somebody imagined likes: works by number, or those of a selection."""
    selection = people.works_of(request.GET.get("selection", ""))[:1]
    if selection:
        return queries.works_of_selection(selection[0])
    return people.works_of(request.GET.get("works", ""))


def _imagined(request: HttpRequest, works: list[int]) -> dict[str, Any]:
    words = request.GET.get("q", "")
    liked = cards().in_bulk(works)
    return {
        "liked": [
            (liked[pk], ",".join(str(each) for each in works if each != pk))
            for pk in works
            if pk in liked
        ],
        "works": ",".join(map(str, works)),
        "words": words,
        "found": [each for each in finding.found(words) if each.pk not in liked],
        "selections": queries.selections(),
    }


def _status(row: Inquiry) -> JsonResponse:
    return JsonResponse({"open": row.state == Inquiry.State.QUEUED, "progress": row.progress})


def _seed(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0
