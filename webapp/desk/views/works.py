"""Choosing works by eye, changing them together, and taking that back."""

from __future__ import annotations

from typing import Any, Final, cast

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from webapp.accounts.models import User
from webapp.catalog.models import Artist, Artwork
from webapp.desk import actions, changing, forms, queries, words
from webapp.desk.guards import WORKS, allowed
from webapp.desk.models import Edit

PAGE: Final = 60
SHOWN: Final = 60
"""Works of a preview that are drawn; the others are counted."""


@require_http_methods(["GET", "HEAD", "POST"])
@allowed(WORKS)
def works(request: HttpRequest) -> HttpResponse:
    """Show works to choose from; a POST begins an edit of those chosen."""
    if request.method == "POST":
        return _begin(request)
    choice = queries.Choice.from_query(request.GET)
    page = Paginator(queries.cards(queries.chosen(choice)), PAGE).get_page(request.GET.get("page"))
    context = {
        "choice": choice,
        "chosen": choice.wish.chosen,
        "address": urlencode(choice.pairs()),
        "page": page,
        "states": queries.STATES.items(),
        "styles": queries.values_of("style"),
        "media": queries.values_of("medium"),
        "availabilities": Artwork.Availability.choices,
        "artists": Artist.objects.values_list("slug", "name")[:2_000],
    }
    return render(request, "desk/works.html", context)


@require_safe
@allowed(WORKS)
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Show an edit: the ways to change its works, and before and after of the one that is asked
    for; once it is made, what became of it."""
    found = get_object_or_404(Edit.objects.select_related("by"), pk=pk)
    if found.made:
        return render(request, "desk/edit_made.html", _made(found))
    asked = forms.ChangeForm(request.GET) if "how" in request.GET else None
    context = {"edit": found, "given": forms.given(request.GET), **_ways()}
    status = 200
    if asked is not None:
        try:
            if not asked.is_valid():
                raise ValidationError("Choose what to change, and how.")
            context |= _preview(found, asked)
        except ValidationError as error:
            context["error"], status = " ".join(error.messages), 400
    if "changes" not in context:
        context["some"] = queries.cards(Artwork.objects.filter(pk__in=found.works[:SHOWN]))
        context["rest"] = max(0, len(found.works) - SHOWN)
    return render(request, "desk/edit.html", context, status=status)


@require_POST
@allowed(WORKS)
def make(request: HttpRequest, pk: int) -> HttpResponse:
    """Change the works of an edit."""
    found = get_object_or_404(Edit, pk=pk)
    form = forms.ChangeForm(request.POST)
    try:
        if not form.is_valid():
            raise ValidationError("Choose what to change, and how.")
        made = actions.make(found, form.wanted())
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, f"{made.changed:,} works changed.")
    return redirect("desk-edit", pk)


@require_POST
@allowed(WORKS)
def undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Take an edit back."""
    try:
        undone = actions.undo(get_object_or_404(Edit, pk=pk))
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        left = f" {undone.left:,} were changed since and stay as they are." if undone.left else ""
        messages.success(request, f"{undone.restored:,} works are as they were.{left}")
    return redirect("desk-edit", pk)


@require_POST
@allowed(WORKS)
def again(request: HttpRequest, pk: int) -> HttpResponse:
    """Begin another edit of the same works."""
    found = get_object_or_404(Edit, pk=pk)
    return _started(request, found.works)


def _begin(request: HttpRequest) -> HttpResponse:
    if request.POST.get("all"):
        choice = queries.Choice.from_query(QueryDict(request.POST.get("choice", "")))
        return _started(request, queries.chosen(choice).values_list("pk", flat=True))
    ids = [int(pk) for pk in request.POST.getlist("work") if pk.isdecimal() and len(pk) < 19]
    return _started(request, ids)


def _started(request: HttpRequest, works: Any) -> HttpResponse:
    try:
        made = actions.choose(by=cast(User, request.user), works=works)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect(f"{reverse('desk-works')}?{request.POST.get('choice', '')}")
    return redirect("desk-edit", made.pk)


def _ways() -> dict[str, Any]:
    return {
        "fields": {how: forms.fields_of(how) for how in changing.FIELDS},
        "roundings": changing.ROUNDINGS.items(),
        "lists": forms.choices_of_values(),
        "styles": queries.values_of("style"),
        "media": queries.values_of("medium"),
        "artists": Artist.objects.values_list("name", flat=True)[:2_000],
    }


def _preview(found: Edit, form: forms.ChangeForm) -> dict[str, Any]:
    wanted = form.wanted()
    changes = actions.preview(found, wanted)
    possible = [each for each in changes if not each.refused]
    refused = [each for each in changes if each.refused]
    told = [
        {
            "work": each.work,
            "before": words.value(wanted.field, each.old),
            "after": words.value(wanted.field, each.new),
            "refused": each.refused,
        }
        for each in [*refused, *possible][:SHOWN]
    ]
    return {
        "wanted": wanted,
        "label": words.LABELS[wanted.field],
        "changes": told,
        "possible": len(possible),
        "refused": len(refused),
        "same": len(found.works) - len(changes),
        "rest": max(0, len(changes) - SHOWN),
    }


def _made(found: Edit) -> dict[str, Any]:
    return {
        "edit": found,
        "label": words.LABELS.get(found.field, found.field),
        "some": queries.cards(Artwork.objects.filter(pk__in=found.works[:SHOWN])),
        "rest": max(0, len(found.works) - SHOWN),
    }
