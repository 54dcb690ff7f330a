"""What the pages of selections say after something was done."""

from __future__ import annotations

from typing import Final

from django.contrib import messages
from django.http import HttpRequest
from django.middleware.csrf import get_token
from django.urls import reverse
from django.utils.html import format_html, format_html_join

from webapp.selections.models import Selection

_NOTE: Final = (
    '{} <form class="undo" method="post" action="{}">{}<button class="link">Undo</button></form>'
)
_FIELD: Final = '<input type="hidden" name="{}" value="{}">'


def say(request: HttpRequest, words: str, *, selection: Selection, undo: str) -> None:
    """Say what was done to a selection, with a way back: its verb `undo`."""
    say_with_undo(request, words, reverse("selection-verb", args=[selection.pk, undo]))


def say_with_undo(request: HttpRequest, words: str, address: str, **fields: object) -> None:
    """Say what was done, with a way back: a button that posts `fields` to `address`."""
    sent = {"csrfmiddlewaretoken": get_token(request), **fields}
    inputs = format_html_join("", _FIELD, sent.items())
    messages.success(request, format_html(_NOTE, words, address, inputs))


def refuse(request: HttpRequest, words: str, *, way: str) -> None:
    """Say why something was not done: on the next page, beside the button of the way it was to go.

    A note at the foot that fades would be missed where one expects works to hang.
    """
    messages.warning(request, words, extra_tags=way)


def refused(request: HttpRequest) -> dict[str, str]:
    """Return what `refuse` said on the page before, by the way."""
    told = messages.get_messages(request)
    return {each.extra_tags: str(each.message) for each in told if each.extra_tags}


def works(number: int) -> str:
    """Return a number of works in words: "1 work", "2,000 works"."""
    return f"{number:,} work{'' if number == 1 else 's'}"
