"""What a session kept becomes the account's at sign-in; what visitors want, the feed asks here."""

from __future__ import annotations

from typing import Any

from webapp.feed import hooks
from webapp.feed.models import Visitor
from webapp.mine import merging
from webapp.mine.models import Choices


def connect() -> None:
    """Listen; connecting twice is the same as once."""
    hooks.merged.connect(_merged, dispatch_uid="mine.merged")
    hooks.read_wanted(_wanted, related="choices")


def _merged(sender: object, visitor: Visitor, into: Visitor, **_kwargs: Any) -> None:
    merging.merge(visitor=visitor, into=into)


def _wanted(visitor: Visitor) -> hooks.Wanted:
    choices: Choices | None = getattr(visitor, "choices", None)
    if choices is None:
        return hooks.Wanted()
    return hooks.Wanted(impersonal=choices.impersonal, unrecorded=choices.history_paused)
