"""What may be uploaded, checked before it is stored."""

from __future__ import annotations

from typing import Any, Final

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile

MAX_FILES: Final = 100
"""Files in one form; larger collections come in by `manage.py import_folder`."""


class ManyFilesInput(forms.ClearableFileInput):
    """A file field of a form that takes several."""

    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Several uploaded files, each within the size allowed."""

    widget = ManyFilesInput(attrs={"multiple": True, "accept": "image/*,.tif,.tiff,.avif"})
    default_error_messages = {"required": "Choose at least one picture."}

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile[Any]]:
        """Return the files.

        Raises:
            ValidationError: If there are none, too many, or one is too large.
        """
        files = data or [None]  # the widget gives a list; None is refused as missing
        if len(files) > MAX_FILES:
            raise forms.ValidationError(
                f"{len(files)} files at once are too many; choose at most {MAX_FILES}, or import "
                "the whole folder with manage.py import_folder."
            )
        # An empty file is stored like others: its refusal belongs into the story of the batch.
        cleaned: list[UploadedFile[Any]] = [self._clean_one(file, initial) for file in files]
        return cleaned

    def _clean_one(self, file: Any, initial: Any) -> UploadedFile[Any]:
        if isinstance(file, UploadedFile) and (file.size or 0) > settings.UPLOAD_MAX_BYTES:
            raise forms.ValidationError(too_large(file))
        cleaned: UploadedFile[Any] = super().clean(file, initial)
        return cleaned


class UploadForm(forms.Form):
    """The upload page's form."""

    pictures = FilesField(label="Pictures", allow_empty_file=True, max_length=500)


def too_large(file: UploadedFile[Any]) -> str:
    """Return what to tell somebody whose file has too many bytes."""
    size, allowed = (file.size or 0) / 2**20, settings.UPLOAD_MAX_BYTES / 2**20
    return (
        f"{file.name} has {size:,.0f} MB; at most {allowed:,.0f} MB are allowed. "
        "Save it as JPEG, or at a smaller size."
    )
