"""Collections: the list, a collection on its wall, its words, its order, its end."""

from __future__ import annotations

from typing import Any, Final

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from webapp.catalog.models import Artwork
from webapp.feed import visitors, visits
from webapp.feed.queries import marks_of
from webapp.mine import access, actions, fitting, queries, undoing
from webapp.mine.forms import CollectionForm
from webapp.mine.models import Collection

LONGEST_TITLE: Final = 120
LONGEST_NOTE: Final = 2_000
TAKEN_OUT: Final = "mine.taken_out"


@require_http_methods(["GET", "HEAD", "POST"])
def collections(request: HttpRequest) -> HttpResponse:
    """List one's collections; a POST makes one."""
    if request.method == "POST":
        return _create(request)
    visitor = visitors.current(request)
    own = list(queries.collections().filter(visitor=visitor)) if visitor else []
    pictures = queries.pictures(own)
    context = {"shelves": [(each, pictures.get(each.pk, [])) for each in own], "tab": "collections"}
    return render(request, "mine/collections.html", context)


def _create(request: HttpRequest) -> HttpResponse:
    title = " ".join(request.POST.get("title", "").replace("\0", "").split())[:LONGEST_TITLE]
    if not title:
        messages.warning(request, _("Give the collection a title first."))
        return redirect("collections")
    visitor = visitors.current_or_new(request)
    try:
        made = actions.create(visitor=visitor, title=title)
    except actions.RefusedError as error:
        messages.warning(request, str(error))
        return visits.hand_over(request, redirect("collections"), visitor)
    return visits.hand_over(request, redirect(made), visitor)


@require_safe
def collection(request: HttpRequest, token: str) -> HttpResponse:
    visitor = visitors.current(request)
    found = access.seen(token, visitor)
    mine = access.owns(visitor, found)
    contents, marks = queries.contents(found), marks_of(visitor)
    context: dict[str, Any] = {
        "collection": found,
        "contents": contents,
        "mine": mine,
        "marks": marks,
        "link": request.build_absolute_uri(found.get_absolute_url()),
        "tab": "collections" if mine else "",
    }
    if mine and contents.seen:
        works = [each.artwork.pk for each in contents.seen]
        context["fitting"] = fitting.works_that_fit(works, hidden=marks.hidden)
    response = render(request, "mine/collection.html", context)
    if found.visibility != Collection.Visibility.PUBLIC:
        response["X-Robots-Tag"] = "noindex"
    return response


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, token: str) -> HttpResponse:
    found = access.own(request, token)
    form = CollectionForm(
        request.POST or None, instance=found, may_publish=request.user.is_authenticated
    )
    if request.method == "POST" and form.is_valid():
        return redirect(form.save())
    context = {"collection": found, "form": form, "tab": "collections"}
    return render(request, "mine/collection_edit.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def arrange(request: HttpRequest, token: str) -> HttpResponse:
    """Order, notes and cover on one page; every button of it keeps all of them."""
    found = access.own(request, token)
    contents = queries.contents(found)
    if request.method == "POST":
        return _arrange(request, found, contents)
    context = {"collection": found, "contents": contents, "tab": "collections"}
    return render(request, "mine/arrange.html", context)


def _arrange(request: HttpRequest, found: Collection, contents: queries.Contents) -> HttpResponse:
    hung = [each.artwork.pk for each in (*contents.seen, *contents.gone)]
    named = [pk for pk in map(_number, request.POST.getlist("work")) if pk in set(hung)]
    order = [*dict.fromkeys(named), *(pk for pk in hung if pk not in set(named))]
    verb, _sep, which = request.POST.get("do", "").partition("-")
    moved = _number(which)
    if verb in ("up", "down") and moved in order:
        place = order.index(moved)
        order.insert(max(0, place + (-1 if verb == "up" else 1)), order.pop(place))
    actions.arrange(
        collection=found,
        order=order,
        notes=_notes(request.POST, order),
        cover=_number(request.POST.get("cover", "")),
        without=moved if verb == "remove" else None,
    )
    if verb == "remove" and moved in order:
        # Works that were withdrawn have no field for their note.
        kept = {each.artwork.pk: each.note for each in contents.gone}
        notes = kept | _notes(request.POST, order)
        _offer_undo(request, found, moved, order.index(moved), notes)
    if not request.accepts("text/html"):
        return HttpResponse(status=204)
    if verb:
        return redirect(f"{reverse('collection-arrange', args=[found.token])}#work-{moved}")
    return redirect(found)


def _notes(posted: QueryDict, works: list[int]) -> dict[int, str]:
    given = {pk: posted.get(f"note-{pk}") for pk in works}
    return {
        pk: note.replace("\0", "").strip()[:LONGEST_NOTE]
        for pk, note in given.items()
        if note is not None
    }


def _offer_undo(
    request: HttpRequest, found: Collection, work: int, position: int, notes: dict[int, str]
) -> None:
    # One at a time, in the session: a note is no secret of an address.
    request.session[TAKEN_OUT] = [found.token, work, position, notes.get(work, "")]
    undo = reverse("collection-put-back", args=[found.token, work])
    undoing.note(request, _("Taken out."), undo)


@require_POST
def put_back(request: HttpRequest, token: str, pk: int) -> HttpResponse:
    """Undo taking a work out, if it was the last."""
    found = access.own(request, token)
    of, work, position, note = request.session.pop(TAKEN_OUT, ("", 0, 0, ""))
    if (of, work) != (token, pk):
        raise Http404
    artwork = get_object_or_404(Artwork, pk=pk)
    actions.put_back(collection=found, artwork=artwork, position=position, note=note)
    messages.success(request, _("It is back."))
    return redirect("collection-arrange", token=token)


@require_POST
def delete(request: HttpRequest, token: str) -> HttpResponse:
    found = access.own(request, token)
    actions.delete(collection=found)
    undo = reverse("collection-restore", args=[token])
    said = _("“%(title)s” is deleted.") % {"title": found.title}
    undoing.note(request, said, undo)
    return redirect("collections")


@require_POST
def restore(request: HttpRequest, token: str) -> HttpResponse:
    found = access.own(request, token, deleted=True)
    if not actions.can_be_restored(found):
        raise Http404
    actions.restore(collection=found)
    return redirect(found)


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else 0
