"""What workers find out about models for curators: surveys over visitors, and drawn triplets."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from webapp.feed.models import Visitor
from webapp.vectors.models import Space


class Inquiry(models.Model):
    """A question that a worker answers. The last answer stays while it is asked again."""

    class State(models.TextChoices):
        QUEUED = "queued", "waiting for a worker"
        DONE = "done", "done"
        FAILED = "failed", "failed"

    state = models.CharField(max_length=6, choices=State.choices, default=State.QUEUED)
    progress = models.FloatField(default=0.0)
    """From 0 to 1, while a worker is at it."""
    result = models.JSONField(default=dict)
    """Empty until first done."""
    reason = models.TextField(blank=True)
    """Why it failed: a sentence for the curator."""
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    asked = models.DateTimeField()
    finished = models.DateTimeField(null=True, blank=True)
    """When the result was made."""
    claimed_until = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)

    class Meta:
        abstract = True


class Survey(Inquiry):
    """What a model recommends to many visitors; with a rival, how far the two agree.

    A look space stands for VisRank over it.
    """

    space = models.ForeignKey(Space, on_delete=models.CASCADE, related_name="+")
    rival = models.ForeignKey(
        Space, on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["space", "rival"], nulls_distinct=False, name="one_survey"
            ),
        )
        indexes = (
            models.Index(fields=["id"], name="survey_open", condition=models.Q(state="queued")),
        )

    def __str__(self) -> str:
        beside = f" beside space {self.rival_id}" if self.rival_id else ""
        return f"survey of space {self.space_id}{beside}"


class Apart(models.Model):
    """A visitor to whom the two models of a survey recommend different works.

    A row of its own, and not part of `Survey.result`, so that it goes with its visitor, and as soon
    as they want no personal recommendations.
    """

    # The unique constraint indexes it already.
    survey = models.ForeignKey(
        Survey, on_delete=models.CASCADE, related_name="apart", db_index=False
    )
    visitor = models.ForeignKey(Visitor, on_delete=models.CASCADE, related_name="+")
    shared = models.PositiveSmallIntegerField()
    """Works that both lists have."""
    lists = models.JSONField()
    """Of each model, the ids of what it recommends, best first."""

    class Meta:
        ordering = ("shared", "pk")
        constraints = (models.UniqueConstraint(fields=["survey", "visitor"], name="one_apart"),)

    def __str__(self) -> str:
        return f"visitor {self.visitor_id} in survey {self.survey_id}"


class Draw(Inquiry):
    """The triplets that the sampling guidelines draw for a visitor."""

    visitor = models.ForeignKey(Visitor, on_delete=models.CASCADE, related_name="+")
    mode = models.CharField(max_length=10)
    """One of `webapp.insight.sampling.MODES`."""
    seed = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["visitor", "mode", "seed"], name="one_draw"),
        )
        indexes = (
            models.Index(fields=["id"], name="draw_open", condition=models.Q(state="queued")),
            models.Index(fields=["asked"], name="draw_by_age"),
        )

    def __str__(self) -> str:
        return f"triplets for visitor {self.visitor_id}, {self.mode}, seed {self.seed}"
