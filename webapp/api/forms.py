"""What somebody says to get a token."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from webapp.api.models import Token

DAYS: Final = {
    "30": _("30 days"),
    "90": _("90 days"),
    "365": _("A year"),
    "": _("No end"),
}


class TokenForm(forms.Form):
    """Its name, what it may do, and for how long."""

    name = forms.CharField(
        label=_("Name"), max_length=60, help_text=_("What it is for, so that you know it again.")
    )
    scope = forms.ChoiceField(
        label=_("It may"),
        choices=[(Token.Scope.READ, _("Read")), (Token.Scope.WRITE, _("Read and write"))],
        initial=Token.Scope.READ,
        widget=forms.RadioSelect,
    )
    days = forms.ChoiceField(
        label=_("It holds for"), choices=list(DAYS.items()), initial="90", required=False
    )

    @property
    def expires(self) -> datetime | None:
        """When it ends; None for never."""
        days = self.cleaned_data["days"]
        return timezone.now() + timedelta(days=int(days)) if days else None
