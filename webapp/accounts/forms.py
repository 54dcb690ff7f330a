"""What somebody types to get an account."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm, UserCreationForm
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from webapp import clients, metrics
from webapp.accounts import guessing
from webapp.accounts.models import User

if TYPE_CHECKING:
    # Generic for the type checker only.
    _Form = UserCreationForm[User]
    _ModelForm = forms.ModelForm[User]
else:
    _Form = UserCreationForm
    _ModelForm = forms.ModelForm


class SignUpForm(_Form):
    """A name and a password, nothing else."""

    class Meta:
        model = User
        fields = ("username",)
        labels = {"username": gettext_lazy("Name")}
        help_texts = {"username": gettext_lazy("Letters, digits and @ . + - _")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password1"].help_text = _("At least 8 characters, and not an obvious one.")
        self.fields["password2"].label = _("Password again")
        self.fields["password2"].help_text = ""


class SignInForm(AuthenticationForm):
    """A name and a password, that nobody can guess for long."""

    wait_minutes = 0
    """How long to wait after too many wrong ones."""

    def clean(self) -> dict[str, Any]:
        """Count the try before the password is looked at; take it back if it was right."""
        name = self.cleaned_data.get("username")
        if not name or not self.cleaned_data.get("password"):
            return super().clean()  # no password is looked at
        guess = guessing.begin(name, clients.address(self.request) if self.request else "")
        if guess.wait_minutes:
            metrics.SIGN_INS.labels("held up").inc()
            self.wait_minutes = guess.wait_minutes
            raise held_up(guess.wait_minutes)
        try:
            cleaned = super().clean()
        except ValidationError:
            metrics.SIGN_INS.labels("wrong").inc()
            raise
        metrics.SIGN_INS.labels("right").inc()
        guessing.forgive(guess)
        return cleaned


def held_up(minutes: int) -> ValidationError:
    """Return the refusal of somebody who guesses."""
    said = ngettext(
        "Too many wrong tries. Wait %(minutes)d minute, then try again.",
        "Too many wrong tries. Wait %(minutes)d minutes, then try again.",
        minutes,
    )
    return ValidationError(said, code="held_up", params={"minutes": minutes})


def check_password(request: HttpRequest, user: User, password: str) -> None:
    """Make sure that it is `user` who acts; whoever guesses must wait, as at the door.

    Raises:
        ValidationError: If it is not their password, or there were too many wrong ones.
    """
    guess = guessing.begin(user.username, clients.address(request))
    if guess.wait_minutes:
        raise held_up(guess.wait_minutes)
    if not user.check_password(password):
        raise ValidationError(_("That is not your password."), code="wrong")
    guessing.forgive(guess)


class PasswordForm(PasswordChangeForm):
    """A new password, by whoever knows the old one."""

    def __init__(self, request: HttpRequest, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(user, *args, **kwargs)
        self.request = request
        self.fields["old_password"].label = _("Password now")
        self.fields["new_password1"].label = _("New password")
        self.fields["new_password1"].help_text = _("At least 8 characters, and not an obvious one.")
        self.fields["new_password2"].label = _("New password again")
        self.fields["new_password2"].help_text = ""

    def clean_old_password(self) -> str:
        """Count the try."""
        password: str = self.cleaned_data["old_password"]
        check_password(self.request, self.user, password)
        return password


class EmailForm(_ModelForm):
    """An address, if somebody wants to leave one."""

    class Meta:
        model = User
        fields = ("email",)
        labels = {"email": gettext_lazy("E-mail")}
        help_texts = {
            "email": gettext_lazy("Only for the people of the gallery, to reach you. May be empty.")
        }


class ConfirmForm(forms.Form):
    """The password once more, before what cannot be undone."""

    password = forms.CharField(
        label=gettext_lazy("Password"),
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        strip=False,
    )

    def __init__(self, request: HttpRequest, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.request, self.user = request, user

    def clean_password(self) -> str:
        """Count the try."""
        password: str = self.cleaned_data["password"]
        check_password(self.request, self.user, password)
        return password
