"""What workers say of themselves, so that the site can tell without asking them."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models


class Worker(models.Model):
    """A sign of life, given every few seconds by a worker that runs."""

    name = models.CharField(max_length=200, unique=True)
    """As Celery calls it, e.g. "celery@studio"."""
    queues = ArrayField(models.CharField(max_length=50))
    """What it listens to."""
    seen = models.DateTimeField()

    class Meta:
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name


class Tally(models.Model):
    """How often a task ended so, and how long all of that took."""

    task = models.CharField(max_length=100)
    outcome = models.CharField(max_length=20)
    """"success", "failure", "retry"."""
    count = models.PositiveBigIntegerField(default=0)
    seconds = models.FloatField(default=0.0)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["task", "outcome"], name="one_tally"),)

    def __str__(self) -> str:
        return f"{self.task}: {self.count} times {self.outcome}"
