"""The pages of a search by a picture or by what words mean: asking, waiting, and being forgotten.

Results are the page of browsing itself, `like=picture.<token>` and `like=words.<text>`.
"""

from __future__ import annotations

from http import HTTPStatus
from math import nan
from typing import Any, Final
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from artrec.images import Box
from webapp import clients, uploads
from webapp.catalog import queries as catalog
from webapp.feed import meaning, picture_asking, picture_finding, visitors
from webapp.feed.picture_asking import MOST_BYTES, SESSION_KEY, RefusedError
from webapp.feed.picture_upload import Bounded
from webapp.feed.wish import Wish
from webapp.vectors.models import Query

REMEMBERED: Final = 40
"""Pictures of a session that are known to be its own."""


@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def search(request: HttpRequest) -> HttpResponseBase:
    """Offer to search by a picture, and take one."""
    # A file that is too large must be stopped before anything looks for the token in the form, so
    # the token is checked a step further in.
    handler = Bounded(request, MOST_BYTES)
    request.upload_handlers = [handler, *uploads.unlimited(request)]
    return _search(request, handler)


@csrf_protect
def _search(request: HttpRequest, handler: Bounded) -> HttpResponse:
    if request.method != "POST":
        return render(request, "feed/picture.html", _offer(request))
    tokens = request.session.get(SESSION_KEY, [])
    # Of somebody signed in it is known whose it is: another session of theirs may erase it.
    known = visitors.current_or_new if request.user.is_authenticated else visitors.current
    asking: dict[str, Any] = {
        "visitor": known(request),
        "tokens": tokens,
        "address": clients.address(request),
    }
    try:
        if request.POST.get("work"):
            work = get_object_or_404(catalog.artworks(), pk=_number(request.POST["work"]))
            query = picture_asking.ask_by_part(work, _box(request), **asking)
        else:
            if keep := request.POST.get("keep") == "1":
                asking["visitor"] = visitors.current_or_new(request)  # whose it is, and who erases
            file = request.FILES.get("picture")
            if handler.exceeded:
                raise RefusedError(
                    picture_asking.too_large(), status=HTTPStatus.REQUEST_ENTITY_TOO_LARGE
                )
            if file is None:
                raise RefusedError(_("Choose a picture first."))
            query = picture_asking.ask_by_upload(file.read(), keep=keep, **asking)
    except RefusedError as error:
        return _refused(request, str(error), error.status)
    request.session[SESSION_KEY] = [*tokens, query.token][-REMEMBERED:]
    place = reverse("picture-wait", args=[query.token])
    if not request.accepts("text/html"):
        return JsonResponse({"url": place}, status=HTTPStatus.CREATED)
    return redirect(place)


@never_cache
@require_safe
def wait(request: HttpRequest, token: str) -> HttpResponse:
    """Say how far a picture is; once it has been seen, lead to the works."""
    query = picture_finding.find(token)
    if query is None:
        if not request.accepts("text/html"):
            return JsonResponse({"state": "gone", "said": _gone()}, status=HTTPStatus.NOT_FOUND)
        context = _offer(request) | {"said": _gone()}
        return render(request, "feed/picture.html", context, status=HTTPStatus.NOT_FOUND)
    results = f"{reverse('browse')}?{urlencode({'like': picture_finding.key_of(query)})}"
    failed = _("This picture could not be looked at. Try another one.")
    return _waiting(request, query, results, failed, {"query": query})


@never_cache
@require_POST
def forget(request: HttpRequest, token: str) -> HttpResponse:
    """Forget a picture now, if it is theirs."""
    query = picture_finding.find(token)
    tokens = request.session.get(SESSION_KEY, [])
    theirs = query and picture_finding.is_theirs(query, visitors.current(request), tokens)
    if query is None or not theirs:
        raise Http404
    picture_asking.forget(query)
    messages.success(request, _("Your picture is forgotten."))
    return redirect("picture-search")


@require_safe
def part(request: HttpRequest, pk: int) -> HttpResponse:
    """Offer to search with a part of a work; scripts do so on the work's own page."""
    work = get_object_or_404(catalog.artworks(), pk=pk)
    return render(request, "feed/picture_part.html", {"artwork": work})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def words(request: HttpRequest) -> HttpResponse:
    """Wait for what words mean; a POST asks a worker."""
    given = request.POST if request.method == "POST" else request.GET
    text = meaning.normal(given.get("q", ""))
    place = f"{reverse('meaning')}?{urlencode({'q': text})}"
    if request.method == "POST":
        try:
            visitor = visitors.current(request)
            meaning.ask(text, address=clients.address(request), visitor=visitor)
        except meaning.RefusedError as error:
            messages.warning(request, str(error))
            return redirect(f"{reverse('browse')}?{urlencode({'q': text})}")
        return redirect(place)
    query = meaning.find(text) if text else None
    if query is None:
        return redirect(f"{reverse('browse')}?{urlencode({'q': text})}")
    results = f"{reverse('browse')}?{urlencode({'like': meaning.key_of(text)})}"
    failed = _("These words could not be read. Search by other words.")
    return _waiting(request, query, results, failed, {"text": text, "wish": Wish(text=text)})


def _waiting(
    request: HttpRequest, query: Query, results: str, failed: str, context: dict[str, object]
) -> HttpResponse:
    said = failed if query.state == Query.State.FAILED else ""
    if not request.accepts("text/html"):
        return JsonResponse({"state": query.state, "url": results, "said": said})
    if query.state == Query.State.DONE:
        return redirect(results)
    return render(request, "feed/picture_wait.html", context | {"said": said})


def _offer(request: HttpRequest) -> dict[str, object]:
    """What the page that takes a picture shows."""
    tokens = request.session.get(SESSION_KEY, [])
    kept = picture_finding.kept_by(visitors.current(request), tokens)
    return {
        "kept": [
            (query, picture_finding.picture_of(query), picture_finding.key_of(query))
            for query in kept
        ],
        "most_bytes": MOST_BYTES,
        "most_megabytes": MOST_BYTES // 1_000_000,
    }


def _refused(request: HttpRequest, said: str, status: int) -> HttpResponse:
    if not request.accepts("text/html"):
        return JsonResponse({"said": said}, status=status)
    if request.POST.get("work") and (number := _number(request.POST["work"])):
        messages.warning(request, said)
        return redirect("picture-part", pk=number)
    return render(request, "feed/picture.html", _offer(request) | {"said": said}, status=status)


def _box(request: HttpRequest) -> Box:
    """Read the part of a work, in per cent."""
    left, top, width, height = (
        _share(request.POST.get(name, default))
        for name, default in (("left", "0"), ("top", "0"), ("width", "100"), ("height", "100"))
    )
    return left, top, width, height


def _share(text: str) -> float:
    try:
        return float(text) / 100
    except ValueError:
        return nan


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else 0


def _gone() -> str:
    return _("This picture is not kept any more. Search with it again.")
