"""The model's view at start-up: it learns how visitors want to be known."""

from __future__ import annotations

from django.apps import AppConfig


class InsightConfig(AppConfig):
    """Connects what visitors want with what is kept of them here."""

    name = "webapp.insight"

    def ready(self) -> None:
        """Connect once models are loaded."""
        from webapp.insight import signals  # models exist only from here on

        signals.connect()
