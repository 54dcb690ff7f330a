"""What visitors keep, at start-up: the feed learns what visitors want."""

from __future__ import annotations

from django.apps import AppConfig


class MineConfig(AppConfig):
    """Connects what the feed asks."""

    name = "webapp.mine"

    def ready(self) -> None:
        """Connect once models are loaded."""
        from webapp.mine import signals  # models exist only from here on

        signals.connect()
