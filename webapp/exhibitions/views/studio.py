"""Where curators make exhibitions: the list, the editor, what may be hung, the history."""

from __future__ import annotations

from typing import Any, Final, cast

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.timesince import timesince
from django.views.decorators.http import require_http_methods

from webapp.accounts.models import User
from webapp.catalog.models import Artwork
from webapp.exhibitions import actions, choosing, edits, ordering, queries
from webapp.exhibitions.actions import OvertakenError
from webapp.exhibitions.arrangement import RefusedError
from webapp.exhibitions.forms import DatesForm, WordsForm
from webapp.exhibitions.guards import curators
from webapp.exhibitions.models import DEEP, Exhibition, Wall

WRITTEN: Final = ("title", "by_line", "introduction", "text")
"""What somebody wrote, which must not be lost with the page it stood on; labels, too."""


@require_http_methods(["GET", "HEAD", "POST"])
@curators
def index(request: HttpRequest) -> HttpResponse:
    """List all exhibitions by state; a POST begins one, or brings one back."""
    if request.method == "POST":
        return _begin(request)
    listed = list(queries.exhibitions().order_by("-changed", "-pk"))
    gone = list(queries.deleted()[:12])
    covers = queries.covers([*listed, *gone])
    order = ("draft", "scheduled", "open", "closed")
    heaps = [(state, [each for each in listed if each.state == state]) for state in order]
    context = {
        "heaps": [
            (Exhibition.State(state).value, [(each, covers.get(each.pk)) for each in heap])
            for state, heap in heaps
            if heap
        ],
        "gone": [(each, covers.get(each.pk)) for each in gone],
    }
    return render(request, "exhibitions/studio/index.html", context)


