"""What somebody types to get an account."""

from __future__ import annotations

from django.contrib.auth.forms import UserCreationForm

from webapp.accounts.models import User


class SignUpForm(UserCreationForm[User]):
    """A name and a password, nothing else."""

    class Meta(UserCreationForm.Meta):
        model = User
        fields = ("username",)
        labels = {"username": "Name"}
        help_texts = {"username": "Letters, digits and @ . + - _"}
