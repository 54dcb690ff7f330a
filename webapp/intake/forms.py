"""What the plain upload form takes, checked before it is stored."""

from __future__ import annotations

from typing import Any, Final

from django import forms
from django.core.files.uploadedfile import UploadedFile

from webapp.intake.limits import most_bytes, too_large
from webapp.intake.names import shown

MAX_FILES: Final = 100
"""Files in one form; with JavaScript there is no such limit."""
ACCEPTED: Final = "image/*,.tif,.tiff,.avif,.zip,.csv,.tsv,.xlsx,.jsonl,.json"


class ManyFilesInput(forms.ClearableFileInput):
    """A file field of a form that takes several."""

    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Several uploaded files, each within the size allowed."""

    widget = ManyFilesInput(attrs={"multiple": True, "accept": ACCEPTED})
    default_error_messages = {"required": "Choose at least one picture."}

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile[Any]]:
        """Return the files.

        Raises:
            ValidationError: If there are none, too many, or one is too large.
        """
        files = data or [None]  # the widget gives a list; None is refused as missing
        if len(files) > MAX_FILES:
            raise forms.ValidationError(
                f"{len(files)} files at once are too many; choose at most {MAX_FILES}, or "
                "send them as a ZIP archive."
            )
        # An empty file is stored like others: its refusal belongs into the story of the batch.
        cleaned: list[UploadedFile[Any]] = [self._clean_one(file, initial) for file in files]
        return cleaned

    def _clean_one(self, file: Any, initial: Any) -> UploadedFile[Any]:
        if isinstance(file, UploadedFile):
            name, size = shown(file.name or ""), file.size or 0
            if size > most_bytes(name):
                raise forms.ValidationError(too_large(name, size))
        cleaned: UploadedFile[Any] = super().clean(file, initial)
        return cleaned


class UploadForm(forms.Form):
    """The upload page's form."""

    pictures = FilesField(label="Pictures", allow_empty_file=True, max_length=500)
    held = forms.BooleanField(required=False)
