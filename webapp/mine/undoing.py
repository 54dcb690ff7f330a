"""A note of what was done, with a way back, for pages that are read anew after it."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest
from django.middleware.csrf import get_token
from django.utils.html import format_html
from django.utils.translation import gettext as _

_NOTE = (
    '{} <form class="undo" method="post" action="{}">'
    '<input type="hidden" name="csrfmiddlewaretoken" value="{}">'
    '<button class="link">{}</button></form>'
)


def note(request: HttpRequest, said: str, undo: str) -> None:
    """Say what was done on the next page, and how to undo it: by a POST to `undo`."""
    messages.success(request, format_html(_NOTE, said, undo, get_token(request), _("Undo")))
