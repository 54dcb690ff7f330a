"""Who may open a page of the studio."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib.auth.decorators import login_required, permission_required
from django.http.response import HttpResponseBase

View = Callable[..., HttpResponseBase]


def curators(permission: str = "studio.view_map") -> Callable[[View], View]:
    """Ask strangers to sign in, and show the 403 page to those without `permission`."""

    def guard(view: View) -> View:
        guarded: Any = login_required(permission_required(permission, raise_exception=True)(view))
        return guarded  # type: ignore[no-any-return]

    return guard
