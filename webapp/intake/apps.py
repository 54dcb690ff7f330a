"""Intake at start-up: batches learn what has not arrived or is not unpacked yet."""

from __future__ import annotations

from django.apps import AppConfig


class IntakeConfig(AppConfig):
    """Connects uploads and archives with the batches they go to."""

    name = "webapp.intake"

    def ready(self) -> None:
        """Connect once models are loaded."""
        from webapp.ingest import coming
        from webapp.intake import queries  # models exist only from here on

        coming.ask_too(queries.still_to_come)
