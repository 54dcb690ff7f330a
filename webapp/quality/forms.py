"""The one thing a comparison asks for."""

from __future__ import annotations

from typing import Final

from django import forms

SIZES: Final = ((500, "500 works"), (2000, "2,000 works"), (10000, "10,000 works"))


class CompareForm(forms.Form):
    """How many works every extractor is asked about."""

    works = forms.TypedChoiceField(
        choices=SIZES, coerce=int, initial=2000, label="On how many works"
    )
