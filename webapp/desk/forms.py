"""What people type at the desk. Each way to change works is a sentence with gaps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from django import forms
from django.http import QueryDict

from webapp.catalog.models import Artwork
from webapp.desk import changing, words
from webapp.desk.changing import Wanted

YES_NO: Final = (("True", "yes"), ("False", "no"))


class ChangeForm(forms.Form):
    """A change of many works, from the address of its preview."""

    how = forms.ChoiceField(choices=[(how, how) for how in changing.FIELDS])
    field = forms.CharField(max_length=20)
    value = forms.CharField(required=False, strip=False, max_length=10_000)
    replacement = forms.CharField(required=False, strip=False, max_length=10_000)

    def wanted(self) -> Wanted:
        """Return what is meant. Only of a form that is valid."""
        return Wanted(**self.cleaned_data)


class NameForm(forms.Form):
    """Another name of an artist."""

    name = forms.CharField(max_length=200)


class PairForm(forms.Form):
    """Two artists, by their ids."""

    kept = forms.IntegerField(min_value=1, max_value=2**63 - 1)
    gone = forms.IntegerField(min_value=1, max_value=2**63 - 1)


class RevertForm(forms.Form):
    """One fact, and the entry of the trail from before which it shall come back."""

    event = forms.IntegerField(min_value=1, max_value=2**31 - 1)
    field = forms.CharField(max_length=20)


def fields_of(how: str) -> list[tuple[str, str]]:
    """Return what can be changed in a way: (field, label)."""
    return [(field, words.LABELS[field]) for field in changing.FIELDS[how]]


def given(query: QueryDict) -> Mapping[str, Any]:
    """Return what was typed into a sentence, so that it stands there again."""
    return {name: query.get(name, "") for name in ("how", "field", "value", "replacement")}


def choices_of_values() -> Sequence[tuple[str, Sequence[Any]]]:
    """Return fields whose values come from a list: (field, choices)."""
    return (("availability", Artwork.Availability.choices), ("one_of_a_kind", YES_NO))
