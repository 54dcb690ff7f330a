"""The quiz's start-up: listen for sign-ins, and help to rank."""

from __future__ import annotations

from django.apps import AppConfig


class QuizConfig(AppConfig):
    """Connects what becomes of a session's quizzes at sign-in, and what answers say of a taste."""

    name = "webapp.quiz"

    def ready(self) -> None:
        """Connect both once models are loaded."""
        from webapp.feed import blending  # models exist only from here on
        from webapp.quiz import guessing, signals

        signals.connect()
        blending.read_guesses(guessing.guess_of)
