"""One's account and data: the switches, all of it as a file, and the end of it."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth import logout
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from webapp.accounts.forms import ConfirmForm
from webapp.accounts.models import User
from webapp.feed import hooks, picture_asking, visitors, visits
from webapp.mine import erasing, exporting


@require_safe
def account(request: HttpRequest) -> HttpResponse:
    visitor = visitors.current(request)
    context = {"wanted": hooks.wanted(visitor), "known": visitor is not None, "tab": "account"}
    return render(request, "mine/account.html", context)


@require_safe
@never_cache
def export(request: HttpRequest) -> FileResponse:
    """All that is kept of who asks, as a ZIP."""
    file = exporting.archive(visitors.current(request), _user(request), _pictures(request))
    name = f"artrec-{timezone.now():%Y-%m-%d}.zip"
    return FileResponse(file, as_attachment=True, filename=name, content_type="application/zip")


@require_http_methods(["GET", "HEAD", "POST"])
def erase(request: HttpRequest) -> HttpResponse:
    """Ask, for the password where there is one, and delete all that is kept."""
    user = _user(request)
    form = ConfirmForm(request, user, request.POST or None) if user else None
    agreed = request.method == "POST" and "sure" in request.POST
    if agreed and (form is None or form.is_valid()):
        visitor = visitors.current(request)
        erasing.erase(visitor=visitor, user=user, pictures=_pictures(request))
        logout(request)
        messages.success(request, _("All that was kept of you is deleted."))
        response = redirect("browse")
        response.delete_cookie(visits.COOKIE, samesite="Lax")
        return response
    context = {"form": form, "unsure": request.method == "POST" and not agreed, "tab": "account"}
    return render(request, "mine/erase.html", context)


def _pictures(request: HttpRequest) -> list[str]:
    """The tokens of pictures that this session searched by."""
    return list(request.session.get(picture_asking.SESSION_KEY, []))


def _user(request: HttpRequest) -> User | None:
    return (
        User.objects.get(username=request.user.get_username())
        if request.user.is_authenticated
        else None
    )
