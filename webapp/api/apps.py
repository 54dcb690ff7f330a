"""The API at start-up: its tokens are part of what is kept of somebody, and end with a password."""

from __future__ import annotations

from django.apps import AppConfig


class ApiConfig(AppConfig):
    """Connects tokens with accounts and with the export."""

    name = "webapp.api"

    def ready(self) -> None:
        """Connect once models are loaded."""
        from webapp.api import signals  # models exist only from here on

        signals.connect()
