"""A quiz somebody takes, and what they answered."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from webapp.catalog.models import Artwork
from webapp.feed.models import Visitor


class Quiz(models.Model):
    """One round of questions. The newest of a visitor is the one they are in."""

    visitor = models.ForeignKey(Visitor, on_delete=models.CASCADE, related_name="quizzes")
    seed = models.PositiveIntegerField()
    """With the answers it settles the next question."""
    started = models.DateTimeField(auto_now_add=True)
    finished = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "quizzes"

    def __str__(self) -> str:
        return f"quiz {self.pk} of {self.visitor_id}"


class Answer(models.Model):
    """What was chosen of the works of a question. What it says of the taste is an `Event`."""

    quiz = models.ForeignKey(Quiz, on_delete=models.CASCADE, related_name="answers")
    number = models.PositiveSmallIntegerField()
    """From 0."""
    shown = ArrayField(models.BigIntegerField())
    """Ids of the works, in the order shown."""
    chosen = models.ForeignKey(
        Artwork, on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )
    """None for "none of these"."""
    time = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("number",)
        constraints = (
            models.UniqueConstraint(fields=["quiz", "number"], name="one_answer_per_question"),
        )

    def __str__(self) -> str:
        return f"answer {self.number} of quiz {self.quiz_id}"