def _begin(request: HttpRequest) -> HttpResponse:
    if back := edits.number(request.POST.get("bring-back", "")):
        found = get_object_or_404(Exhibition, pk=back, deleted__isnull=False)
        actions.bring_back(found)
        messages.success(request, f"“{found.title}” is back.")
        return redirect("studio-exhibition", pk=found.pk)
    title = request.POST.get("title", "").replace("\0", "")
    works = edits.numbers(request.POST.getlist("work"))
    try:
        made = actions.start(title, works, cast(User, request.user))
    except RefusedError as error:
        messages.warning(request, str(error))
        return redirect("studio-exhibitions")
    return redirect("studio-exhibition", pk=made.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@curators
def editor(request: HttpRequest, pk: int) -> HttpResponse:
    """Show an exhibition with everything that can be changed; a POST changes it."""
    found = _found(pk)
    if request.method != "POST":
        return _page(request, found)
    if request.POST.get("do") == "delete":
        actions.delete(found)
        messages.success(request, f"“{found.title}” is deleted. It stands below and can come back.")
        return redirect("studio-exhibitions")
    try:
        with transaction.atomic():
            _change(request, found)
    except OvertakenError as error:
        return _refused(request, found, _overtaken(error), 409)
    except RefusedError as error:
        return _refused(request, found, str(error), 422)
    if not request.accepts("text/html"):
        found = _found(pk)
        last = queries.undoable(found)
        told = {"version": found.version, "undo": last.what if last else ""}
        return JsonResponse(told | {"state": found.state_label})
    return redirect(reverse("studio-exhibition", args=[pk]) + _where(request, found))


def _where(request: HttpRequest, found: Exhibition) -> str:
    """The part of the page that was changed. It is always named: a browser that is led on keeps the
    part of the address it came from."""
    rooms = list(found.rooms.values_list("pk", flat=True))
    room = edits.number(request.POST.get("room", ""))
    if request.POST.get("do") == "build" and rooms:
        room = rooms[-1]
    return f"#room-{room}" if room in rooms else "#front"


def _change(request: HttpRequest, found: Exhibition) -> None:
    by, seen = cast(User, request.user), edits.number(request.POST.get("version", ""))
    if request.POST.get("do") == "undo":
        what = actions.undo(found, by, seen=seen)
        messages.success(request, f"Undone: {what}.")
    else:
        actions.change(found, by, edits.edit_of(request.POST), seen=seen)


def _overtaken(error: OvertakenError) -> str:
    last = error.last
    if last is None:
        return "This exhibition was changed meanwhile. Your change was not kept."
    who = last.by.get_username() if last.by else "Somebody"
    return (
        f"{who} changed this exhibition {timesince(last.made)} ago: {last.what}. Your change was"
        " not kept, so that nothing of theirs is lost. This is how it is now; do it again if it"
        " still fits."
    )


def _refused(request: HttpRequest, found: Exhibition, said: str, status: int) -> HttpResponse:
    if not request.accepts("text/html"):
        return JsonResponse({"said": said}, status=status)
    posted = request.POST
    names = [name for name in posted if name in WRITTEN or name.startswith("label-")]
    written = [text for name in names if (text := posted[name].strip())]
    return _page(request, _found(found.pk), said=said, written=written, status=status)


def _page(
    request: HttpRequest,
    found: Exhibition,
    *,
    said: str = "",
    written: list[str] | None = None,
    status: int = 200,
) -> HttpResponse:
    all_of = queries.arrangement_of(found)
    works = Artwork.objects.select_related("artist", "image").in_bulk(all_of.works)
    rooms = [
        (room, [(works[each.work], each.label) for each in room.works if each.work in works])
        for room in all_of.rooms
    ]
    context: dict[str, Any] = {
        "exhibition": found,
        "all": all_of,
        "rooms": rooms,
        "names": [
            (room.pk, room.title or f"Room {number}")
            for number, room in enumerate(all_of.rooms, start=1)
        ],
        "words": WordsForm(
            initial={name: getattr(found, name) for name in ("title", "by_line", "introduction")}
        ),
        "dates": DatesForm(initial={"opens": found.opens, "closes": found.closes}),
        "walls": Wall.choices,
        "deep": DEEP,
        "ways": [(name, words) for name, (words, _order) in ordering.WAYS.items()],
        "undo": queries.undoable(found),
        "said": said,
        "written": written or [],
    }
    return render(request, "exhibitions/studio/editor.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@curators
def add(request: HttpRequest, pk: int) -> HttpResponse:
    """Look for works and choose some by their pictures; a POST hangs them."""
    found = _found(pk)
    rooms = list(found.rooms.all())
    wanted = edits.number(request.POST.get("room") or request.GET.get("room", ""))
    room = next((each for each in rooms if each.pk == wanted), None)
    if request.method == "POST":
        works = edits.numbers(request.POST.getlist("work"))
        try:
            new = actions.hang(found, works, cast(User, request.user), room)
        except RefusedError as error:
            messages.warning(request, str(error))
            return redirect(request.get_full_path())
        if new:
            messages.success(request, f"{queries.works(new)} hung.")
        if then := request.POST.get("then"):
            return redirect(_onward(request) if then == "more" else request.get_full_path())
        anchor = f"#room-{room.pk}" if room else ""
        return redirect(reverse("studio-exhibition", args=[pk]) + anchor)
    context = {
        "exhibition": found,
        "rooms": rooms,
        "room": room,
        "found": choosing.found(request),
        "there": set(queries.arrangement_of(found).works),
        "text": request.GET.get("q", ""),
        "room_text": str(room.pk) if room else "",
    }
    return render(request, "exhibitions/studio/add.html", context)


def _onward(request: HttpRequest) -> str:
    """The address of the works that come after those shown."""
    query = request.GET.copy()
    query["after"] = request.POST.get("after", "")
    return f"{request.path}?{query.urlencode()}"


@require_http_methods(["GET", "HEAD", "POST"])
@curators
def history(request: HttpRequest, pk: int) -> HttpResponse:
    """List what was changed, by whom and when; a POST goes back to a version."""
    found = _found(pk)
    if request.method == "POST":
        number = edits.number(request.POST.get("number", ""))
        seen = edits.number(request.POST.get("version", ""))
        try:
            actions.restore(found, number, cast(User, request.user), seen=seen)
        except OvertakenError as error:
            return _refused(request, found, _overtaken(error), 409)
        except RefusedError as error:
            return _refused(request, found, str(error), 422)
        messages.success(request, f"Everything hangs as in version {number}.")
        return redirect("studio-exhibition", pk=pk)
    context = {"exhibition": found, "changes": list(queries.history(found))}
    return render(request, "exhibitions/studio/history.html", context)


def _found(pk: int) -> Exhibition:
    return get_object_or_404(Exhibition, pk=pk, deleted=None)
