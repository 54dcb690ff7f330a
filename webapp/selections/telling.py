"""What the pages of selections say after something was done."""

from __future__ import annotations

from typing import Final

from django.contrib import messages
from django.http import HttpRequest
from django.middleware.csrf import get_token
from django.urls import reverse
from django.utils.html import format_html

from webapp.selections.models import Selection

_NOTE: Final = (
    '{} <form class="undo" method="post" action="{}">'
    '<input type="hidden" name="csrfmiddlewaretoken" value="{}">'
    '<button class="link">Undo</button></form>'
)


def say(request: HttpRequest, words: str, *, selection: Selection, undo: str) -> None:
    """Say what was done to a selection, with a way back: its verb `undo`."""
    way_back = reverse("selection-verb", args=[selection.pk, undo])
    messages.success(request, format_html(_NOTE, words, way_back, get_token(request)))


def works(number: int) -> str:
    """Return a number of works in words: "1 work", "2,000 works"."""
    return f"{number:,} work{'' if number == 1 else 's'}"
