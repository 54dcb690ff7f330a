"""One change that is meant for many works, as a function of one work. Writes nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db import models

from webapp.catalog.models import Artist, Artwork

TEXTS: Final = ("title", "style", "medium", "description", "credit_line", "rights")
SETTABLE: Final = (
    *("style", "medium", "artist", "availability", "year", "price", "currency"),
    *("one_of_a_kind", "rights", "credit_line", "description", "source_url"),
)
CLEARABLE: Final = (
    *("style", "medium", "year", "price", "currency", "description", "rights", "credit_line"),
    *("source_url", "width_cm", "height_cm", "depth_cm"),
)
LONGEST: Final = 100_000
"""Characters of a text in which something was replaced."""
ROUNDINGS: Final = {"0.01": "cents", "1": "whole", "5": "fives", "10": "tens", "100": "hundreds"}
"""To what a price is rounded: in words."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What shall become of a field of each work."""

    field: str
    how: str
    """A key of `FIELDS`."""
    value: str = ""
    replacement: str = ""


@dataclass(frozen=True, slots=True)
class Before:
    """One work, as it is and as it would be."""

    work: Artwork
    old: Any
    new: Any
    refused: str = ""
    """Why it stays as it is, if it cannot be changed."""


def ready(wanted: Wanted) -> Callable[[Artwork], Before | None]:
    """Return what tells of a work how it would change; None where it would not.

    Raises:
        ValidationError: With a sentence, if the change makes no sense for any work.
    """
    if wanted.field not in FIELDS.get(wanted.how, ()):
        raise ValidationError("Choose what to change, and how.")
    change = _CHANGES[wanted.how](wanted)
    check = _field(wanted.field)

    def of(work: Artwork) -> Before | None:
        old = new = getattr(work, wanted.field)
        try:
            new = change(old)
            if new == old:
                return None
            # An artist was looked up, everything else is checked as a form would.
            new = new if wanted.field == "artist" else check.clean(new, work)
        except ValidationError as error:
            return Before(work, old, new, " ".join(error.messages))
        return Before(work, old, new)

    return of


def _set(wanted: Wanted) -> Callable[[Any], Any]:
    given = wanted.value.strip()
    if not given:
        raise ValidationError("Say what it shall be, or clear the field instead.")
    if wanted.field == "artist":
        return _to_artist(given)
    if wanted.field == "currency":
        given = given.upper()
    new: Any = _field(wanted.field).clean(given, None)
    if wanted.field == "price" and new < 0:
        raise ValidationError("A price is not negative.")
    if wanted.field == "currency" and not (len(given) == 3 and given.isascii() and given.isalpha()):
        raise ValidationError("A currency is three letters, as EUR.")
    return lambda _old: new


def _to_artist(name: str) -> Callable[[Any], Any]:
    artist = Artist.objects.filter(name=" ".join(name.split())).first()
    if artist is None:
        raise ValidationError(f"No artist is called “{name}”. Choose one of the list.")
    return lambda _old: artist


def _clear(wanted: Wanted) -> Callable[[Any], Any]:
    empty = None if _field(wanted.field).null else ""
    return lambda _old: empty


def _put_before(wanted: Wanted) -> Callable[[Any], Any]:
    text = _text(wanted)
    return lambda old: old if old.startswith(text) else f"{text}{old}"


def _take_away(wanted: Wanted) -> Callable[[Any], Any]:
    text = _text(wanted)
    return lambda old: old.removeprefix(text)


def _replace(wanted: Wanted) -> Callable[[Any], Any]:
    text, new = _text(wanted), wanted.replacement

    def instead(old: str) -> str:
        # Counted first: one letter replaced by pages would fill the memory with a single work.
        if len(old) + old.count(text) * (len(new) - len(text)) > LONGEST:
            raise ValidationError(f"It would have more than {LONGEST:,} characters.")
        return old.replace(text, new)

    return instead


def _multiply(wanted: Wanted) -> Callable[[Any], Any]:
    try:
        factor = Decimal(wanted.value.strip().replace(",", "."))
    except InvalidOperation as error:
        raise ValidationError("Write the factor as a number, as 1.1.") from error
    if not factor.is_finite() or not Decimal("0.001") <= factor <= 1000:
        raise ValidationError("The factor must be between 0.001 and 1000.")
    step = Decimal(wanted.replacement if wanted.replacement in ROUNDINGS else "0.01")

    def times(old: Decimal | None) -> Decimal | None:
        if old is None:
            return None
        steps = (old * factor / step).quantize(Decimal(1), rounding=ROUND_HALF_UP)
        return (steps * step).quantize(Decimal("0.01"))

    return times


def _text(wanted: Wanted) -> str:
    if not wanted.value:
        raise ValidationError("Write the text that is meant.")
    return wanted.value


def _field(name: str) -> models.Field[Any, Any]:
    return Artwork._meta.get_field(name)  # type: ignore[return-value]


FIELDS: Final[Mapping[str, tuple[str, ...]]] = {
    "set": SETTABLE,
    "clear": CLEARABLE,
    "before": TEXTS,
    "without": TEXTS,
    "replace": TEXTS,
    "times": ("price",),
}
"""The ways to change something, and the fields each is for."""
_CHANGES: Final[Mapping[str, Callable[[Wanted], Callable[[Any], Any]]]] = {
    "set": _set,
    "clear": _clear,
    "before": _put_before,
    "without": _take_away,
    "replace": _replace,
    "times": _multiply,
}
