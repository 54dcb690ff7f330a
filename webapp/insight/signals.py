"""What was found out of a visitor goes as soon as they want no personal recommendations."""

from __future__ import annotations

from typing import Any

from django.db.models.signals import post_save

from webapp.insight import actions
from webapp.mine.models import Choices


def connect() -> None:
    """Listen; connecting twice is the same as once."""
    post_save.connect(_chosen, sender=Choices, dispatch_uid="insight.chosen")


def _chosen(instance: Choices, **_signal: Any) -> None:
    if instance.impersonal:
        actions.forget(instance.visitor)
