"""The feed's start-up: listen for sign-ins."""

from __future__ import annotations

from django.apps import AppConfig


class FeedConfig(AppConfig):
    """Connects the merge of a session's history at sign-in."""

    name = "webapp.feed"

    def ready(self) -> None:
        """Connect the signal once models are loaded."""
        from webapp.feed import signals  # models exist only from here on

        signals.connect()
