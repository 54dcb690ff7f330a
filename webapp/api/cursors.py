"""Places in lists, as opaque words that only we can write."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from typing import Any, Final
from urllib.parse import urlencode

from django.core import signing
from django.http import HttpRequest

from webapp.api.problems import Problem

LONGEST: Final = 600
_SALT: Final = "artrec.api.cursors"


def place_in(cursor: str, *, of: str) -> Any:
    """Return the place a cursor stands for in the list `of`; None for the beginning.

    Raises:
        Problem: If it is none of ours, or of another list.
    """
    if not cursor:
        return None
    try:
        list_name, place = _signer().unsign_object(cursor)
    except (signing.BadSignature, ValueError, TypeError):
        raise Problem(
            "bad-cursor", "Take cursors from 'next' as they are, or leave the cursor out."
        ) from None
    if list_name != _name(of):
        raise Problem(
            "bad-cursor",
            "This cursor belongs to a list with other parameters. Change none of them on the way,"
            " or leave the cursor out to begin again.",
        )
    return place


def next_address(request: HttpRequest, place: Any, *, of: str) -> str | None:
    """Return the whole address of the next piece; None where the list ends (`place` is falsy)."""
    if not place:
        return None
    cursor = _signer().sign_object([_name(of), place])
    rest = [
        (name, value)
        for name, values in request.GET.lists()
        if name != "cursor"
        for value in values
    ]
    return f"{request.build_absolute_uri(request.path)}?{urlencode([*rest, ('cursor', cursor)])}"


def behind(place: Sequence[int] | None, works: Sequence[int]) -> int:
    """Return where a list of works goes on: behind the last one that was sent, or if that is gone
    where it stood. `place` is [how many were sent, the last one]."""
    if place is None:
        return 0
    end, last = place
    return works.index(last) + 1 if last in works else end - 1


def same_list(name: str, pairs: Sequence[tuple[str, str]] = ()) -> str:
    """Name a list by what it is of and what was asked for; the order does not matter."""
    return f"{name}?{urlencode(sorted(pairs))}"


def _signer() -> signing.Signer:
    """One that tells no time: an unchanged piece is the same a second later, and known by its
    ETag."""
    return signing.Signer(salt=_SALT)


def _name(of: str) -> str:
    return sha256(of.encode()).hexdigest()[:12]
