"""What a curator writes about an exhibition and its rooms."""

from __future__ import annotations

from typing import Any

from django import forms

from webapp.exhibitions.models import Wall


class WordsForm(forms.Form):
    """The words at the entrance."""

    title = forms.CharField(max_length=120)
    by_line = forms.CharField(label="Curated by", max_length=120, required=False)
    introduction = forms.CharField(
        max_length=5_000, required=False, widget=forms.Textarea(attrs={"rows": 4})
    )


class DatesForm(forms.Form):
    """When it opens and closes, in UTC. The page shows the curator's own time."""

    _moment = forms.DateTimeInput(
        attrs={"type": "datetime-local", "autocomplete": "off"}, format="%Y-%m-%dT%H:%M"
    )
    opens = forms.DateTimeField(required=False, widget=_moment)
    closes = forms.DateTimeField(required=False, widget=_moment)

    def clean(self) -> dict[str, Any]:
        """Nothing closes before it opens."""
        cleaned = super().clean() or self.cleaned_data
        opens, closes = cleaned.get("opens"), cleaned.get("closes")
        if closes and not opens:
            self.add_error("opens", "Say when it opens, too; then it can close.")
        elif opens and closes and closes <= opens:
            self.add_error("closes", "It would close before it opens. Choose a later time.")
        return cleaned


class RoomForm(forms.Form):
    """The words and the wall of a room."""

    title = forms.CharField(max_length=120, required=False)
    text = forms.CharField(max_length=5_000, required=False, widget=forms.Textarea)
    wall = forms.ChoiceField(choices=Wall.choices)
