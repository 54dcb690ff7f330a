"""The desk at start-up: earlier apps learn by which other names an artist is known."""

from __future__ import annotations

from django.apps import AppConfig


class DeskConfig(AppConfig):
    """Connects former names of artists with the catalogue."""

    name = "webapp.desk"

    def ready(self) -> None:
        """Connect once models are loaded."""
        from webapp.catalog import hooks
        from webapp.desk import queries  # models exist only from here on

        hooks.find_former(by_name=queries.formerly_named, by_slug=queries.formerly_at)
