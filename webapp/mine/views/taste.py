"""What the gallery thinks one likes; taking parts out of it, and switching it off."""

from __future__ import annotations

from typing import Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from webapp.feed import actions as feed
from webapp.feed import hooks, visitors
from webapp.feed.queries import cards_of, muted_by
from webapp.mine import access, actions, taste, undoing
from webapp.quiz import queries as quiz

MOST: Final = 200
"""Works set aside or used again at once."""


@require_safe
def show(request: HttpRequest) -> HttpResponse:
    visitor = visitors.current(request)
    muted = muted_by(visitor)
    answered = [
        each.artwork_id for each in quiz.choices_of(visitor) if each.artwork_id not in muted
    ]
    cards = cards_of([*muted, *answered]) if muted or answered else {}
    context = {
        "taste": taste.taste_of(visitor),
        "muted": [cards[pk] for pk in muted if pk in cards],
        "answered": [cards[pk] for pk in answered if pk in cards],
        "wanted": hooks.wanted(visitor),
        "tab": "taste",
    }
    return render(request, "mine/taste.html", context)


@require_POST
def use(request: HttpRequest, verb: str) -> HttpResponse:
    """Set works aside, or use them again; those that already are stay as they are."""
    visitor = visitors.current_or_new(request)
    parts = request.GET.get("works", "").split(",")[:MOST]
    works = [int(part) for part in parts if part.isascii() and part.isdecimal() and len(part) < 19]
    if verb == "use":
        feed.unmute_all(visitor=visitor, artworks=works)
        messages.success(request, _("They shape what you are shown again."))
        return redirect("taste")
    muted = feed.mute_all(visitor=visitor, artworks=works)
    said = ngettext(
        "%(number)d work no longer shapes what you are shown.",
        "%(number)d works no longer shape what you are shown.",
        len(muted),
    ) % {"number": len(muted)}
    undo = f"{reverse('taste-use', args=['use'])}?works={','.join(map(str, muted))}"
    undoing.note(request, said, undo)
    return redirect("taste")


@require_POST
def recommendations(request: HttpRequest, verb: str) -> HttpResponse:
    visitor = visitors.current_or_new(request)
    actions.choose(visitor=visitor, impersonal=verb == "off")
    if verb == "off":
        messages.success(request, _("Off. You are shown what everybody is shown."))
    else:
        messages.success(request, _("On. What you like shapes what you are shown."))
    return redirect(access.next_page(request, reverse("taste")))
