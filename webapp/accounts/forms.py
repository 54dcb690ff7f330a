"""What somebody types to get an account."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.auth.forms import AuthenticationForm, UserCreationForm
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from webapp import clients, metrics
from webapp.accounts import guessing
from webapp.accounts.models import User

if TYPE_CHECKING:
    # Generic for the type checker only.
    _Form = UserCreationForm[User]
else:
    _Form = UserCreationForm


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
            said = ngettext(
                "Too many wrong tries. Wait %(minutes)d minute, then try again.",
                "Too many wrong tries. Wait %(minutes)d minutes, then try again.",
                guess.wait_minutes,
            )
            raise ValidationError(said, code="held_up", params={"minutes": guess.wait_minutes})
        try:
            cleaned = super().clean()
        except ValidationError:
            metrics.SIGN_INS.labels("wrong").inc()
            raise
        metrics.SIGN_INS.labels("right").inc()
        guessing.forgive(guess)
        return cleaned
