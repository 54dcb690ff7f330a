"""Selections put together, and two of them compared."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, cast

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from webapp.accounts.models import User
from webapp.lab.guards import curators
from webapp.selections import actions, combining, comparing, queries
from webapp.selections.actions import RefusedError
from webapp.selections.models import Selection

LISTED: Final = 36
"""Selections to choose from on a page, those changed last first."""
MOST: Final = 12
"""Selections that are combined."""
PREVIEW: Final = 40
SHARED: Final = 24
WAYS: Final = {
    "union": ("Union", "In any of them"),
    "intersection": ("Intersection", "In all of them"),
    "difference": ("Difference", "In the first, in none of the others"),
}


@require_http_methods(["GET", "HEAD", "POST"])
@curators("selections.add_selection")
def combine(request: HttpRequest) -> HttpResponse:
    """Show what some selections have together in each way, and keep one of them."""
    asked = request.POST if request.method == "POST" else request.GET
    parts = _chosen(asked.getlist("of"), first=asked.get("first", ""))
    way = asked.get("how", "") if asked.get("how") in combining.WAYS else "union"
    works = [queries.works_of(part) for part in parts]
    made = {name: combine(works) for name, combine in combining.WAYS.items()}
    if request.method == "POST":
        return _keep(request, parts, way, made[way])
    context = {
        **_to_choose(request, [part.pk for part in parts]),
        "parts": [(part, len(size)) for part, size in zip(parts, works, strict=True)],
        "ways": [(name, *WAYS[name], len(made[name])) for name in combining.WAYS],
        "way": way,
        "size": len(made[way]),
        "works": queries.in_order(made[way][:PREVIEW]),
        "title": _title(parts, way),
    }
    return render(request, "selections/combine.html", context)


def _keep(
    request: HttpRequest, parts: Sequence[Selection], way: str, works: Sequence[int]
) -> HttpResponse:
    try:
        if len(parts) < 2:
            raise RefusedError("Choose two selections or more.")
        made, _unknown = actions.save(
            works=works,
            by=cast(User, request.user),
            title=request.POST.get("title", "") or _title(parts, way),
            source=Selection.Source.COMBINATION,
            origin={"how": WAYS[way][0], "of": [part.title for part in parts]},
        )
    except RefusedError as error:
        messages.warning(request, str(error))
        again = QueryDict(mutable=True)
        again.setlist("of", [str(part.pk) for part in parts])
        again["how"] = way
        response = redirect("selections-combine")
        response["Location"] += f"?{again.urlencode()}"
        return response
    return redirect(made)


@require_safe
@curators("selections.view_selection")
def compare(request: HttpRequest) -> HttpResponse:
    """Show what distinguishes two selections, or let two be chosen."""
    left, right = (_one(request.GET.get(name, "")) for name in ("a", "b"))
    right = None if left == right else right
    context: dict[str, Any] = {"left": left, "right": right}
    if left is None or right is None:
        context |= _to_choose(request, [side.pk for side in (left, right) if side])
    else:
        works = [queries.works_of(left), queries.works_of(right)]
        found = comparing.compare(*works)
        context |= {
            "found": found,
            "sizes": [len(side) for side in works],
            "only": [len(side) - len(found.shared) for side in works],
            "shared": queries.in_order(found.shared[:SHARED]),
        }
    return render(request, "selections/compare.html", context)


def _to_choose(request: HttpRequest, taken: Sequence[int]) -> dict[str, Any]:
    """A page of the selections that can be chosen besides those `taken`, or that are looked for."""
    text = request.GET.get("q", "")[:200].replace("\0", "")
    found = queries.selections(text=text).exclude(pk__in=taken)
    page = Paginator(found, LISTED).get_page(request.GET.get("page"))
    return {"page": page, "shelves": queries.shelves(page.object_list), "text": text}


def _chosen(given: Sequence[str], *, first: str) -> list[Selection]:
    """The selections that are asked for, in that order but for the one to be first."""
    numbers = [int(pk) for pk in dict.fromkeys(given) if _is_number(pk)][:MOST]
    if _is_number(first) and int(first) in numbers:
        numbers.sort(key=lambda pk: pk != int(first))
    found = Selection.objects.filter(deleted=None).in_bulk(numbers)
    return [found[pk] for pk in numbers if pk in found]


def _one(given: str) -> Selection | None:
    if not _is_number(given):
        return None
    return Selection.objects.filter(pk=int(given), deleted=None).first()


def _is_number(word: str) -> bool:
    return word.isascii() and word.isdecimal() and len(word) < 19


def _title(parts: Sequence[Selection], way: str) -> str:
    sign = {"union": " + ", "intersection": " ∩ ", "difference": " − "}[way]
    return sign.join(part.title for part in parts)[: actions.TITLE]
