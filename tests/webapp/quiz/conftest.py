from __future__ import annotations

from tests.webapp.quiz.halls import hall

__all__ = ["hall"]
