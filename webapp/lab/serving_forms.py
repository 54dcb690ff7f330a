"""How a ranking becomes a page: the knobs as a form."""

from __future__ import annotations

from typing import Any, Final

from django import forms

from webapp.feed.models import Serving

MOST_KEPT: Final = 50
"""Per cent of places that may be kept for new and drawn works together: half the page stays the
model's."""

_ALL: Final = ("required", "invalid", "min_value", "max_value")
"""Whatever is wrong with a number."""


def _percent(label: str) -> forms.IntegerField:
    return forms.IntegerField(
        label=label,
        min_value=0,
        max_value=MOST_KEPT,
        error_messages={
            "required": "Write a whole number of per cent; 0 for none.",
            "invalid": "Write a whole number of per cent, such as 5.",
            "min_value": "It cannot be below 0 per cent.",
            "max_value": f"Leave the model at least half: {MOST_KEPT} per cent at most.",
        },
    )


class ServingForm(forms.Form):
    """The knobs, in the units people think in."""

    diversity = forms.FloatField(
        label="Diversity",
        min_value=0,
        max_value=1,
        error_messages=dict.fromkeys(_ALL, "Write a number from 0 to 1, such as 0.2."),
    )
    per_artist = forms.IntegerField(
        label="Works per artist",
        min_value=1,
        max_value=72,
        error_messages=dict.fromkeys(_ALL, "Write a whole number from 1 to 72."),
    )
    fresh = _percent("New works, per cent of places")
    explore = _percent("Drawn works, per cent of places")

    def clean(self) -> dict[str, Any]:
        """Keep half of the page for the model."""
        values = super().clean() or {}
        kept = values.get("fresh", 0) + values.get("explore", 0)
        if kept > MOST_KEPT:
            raise forms.ValidationError(
                f"New and drawn works together would take {kept} per cent of the places; leave the "
                f"model at least half of them, so {MOST_KEPT} per cent at most."
            )
        return values


def values_of(knobs: Serving) -> dict[str, Any]:
    """What the form shows of the knobs as they are."""
    return {
        "diversity": round(knobs.diversity, 3),
        "per_artist": knobs.per_artist,
        "fresh": round(100 * knobs.fresh_share),
        "explore": round(100 * knobs.explore_share),
    }


def save(form: ServingForm, *, by: int | None) -> None:
    """Turn the knobs of a valid form; seen by the next request."""
    values = form.cleaned_data
    knobs = Serving.objects.order_by("pk").first() or Serving()
    knobs.diversity = values["diversity"]
    knobs.per_artist = values["per_artist"]
    knobs.fresh_share = values["fresh"] / 100
    knobs.explore_share = values["explore"] / 100
    knobs.changed_by_id = by
    knobs.save()
