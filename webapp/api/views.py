"""The pages for people who write programs, and the documents of IIIF."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from webapp.accounts.models import User
from webapp.api import iiif, problems, queries, reference, tokens
from webapp.api.forms import TokenForm
from webapp.catalog import queries as catalog
from webapp.catalog import tiles
from webapp.exhibitions import queries as exhibitions
from webapp.exhibitions import showing
from webapp.mine import queries as mine
from webapp.mine.models import Collection

IIIF_SECONDS = 3600


@require_safe
def api_page(request: HttpRequest) -> HttpResponse:
    context = {
        "groups": reference.operations(),
        "shapes": reference.shapes(),
        "problems": problems.TITLES,
        "per_minute": settings.API_PER_MINUTE,
        "root": f"{request.scheme}://{request.get_host()}/api/v1",
    }
    return render(request, "api/reference.html", context)


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def tokens_page(request: HttpRequest) -> HttpResponse:
    """Show the tokens of an account; make one, whose secret is in this answer and nowhere else."""
    user = request.user
    assert isinstance(user, User)  # noqa: S101 - login_required
    form = TokenForm(request.POST or None, label_suffix="")
    made = None
    if request.method == "POST" and form.is_valid():
        try:
            made = tokens.make(
                user=user,
                name=form.cleaned_data["name"],
                scope=form.cleaned_data["scope"],
                expires=form.expires,
            )
        except tokens.TooManyTokensError:
            said = _("You have %(most)d tokens already. Revoke one that you no longer use.")
            form.add_error(None, said % {"most": tokens.MOST})
        else:
            form = TokenForm(label_suffix="")
    context = {"form": form, "made": made, "tokens": tokens.tokens_of(user)}
    status = 201 if made else 422 if form.errors else 200
    return render(request, "api/tokens.html", context, status=status)


@login_required
@require_POST
def revoke_token(request: HttpRequest, pk: int) -> HttpResponse:
    user = request.user
    assert isinstance(user, User)  # noqa: S101 - login_required
    if not tokens.revoke(user=user, pk=pk):
        raise Http404
    messages.success(request, _("The token no longer opens anything."))
    return redirect("api-tokens")


@require_safe
def work_manifest(request: HttpRequest, pk: int) -> HttpResponse:
    work = catalog.artworks().filter(pk=pk).first()
    if work is None:
        return _nothing()
    return _document(iiif.manifest(request, work, tiled=tiles.are_done(work.image)))


@require_safe
def collection_manifest(request: HttpRequest, token: str) -> HttpResponse:
    """Send what a public collection has to show; private ones and those by link have none."""
    public = Collection.objects.filter(visibility=Collection.Visibility.PUBLIC, deleted=None)
    found = public.filter(token=token).first()
    if found is None:
        return _nothing()
    works = [each.artwork for each in mine.contents(found).seen]
    return _document(iiif.collection(request, found, works))


@require_safe
def exhibition_manifest(request: HttpRequest, token: str) -> HttpResponse:
    """Send what an exhibition that was opened has to show."""
    found = exhibitions.opened().filter(token=token).first()
    rooms = showing.rooms_of(found) if found else []
    works = [work for room in rooms for work in room.works]
    if found is None or not works:
        return _nothing()
    tiled = queries.tiled([work.image.pk for work in works])
    return _document(iiif.exhibition(request, found, rooms, tiled=tiled))


def unknown(_request: HttpRequest) -> HttpResponse:
    """Answer under the API what no operation answers; the gate dresses it."""
    return HttpResponse(status=404)


def _nothing() -> HttpResponse:
    return _shared(JsonResponse({"error": "There is nothing here."}, status=404))


def _document(content: iiif.Json) -> HttpResponse:
    response = JsonResponse(content, content_type=iiif.CONTENT_TYPE)
    response["Cache-Control"] = f"public, max-age={IIIF_SECONDS}"
    return _shared(response)


def _shared(response: HttpResponse) -> HttpResponse:
    """Let every viewer on the web read it: that is what these documents are for."""
    response["Access-Control-Allow-Origin"] = "*"
    return response
