"""Signing up, in and out."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.views import LoginView, LogoutView
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods

from webapp.accounts import actions
from webapp.accounts.forms import SignUpForm

sign_in = LoginView.as_view(template_name="accounts/sign_in.html", redirect_authenticated_user=True)
sign_out = LogoutView.as_view()


@require_http_methods(["GET", "POST"])
def sign_up(request: HttpRequest) -> HttpResponse:
    if request.user.is_authenticated:
        return redirect(settings.LOGIN_REDIRECT_URL)
    form = SignUpForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            with transaction.atomic():
                user = actions.sign_up(
                    username=form.cleaned_data["username"],
                    password=form.cleaned_data["password1"],
                )
        except IntegrityError:  # somebody else took the name since the form looked
            form.add_error("username", "This name has just been taken. Choose another.")
        else:
            login(request, user)
            messages.success(request, f"Welcome, {user.username}.")
            return redirect(_next(request))
    return render(request, "accounts/sign_up.html", {"form": form, "next": _next(request)})


def _next(request: HttpRequest) -> str:
    """Where to go afterwards: an address of this site, or the usual one."""
    wanted = request.POST.get("next") or request.GET.get("next", "")
    if url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    ):
        return wanted
    return resolve_url(settings.LOGIN_REDIRECT_URL)
