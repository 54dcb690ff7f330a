"""Artists: likely the same, merged, parted again, renamed."""

from __future__ import annotations

from typing import Final, cast

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from webapp.accounts.models import User
from webapp.catalog.models import Artist
from webapp.desk import naming, queries, trail
from webapp.desk.forms import NameForm, PairForm
from webapp.desk.guards import ARTISTS, READ, allowed
from webapp.desk.models import Merge

PAGE: Final = 100


@require_safe
@allowed(READ)
def artists(request: HttpRequest) -> HttpResponse:
    """Show who may be the same, what was merged, and all artists."""
    sought = request.GET.get("q", "").replace("\0", "").strip()[:200]
    everybody = queries.artists().filter(name__icontains=sought) if sought else queries.artists()
    pairs = [] if sought else queries.likely_pairs()
    works = queries.some_works([artist for p in pairs for artist in (p.first, p.second)])
    context = {
        "sought": sought,
        "pairs": [(pair, works[pair.first.pk], works[pair.second.pk]) for pair in pairs],
        "merges": Merge.objects.filter(undone=None).select_related("kept", "by")[:12],
        "page": Paginator(everybody, PAGE).get_page(request.GET.get("page")),
    }
    return render(request, "desk/artists.html", context)


@require_safe
@allowed(READ)
def artist(request: HttpRequest, pk: int) -> HttpResponse:
    """Show an artist's names, what happened to them, and whom to merge them with."""
    found = get_object_or_404(queries.artists(), pk=pk)
    context = {
        "artist": found,
        "works": queries.some_works([found], each=8)[found.pk],
        "former": found.former_names.all(),
        "merges": found.merges.filter(undone=None).select_related("by"),
        "entries": trail.of_artist(found),
        "others": Artist.objects.exclude(pk=pk).values_list("pk", "name")[:2_000],
    }
    return render(request, "desk/artist.html", context)


@require_POST
@allowed(ARTISTS)
def rename(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Artist, pk=pk)
    form = NameForm(request.POST)
    try:
        if not form.is_valid():
            raise ValidationError("A name has 1 to 200 characters.")
        naming.rename(found, form.cleaned_data["name"])
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, "Renamed. The old name and address still lead here.")
    return redirect("desk-artist", pk)


@require_http_methods(["GET", "HEAD", "POST"])
@allowed(ARTISTS)
def merge(request: HttpRequest) -> HttpResponse:
    """Show two artists beside each other; a POST makes them one."""
    form = PairForm(request.POST if request.method == "POST" else request.GET)
    if not form.is_valid() or form.cleaned_data["kept"] == form.cleaned_data["gone"]:
        messages.error(request, "Choose two different artists.")
        return redirect("desk-artists")
    kept = get_object_or_404(queries.artists(), pk=form.cleaned_data["kept"])
    gone = get_object_or_404(queries.artists(), pk=form.cleaned_data["gone"])
    if request.method != "POST":
        works = queries.some_works([kept, gone], each=6)
        sides = [(kept, works[kept.pk], gone), (gone, works[gone.pk], kept)]
        context = {"kept": kept, "gone": gone, "sides": sides}
        return render(request, "desk/merge.html", context)
    try:
        made = naming.merge(kept=kept, gone=gone, by=cast(User, request.user))
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, f"{made.gone['name']} is {kept.name} now.")
    return redirect("desk-artist", kept.pk)


@require_POST
@allowed(ARTISTS)
def part(request: HttpRequest, pk: int) -> HttpResponse:
    """Undo a merge."""
    merged = get_object_or_404(Merge, pk=pk)
    try:
        back = naming.part(merged)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect("desk-artist", merged.kept_id)
    messages.success(request, f"{back.name} is back.")
    return redirect("desk-artist", back.pk)


@require_POST
@allowed(ARTISTS)
def apart(request: HttpRequest) -> HttpResponse:
    """Note that two artists are not the same."""
    form = PairForm(request.POST)
    if form.is_valid():
        one = get_object_or_404(Artist, pk=form.cleaned_data["kept"])
        other = get_object_or_404(Artist, pk=form.cleaned_data["gone"])
        naming.keep_apart(one, other, by=cast(User, request.user))
        messages.success(request, "They are not suggested again.")
    return redirect("desk-artists")
