"""Who may open a page of the desk."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from django.contrib.auth.decorators import login_required, permission_required
from django.http import HttpResponse

View = Callable[..., HttpResponse]
READ: Final = "catalog.view_artwork"
WORKS: Final = "catalog.change_artwork"
ARTISTS: Final = "catalog.change_artist"


def allowed(permission: str) -> Callable[[View], View]:
    """Ask strangers to sign in, and show the 403 page to those without `permission`."""

    def guard(view: View) -> View:
        guarded: Any = login_required(permission_required(permission, raise_exception=True)(view))
        return guarded  # type: ignore[no-any-return]

    return guard
