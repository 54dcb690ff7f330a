"""Who may look at batches, and who may change what came in by them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from django.contrib.auth.decorators import login_required, permission_required
from django.http import HttpResponseBase

View = Callable[..., HttpResponseBase]
CHANGE: Final = "catalog.change_artwork"
DELETE: Final = "catalog.delete_artwork"


def for_uploaders(view: View) -> View:
    """Ask strangers to sign in, and show the 403 page to those who may not bring works in."""
    return _with("catalog.add_artwork", view)


def for_editors(view: View) -> View:
    """As `for_uploaders`, for what changes works."""
    return _with(CHANGE, view)


def _with(permission: str, view: View) -> View:
    allowed: View = login_required(permission_required(permission, raise_exception=True)(view))
    return allowed
