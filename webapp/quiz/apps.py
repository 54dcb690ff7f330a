"""The quiz's start-up: listen for sign-ins."""

from __future__ import annotations

from django.apps import AppConfig


class QuizConfig(AppConfig):
    """Connects what becomes of a session's quizzes at sign-in."""

    name = "webapp.quiz"

    def ready(self) -> None:
        """Connect the signal once models are loaded."""
        from webapp.quiz import signals  # models exist only from here on

        signals.connect()
