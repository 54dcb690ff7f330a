"""What somebody writes about a collection."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from webapp.mine.models import Collection

if TYPE_CHECKING:
    # Generic for the type checker only.
    _Form = forms.ModelForm[Collection]
else:
    _Form = forms.ModelForm


class CollectionForm(_Form):
    """Title, words and who may see it; for curators also whether it is an exhibition."""

    exhibit = forms.BooleanField(
        label=_("Show it as an exhibition"),
        help_text=_("On the page of exhibitions, for everybody, with your text as introduction."),
        required=False,
    )

    class Meta:
        model = Collection
        fields = ("title", "note", "visibility", "by_line")
        labels = {
            "title": _("Title"),
            "note": _("What it is about"),
            "visibility": _("Who may see it"),
            "by_line": _("Curated by"),
        }
        widgets = {
            "note": forms.Textarea(attrs={"rows": 6}),
            "visibility": forms.RadioSelect,
        }

    def __init__(self, *args: Any, may_publish: bool, may_exhibit: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not may_publish:  # nobody answers for what a stranger publishes
            public = Collection.Visibility.PUBLIC
            kept = [each for each in Collection.Visibility.choices if each[0] != public]
            self.fields["visibility"] = forms.ChoiceField(
                label=self.fields["visibility"].label, choices=kept, widget=forms.RadioSelect
            )
        if may_exhibit:
            self.fields["exhibit"].initial = self.instance.exhibited is not None
        else:
            del self.fields["exhibit"], self.fields["by_line"]

    def clean(self) -> dict[str, Any]:
        """An exhibition is for everybody, whatever else was ticked."""
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("exhibit"):
            cleaned["visibility"] = Collection.Visibility.PUBLIC
        return cleaned
