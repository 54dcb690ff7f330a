"""What somebody types to get an account."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.auth.forms import UserCreationForm

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
        labels = {"username": "Name"}
        help_texts = {"username": "Letters, digits and @ . + - _"}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password1"].help_text = "At least 8 characters, and not an obvious one."
        self.fields["password2"].label = "Password again"
        self.fields["password2"].help_text = ""
