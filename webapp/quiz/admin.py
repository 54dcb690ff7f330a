"""The quiz in the admin, for superusers: what visitors chose."""

from __future__ import annotations

from webapp.admin import tell
from webapp.quiz.models import Answer, Quiz

tell(Quiz, "id", "started", "finished")
tell(Answer, "id", "quiz_id", "number", "chosen", "time", related=("chosen",))
