"""HTTP for the desk: pairs that may be the same work, and what somebody decides about them."""

from __future__ import annotations

from typing import Any, Final, cast
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.middleware.csrf import get_token
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.views.decorators.http import require_POST, require_safe

from webapp.accounts.models import User
from webapp.duplicates import actions, queries
from webapp.duplicates.facts import FACTS, facts_of
from webapp.duplicates.models import Decision, Pair
from webapp.duplicates.showing import laid_over, sides_of
from webapp.ingest.models import Batch

PERMISSION: Final = "duplicates.change_pair"
SAID: Final = {
    Pair.State.KEPT: "Both are kept. They will not be suggested again.",
    Pair.State.MERGED: "They are one work now.",
    Pair.State.REPLACED: "They are one work now, with the other picture.",
}
_NOTE: Final = (
    '{} <form class="undo" method="post" action="{}">'
    '<input type="hidden" name="csrfmiddlewaretoken" value="{}">'
    '<button class="link">Undo</button></form>'
)


def for_deciders(view: Any) -> Any:
    """Ask strangers to sign in, and show the 403 page to those who may not decide."""
    return login_required(permission_required(PERMISSION, raise_exception=True)(view))


@require_safe
@for_deciders
def index(request: HttpRequest) -> HttpResponse:
    """Show all pairs that wait for a decision, or what was decided."""
    kind, batch = _asked(request.GET)
    decided = request.GET.get("kind") == queries.DECIDED
    of = batch.pk if batch else None
    rows: Any = queries.decisions() if decided else queries.open_pairs(kind=kind, batch=of)
    page = Paginator(rows, queries.PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "kind": queries.DECIDED if decided else kind,
        "decided": decided,
        "batch": batch,
        "query": _query(kind, batch),
        "counts": queries.counts(of),
    }
    return render(request, "duplicates/index.html", context)


@require_safe
@for_deciders
def pair(request: HttpRequest, pk: int) -> HttpResponse:
    """Show two works side by side, with all in which they differ."""
    found = queries.pair(pk)
    if found is None:
        raise Http404
    kind, batch = _asked(request.GET)
    of = batch.pk if batch else None
    sides = sides_of(found, queries.marks(found))
    stays = next(side.work for side in sides if side.suggested)
    former, following = queries.beside(found, kind=kind, batch=of)
    decision = queries.standing(found)
    retired = [side.work for side in sides if side.work.state in queries.RETIRED]
    context = {
        "pair": found,
        "sides": sides,
        "facts": facts_of(found.first, found.second, stays=stays),
        "laid_over": laid_over(found),
        "decision": decision,
        "retired": retired,
        "open": not decision and not retired,
        "others": queries.others_of(found),
        "kind": kind,
        "batch": batch,
        "query": _query(kind, batch),
        "former": former,
        "following": following,
        "counts": queries.counts(of),
    }
    return render(request, "duplicates/pair.html", context)


@require_POST
@for_deciders
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Do what was decided about two works, and go on to the next two."""
    kind, batch = _asked(request.POST)
    found = Pair.objects.filter(pk=pk).first()
    if found is None:
        messages.warning(request, actions.DELETED)
        return redirect(reverse("duplicates") + _query(kind, batch))
    _former, following = queries.beside(found, kind=kind, batch=batch.pk if batch else None)
    try:
        decision = _decide(request, found)
    except actions.RefusedError as error:
        messages.warning(request, str(error))
        return redirect(reverse("duplicate", args=[pk]) + _query(kind, batch))
    _say(request, SAID[Pair.State(decision.state)], decision)
    query = _query(kind, batch)
    if following is None:
        return redirect(reverse("duplicates") + query)
    return redirect(reverse("duplicate", args=[following]) + query)


@require_POST
@for_deciders
def undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a decision back, and show the two again."""
    decision = get_object_or_404(Decision.objects.select_related("pair"), pk=pk)
    try:
        left = actions.undo(decision=decision, by=cast(User, request.user))
    except actions.RefusedError as error:
        messages.warning(request, str(error))
    else:
        kept = f" Left as it is now: {', '.join(left)}." if left else ""
        messages.success(request, f"They are as they were before.{kept}")
    return redirect("duplicate", decision.pair_id)


def _decide(request: HttpRequest, found: Pair) -> Decision:
    user = cast(User, request.user)
    wish = request.POST.get("decision", "")
    if wish == "keep":
        return actions.keep_both(pair=found, by=user)
    if wish not in {"merge", "replace"}:
        raise actions.RefusedError("Choose what shall become of the two works.")
    stays = request.POST.get("stays", "")
    if stays not in {str(found.first_id), str(found.second_id)}:
        raise actions.RefusedError("Choose which of the two works stays.")
    wanted = {name: request.POST.get(f"fact-{name}", "") for name in FACTS}
    return actions.merge(
        pair=found,
        stays=int(stays),
        facts={name: side for name, side in wanted.items() if side in {"first", "second"}},
        by=user,
        replace_image=wish == "replace",
    )


def _say(request: HttpRequest, said: str, decision: Decision) -> None:
    address = reverse("duplicate-undo", args=[decision.pk])
    messages.success(request, format_html(_NOTE, said, address, get_token(request)))


def _asked(said: QueryDict) -> tuple[str, Batch | None]:
    """Return of which kind the pairs shall be, and by which batch one of the two came in."""
    kind, number = said.get("kind", ""), said.get("batch", "")
    known = number.isdecimal() and len(number) < 19
    batch = Batch.objects.filter(pk=int(number)).first() if known else None
    return kind if kind in Pair.Kind.values else "", batch


def _query(kind: str, batch: Batch | None) -> str:
    """Return the end of an address by which the same is asked for."""
    asked = {"kind": kind, "batch": batch.pk if batch else None}
    found = urlencode({name: value for name, value in asked.items() if value})
    return f"?{found}" if found else ""
