"""What museums are asked, and what came of it: questions, their syncs, and each one's findings."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Final

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from webapp.catalog.models import Artwork
from webapp.ingest.models import Batch
from webapp.ingest.sources.comparing import Verdict
from webapp.ingest.sources.contract import Ask, Source
from webapp.ingest.sources.registry import SOURCES

TO_DO: Final = (Verdict.NEW, Verdict.CHANGED, Verdict.PICTURE, Verdict.GONE)
"""Verdicts about which somebody decides."""


class Question(models.Model):
    """What a museum is asked, now and perhaps every week."""

    source = models.CharField(max_length=20)
    """Name in `webapp.ingest.sources.registry`."""
    scope = models.CharField(max_length=500, unique=True)
    """As of `Origin`: the same question again tells what is gone."""
    ids = models.JSONField(default=list)
    query = models.TextField(blank=True)
    url = models.TextField(blank=True)
    files = models.JSONField(default=dict)
    """Given files: names in the private storage, by the names that they have for the source."""
    most = models.PositiveIntegerField()
    """Works to look at, at most."""
    weekly = models.BooleanField(default=False)
    """Whether it is asked again a week after each time, by itself; a person decides what comes."""

    def __str__(self) -> str:
        return self.words

    @property
    def of(self) -> Source:
        """The source that is asked."""
        return SOURCES[self.source]

    @property
    def words(self) -> str:
        """The question in short, for people."""
        return str(self.ask(Path(next(iter(self.files))) if len(self.files) == 1 else None))

    def ask(self, file: Path | None, *, read: frozenset[str] = frozenset()) -> Ask:
        """Return the question as sources take it, with its files at hand."""
        return Ask(query=self.query, url=self.url, file=file, ids=tuple(self.ids), read=read)


class Sync(models.Model):
    """A question asked once: first what would be done, then what somebody wants done of it."""

    class State(models.TextChoices):
        READING = "reading", "asking the museum"
        LOOKING = "looking", "fetching small pictures"
        READY = "ready", "waits for you"
        BRINGING = "bringing", "bringing in"
        DONE = "done", "done"
        FAILED = "failed", "failed"
        CANCELLED = "cancelled", "cancelled"

    OPEN = (State.READING, State.LOOKING, State.BRINGING)
    """A worker is at it, or will be."""
    CHOOSABLE = (State.LOOKING, State.READY)

    question = models.ForeignKey(Question, on_delete=models.CASCADE, related_name="syncs")
    state = models.CharField(max_length=9, choices=State.choices, default=State.READING)
    reason = models.TextField(blank=True)
    """Why it waits, failed, or did not read the museum's answer to its end: a sentence."""
    whole = models.BooleanField(default=False)
    """Whether the answer was read to its end, so that it is known what is gone."""
    counts = models.JSONField(default=dict)
    """Findings by verdict."""
    log = models.TextField(blank=True)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    """None for the weekly one."""
    brought_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    held = models.BooleanField(default=False)
    """Whether new works wait as drafts until somebody publishes them."""
    batch = models.ForeignKey(Batch, on_delete=models.SET_NULL, null=True, related_name="+")
    """The pictures that are fetched for it; none if there are none."""
    created = models.DateTimeField(auto_now_add=True)
    finished = models.DateTimeField(null=True)
    claimed_until = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ("-id",)
        indexes = (
            models.Index(
                fields=["id"],
                name="sync_open",
                condition=Q(state__in=["reading", "looking", "bringing"]),
            ),
        )

    def __str__(self) -> str:
        return f"{self.question.of.title}: {self.question.words}"

    def get_absolute_url(self) -> str:
        return reverse("sync", args=[self.pk])

    @property
    def open(self) -> bool:
        """Whether a worker is at it, or will be."""
        return self.state in self.OPEN

    @property
    def again(self) -> datetime | None:
        """When its museum is asked again, which wants to be left alone until then."""
        until = self.claimed_until
        if self.state != self.State.READING or not self.reason or until is None:
            return None
        return until if until > timezone.now() else None

    @property
    def choosable(self) -> bool:
        """Whether somebody may tick what comes in."""
        return self.state in self.CHOOSABLE

    @property
    def to_do(self) -> int:
        """Findings about which somebody decides."""
        return sum(self.counts.get(verdict, 0) for verdict in TO_DO)

    @property
    def read(self) -> int:
        """Works of the answer that were looked at."""
        return sum(self.counts.values())


class Finding(models.Model):
    """What a sync found of one work."""

    sync = models.ForeignKey(Sync, on_delete=models.CASCADE, related_name="findings")
    key = models.CharField(max_length=300)
    """As of the artwork: "met:436535"."""
    verdict = models.CharField(max_length=9, choices=[(each.value, each.value) for each in Verdict])
    reason = models.TextField(blank=True)
    title = models.CharField(max_length=300)
    artist = models.CharField(max_length=200, blank=True)
    record = models.JSONField(null=True)
    """See `webapp.museums.records`; None of a work that the museum does not name any more."""
    differences = models.JSONField(default=list)
    """[[fact, what the gallery says, what the museum says], …] of a work that is here."""
    artwork = models.ForeignKey(Artwork, on_delete=models.SET_NULL, null=True, related_name="+")
    chosen = models.BooleanField(default=True)
    brought = models.BooleanField(default=False)
    """Whether it was carried out, or needed nothing any more."""
    tried = models.BooleanField(default=False)
    """Whether its small picture was asked for."""
    preview = models.BinaryField(null=True)
    """A small WebP, to be looked at before the picture itself is fetched."""
    width = models.PositiveIntegerField(null=True)
    height = models.PositiveIntegerField(null=True)

    class Meta:
        ordering = ("id",)
        constraints = (models.UniqueConstraint(fields=["sync", "key"], name="finding_once"),)
        indexes = (models.Index(fields=["sync", "verdict", "id"], name="finding_wall"),)

    def __str__(self) -> str:
        return self.key


class Answer(models.Model):
    """A list as a museum gave it, while a sync reads: who goes on need not ask for it again."""

    sync = models.ForeignKey(Sync, on_delete=models.CASCADE, related_name="answers")
    address = models.CharField(max_length=64)
    """SHA-256 of where it lies; the address itself may hold a long query."""
    body = models.BinaryField()
    """Packed by zlib."""
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["sync", "address"], name="answer_once"),)

    def __str__(self) -> str:
        return self.address
