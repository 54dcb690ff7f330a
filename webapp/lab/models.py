"""Trainings, the model versions they end in, and their way to the visitors."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse

from webapp.lab import catalogue
from webapp.vectors.models import Space


class Run(models.Model):
    """One training: what was asked for, on what data, how far it is and how it ended."""

    class State(models.TextChoices):
        QUEUED = "queued", "waiting for a worker"
        RUNNING = "running", "running"
        FINISHED = "finished", "finished"
        FAILED = "failed", "failed"
        CANCELLED = "cancelled", "cancelled"

    OPEN = (State.QUEUED, State.RUNNING)

    model = models.CharField(max_length=40)
    """Name in `artrec.models.registry`, e.g. "curatornet"."""
    config = models.JSONField(default=dict)
    """Settings that differ from the model's defaults, e.g. {"training.epochs": 20}."""
    window_days = models.PositiveIntegerField(null=True, blank=True)
    """Only events of so many days before the snapshot; None for all."""
    extractor = models.CharField(max_length=100, blank=True)
    """Whose features it learns from; empty for a model that looks at no pictures."""
    seed = models.PositiveIntegerField(default=0)

    state = models.CharField(max_length=9, choices=State.choices, default=State.QUEUED)
    phase = models.CharField(max_length=20, blank=True)
    """What it is at: "snapshot", "training", "evaluation", "export"."""
    reason = models.TextField(blank=True)
    """Why it failed: a sentence for the curator."""
    cancel_requested = models.BooleanField(default=False)
    snapshot = models.JSONField(default=dict)
    """What it was trained on, so that it can be repeated: last event, digest of the exact events,
    items and features, counts. Empty until the data are drawn."""
    log = models.TextField(blank=True)

    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True
    )
    """None for a scheduled run."""
    parent = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, blank=True, related_name="clones"
    )
    """The run whose settings it started from."""
    created = models.DateTimeField(auto_now_add=True)
    started = models.DateTimeField(null=True, blank=True)
    finished = models.DateTimeField(null=True, blank=True)
    claimed_until = models.DateTimeField(null=True, blank=True)
    """The heartbeat of its worker: it holds the run until then, and moves this on as it works."""
    attempts = models.PositiveSmallIntegerField(default=0)
    worker = models.CharField(max_length=200, blank=True)
    device = models.CharField(max_length=40, blank=True)
    peak_memory = models.PositiveBigIntegerField(null=True, blank=True)
    """Bytes, of the process."""

    class Meta:
        ordering = ("-id",)
        indexes = (
            models.Index(
                fields=["id"], name="run_open", condition=Q(state__in=["queued", "running"])
            ),
        )

    def __str__(self) -> str:
        return f"run {self.pk} ({self.model})"

    def get_absolute_url(self) -> str:
        return reverse("run", args=[self.pk])


class Epoch(models.Model):
    """One point of a run's chart."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="epochs")
    part = models.CharField(max_length=40, blank=True)
    """Which model of a blend, or "refit"; empty for the only one."""
    number = models.PositiveIntegerField()
    of = models.PositiveIntegerField()
    loss = models.FloatField()
    metric = models.FloatField(null=True)
    """On what was held out; None without validation."""
    best = models.FloatField(null=True)
    lr = models.FloatField()
    rate = models.FloatField()
    """Examples per second."""
    seconds = models.FloatField()
    """Since the start of the training."""
    seconds_left = models.FloatField()

    class Meta:
        ordering = ("id",)
        constraints = (models.UniqueConstraint(fields=["run", "part", "number"], name="one_epoch"),)

    def __str__(self) -> str:
        return f"epoch {self.number} of {self.run_id}"


class Version(models.Model):
    """A trained model: its file, its report, and where it stands on the way to visitors."""

    run = models.OneToOneField(Run, on_delete=models.CASCADE, related_name="version")
    file = models.CharField(max_length=300)
    """Name in the private "models" storage; a file of `artrec.models`. "" once it was deleted, for
    age and because nobody ever wanted it to serve: the report stays."""
    sha256 = models.CharField(max_length=64)
    servable = models.BooleanField(default=True)
    """Whether it ends as item vectors and a small head; EASE, say, does not."""
    report = models.JSONField(default=dict)
    """`artrec.evaluation.report` against baselines and the model that served; empty until made."""
    samples = models.JSONField(default=list)
    """For a dozen visitors: what they liked, what each model shows, what they chose next."""
    space = models.OneToOneField(
        Space, on_delete=models.SET_NULL, null=True, blank=True, related_name="version"
    )
    """Its item vectors, once it was prepared to serve; whether it serves is the space's state."""
    note = models.TextField(blank=True)
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("-id",)

    def __str__(self) -> str:
        found = catalogue.models().get(self.run.model)
        return f"{found.title if found else self.run.model}, version {self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("version", args=[self.pk])


