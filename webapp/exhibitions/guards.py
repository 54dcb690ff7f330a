"""Who may open the pages where exhibitions are made."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from django.contrib.auth.decorators import login_required, permission_required
from django.http import HttpResponse

View = Callable[..., HttpResponse]
PERMISSION: Final = "exhibitions.change_exhibition"


def curators(view: View) -> View:
    """Ask strangers to sign in, and show the 403 page to those who may not exhibit."""
    guarded: Any = login_required(permission_required(PERMISSION, raise_exception=True)(view))
    return guarded  # type: ignore[no-any-return]
