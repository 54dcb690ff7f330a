"""What an admin says who wants an export."""

from __future__ import annotations

from typing import Any

from django import forms

from webapp.transfer import images, selection
from webapp.transfer.documents import BASE

VALUE_NEEDED = "Say which: an address, a number, or numbers of works."


class ExportForm(forms.Form):
    kind = forms.ChoiceField(
        label="What",
        choices=list(selection.KINDS.items()),
        initial=selection.ALL,
        widget=forms.RadioSelect,
    )
    value = forms.CharField(
        label="Which",
        required=False,
        max_length=2_000,
        help_text="The address of a search, collection or selection, the number of a batch, or the "
        "numbers of works as 12, 13, 20. Nothing for the whole gallery, which has also what is "
        "withdrawn or not shown yet.",
    )
    pictures = forms.ChoiceField(
        label="Pictures",
        choices=(
            (images.ORIGINAL, "As they were brought in"),
            ("2048", "JPEG, 2048 pixels wide"),
            ("1280", "JPEG, 1280 pixels wide"),
            (images.NO_PICTURES, "None"),
        ),
        initial=images.ORIGINAL,
    )
    base = forms.URLField(
        label="Address of its documents",
        initial=BASE,
        assume_scheme="https",
        help_text="Where the IIIF and Linked Art documents will be served from.",
    )

    def clean(self) -> dict[str, Any]:
        """A selection is of something."""
        found: dict[str, Any] = super().clean() or self.cleaned_data
        chosen = found.get("kind", selection.ALL)
        if chosen != selection.ALL and not found.get("value", "").strip():
            self.add_error("value", VALUE_NEEDED)
        return found
