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
    """Title, words and who may see it."""

    class Meta:
        model = Collection
        fields = ("title", "note", "visibility")
        labels = {
            "title": _("Title"),
            "note": _("What it is about"),
            "visibility": _("Who may see it"),
        }
        widgets = {
            "note": forms.Textarea(attrs={"rows": 6}),
            "visibility": forms.RadioSelect,
        }

    def __init__(self, *args: Any, may_publish: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not may_publish:  # nobody answers for what a stranger publishes
            public = Collection.Visibility.PUBLIC
            kept = [each for each in Collection.Visibility.choices if each[0] != public]
            self.fields["visibility"] = forms.ChoiceField(
                label=self.fields["visibility"].label, choices=kept, widget=forms.RadioSelect
            )