class Promotion(models.Model):
    """One attempt to let a version serve, or to go back to the one before."""

    class Kind(models.TextChoices):
        PREPARE = "prepare", "prepare"
        PROMOTE = "promote", "promote"
        ROLLBACK = "rollback", "roll back"
        REBUILD = "rebuild", "rebuild"

    class State(models.TextChoices):
        QUEUED = "queued", "waiting for a worker"
        RUNNING = "running", "running"
        DONE = "done", "done"
        REFUSED = "refused", "refused by the gate"
        FAILED = "failed", "failed"

    OPEN = (State.QUEUED, State.RUNNING)

    version = models.ForeignKey(
        Version, on_delete=models.CASCADE, null=True, blank=True, related_name="promotions"
    )
    """What shall serve; None for VisRank over the look, which needs no training. A rebuild without
    a version is one of the live look space."""
    kind = models.CharField(max_length=8, choices=Kind.choices, default=Kind.PROMOTE)
    state = models.CharField(max_length=7, choices=State.choices, default=State.QUEUED)
    steps = models.JSONField(default=list)
    """[{"name": "vectors", "seconds": 1.2, "note": "720 works"}, …] as they end."""
    gate = models.JSONField(default=dict)
    """{"passed": bool, "checks": [{"name", "passed", "note"}, …]}."""
    override = models.TextField(blank=True)
    """Why it shall serve against the gate; who says so is `by`."""
    reason = models.TextField(blank=True)
    """Why it was refused or failed: a sentence for the curator."""
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True
    )
    former = models.ForeignKey(
        Space, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    """What served before."""
    created = models.DateTimeField(auto_now_add=True)
    finished = models.DateTimeField(null=True, blank=True)
    claimed_until = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ("-id",)
        constraints = (
            models.UniqueConstraint(
                fields=["version"],
                condition=Q(state__in=["queued", "running"]),
                name="one_open_promotion",
            ),
        )

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.version or 'VisRank'}"


class Schedule(models.Model):
    """What is trained by itself. One row."""

    enabled = models.BooleanField(default=True)
    model = models.CharField(max_length=40, default="curatornet-plus")
    config = models.JSONField(default=dict)
    window_days = models.PositiveIntegerField(null=True, blank=True)
    hour = models.PositiveSmallIntegerField(default=3)
    """Of the day, UTC, from which on it may start."""
    min_events = models.PositiveIntegerField(default=200)
    """New events since the last snapshot without which it does not start."""

    def __str__(self) -> str:
        return f"{self.model} at {self.hour}:00 UTC"


class Tradeoff(models.Model):
    """What diversity costs, measured on likes held back from the profiles. One row."""

    requested = models.DateTimeField(null=True, blank=True)
    measured = models.DateTimeField(null=True, blank=True)
    """Waiting for a worker while it is older than `requested`, or missing."""
    space = models.ForeignKey(Space, on_delete=models.SET_NULL, null=True, blank=True)
    """Whose ranking it was measured on."""
    visitors = models.PositiveIntegerField(default=0)
    places = models.PositiveIntegerField(default=0)
    """Length of the lists."""
    points = models.JSONField(default=list)
    """[{"diversity": λ, "hit_rate", "margin", "difference"}, …] by growing λ: share of lists with
    the held-back like, half its 95 % interval, and mean 1 - cosine between two works of a list."""
    reason = models.TextField(blank=True)
    """Why it could not be measured: a sentence for the curator."""
    claimed_until = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)

    def __str__(self) -> str:
        return "the cost of diversity"
