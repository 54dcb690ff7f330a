"""Signing up, in and out."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import REDIRECT_FIELD_NAME, login, update_session_auth_hash
from django.contrib.auth.decorators import login_required
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView, LogoutView, redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from webapp.accounts import actions
from webapp.accounts.forms import EmailForm, PasswordForm, SignInForm, SignUpForm
from webapp.accounts.models import User


class SignIn(LoginView):
    template_name = "accounts/sign_in.html"
    authentication_form = SignInForm
    redirect_authenticated_user = True

    def form_invalid(self, form: AuthenticationForm) -> HttpResponse:
        response = super().form_invalid(form)
        if isinstance(form, SignInForm) and form.wait_minutes:
            response.status_code = 429
            response["Retry-After"] = str(60 * form.wait_minutes)
        return response


sign_in = SignIn.as_view()
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
            form.add_error("username", _("This name has just been taken. Choose another."))
        else:
            login(request, user)
            messages.success(request, _("Welcome, %(name)s.") % {"name": user.username})
            return redirect(_next(request))
    return render(request, "accounts/sign_up.html", {"form": form, "next": _next(request)})


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def password(request: HttpRequest) -> HttpResponse:
    """Change one's password; whoever is signed in elsewhere with the old one is signed out."""
    user = User.objects.get(username=request.user.get_username())
    form = PasswordForm(request, user, request.POST or None)
    if request.method == "POST" and form.is_valid():
        form.save()
        update_session_auth_hash(request, user)
        messages.success(request, _("Your password is changed."))
        return redirect("account")
    return render(request, "accounts/password.html", {"form": form})


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def email(request: HttpRequest) -> HttpResponse:
    user = User.objects.get(username=request.user.get_username())
    form = EmailForm(request.POST or None, instance=user)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("Noted."))
        return redirect("account")
    return render(request, "accounts/email.html", {"form": form})


def admin_door(request: HttpRequest) -> HttpResponse:
    """Lead to the one sign-in page, where guesses are counted."""
    if request.user.is_authenticated:  # and still was sent here: these rooms are not theirs
        raise PermissionDenied
    wanted = request.GET.get(REDIRECT_FIELD_NAME) or reverse("admin:index")
    return redirect_to_login(wanted)


def _next(request: HttpRequest) -> str:
    """Where to go afterwards: an address of this site, or the usual one."""
    wanted = request.POST.get("next") or request.GET.get("next", "")
    if url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    ):
        return wanted
    return resolve_url(settings.LOGIN_REDIRECT_URL)
