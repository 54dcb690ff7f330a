"""Who may ask museums."""

from __future__ import annotations

from functools import wraps
from typing import Any, Final

from django.contrib.auth.decorators import login_required, permission_required
from django.http import HttpRequest
from django.views.decorators.csrf import csrf_exempt, csrf_protect

from webapp import uploads

PERMISSION: Final = "museums.add_sync"


def for_askers(view: Any) -> Any:
    """Ask strangers to sign in, and show the 403 page to those who may not ask museums."""
    return login_required(permission_required(PERMISSION, raise_exception=True)(view))


def taking_files(view: Any) -> Any:
    """Let a page take large files, of askers only: who asks is known before the body is read, so
    the token in it is checked a step further in."""

    @csrf_exempt
    @for_askers
    @wraps(view)
    def permitted(request: HttpRequest, **named: Any) -> Any:
        request.upload_handlers = uploads.unlimited(request)
        return csrf_protect(view)(request, **named)

    return permitted
