"""Batches of incoming files, and the story of each one."""

from __future__ import annotations

from typing import Any, Final

from django.conf import settings
from django.db import models
from django.db.models import F, Func, Value
from django.db.models.functions import Left, Lower

from webapp.catalog.models import Artwork


def _replaced(text: Any, pattern: str, new: str) -> Any:
    return Func(text, Value(pattern), Value(new), Value("g"), function="regexp_replace")


_DIGITS: Final = 18
"""Of a number that count, from its end: a moment as cameras write it, in milliseconds, has 17."""
_PADDED: Final = _replaced(Lower("name"), r"(\d+)", rf"{'0' * _DIGITS}\1")
AS_NAMED: Final = Left(_replaced(_PADDED, rf"\d*(\d{{{_DIGITS}}})", r"\1"), 300)
"""Sorts items by their names, numbers in them as numbers: "img 2" before "img 10"."""


class Batch(models.Model):
    """Files that came in together."""

    source = models.CharField(max_length=300)
    """What it was, for people: "Upload by mara" or "Folder paintings"."""
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True
    )
    created = models.DateTimeField(auto_now_add=True)
    held = models.BooleanField(default=False)
    """Its works are held back as drafts until somebody publishes them."""
    told = models.DateTimeField(null=True, blank=True)
    """When its end was last told; empty while something is under way or not yet told."""

    class Meta:
        ordering = ("-id",)
        verbose_name_plural = "batches"
        indexes = (models.Index(fields=["id"], name="batch_untold", condition=models.Q(told=None)),)

    def __str__(self) -> str:
        return self.source


class Item(models.Model):
    """One incoming file: where it is on its way, and if it was refused, why."""

    class State(models.TextChoices):
        WANTED = "wanted", "to be fetched"
        RECEIVED = "received", "waiting to be checked"
        STORED = "stored", "waiting to be measured"
        VISIBLE = "visible", "in the gallery"
        DRAFT = "draft", "held back"
        DELETED = "deleted", "deleted"
        DUPLICATE = "duplicate", "already here"
        REFUSED = "refused", "refused"
        FAILED = "failed", "failed"

    batch = models.ForeignKey(Batch, on_delete=models.CASCADE, related_name="items")
    name = models.CharField(max_length=500)
    """The file's name as it was given."""
    incoming = models.CharField(max_length=300)
    """Name in the private "originals" storage; empty while the file is still to be fetched."""
    url = models.TextField(blank=True)
    """Where a file of a museum is fetched from; empty for files that were handed in."""
    metadata = models.JSONField(default=dict)
    """Checked `webapp.catalog.facts.Facts` as JSON, e.g. {"title": …, "artist": …}."""
    source_key = models.CharField(max_length=300, blank=True)
    state = models.CharField(max_length=9, choices=State.choices, default=State.RECEIVED)
    reason = models.TextField(blank=True)
    """Why it was refused or failed: a sentence for the admin."""
    proposed = models.JSONField(default=dict)
    """What the picture's own EXIF, IPTC and XMP say, as `Facts` in JSON."""
    attempts = models.PositiveSmallIntegerField(default=0)
    claimed_until = models.DateTimeField(null=True, blank=True)
    artwork = models.ForeignKey(
        Artwork, on_delete=models.SET_NULL, null=True, blank=True, related_name="items"
    )
    created = models.DateTimeField(auto_now_add=True)
    checked = models.DateTimeField(null=True, blank=True)
    """When its picture had been checked and stored."""
    finished = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("id",)
        indexes = (
            models.Index(fields=["batch", "state"], name="item_story"),
            models.Index(F("batch"), AS_NAMED, F("id"), name="item_wall"),
            models.Index(fields=["id"], name="item_waiting", condition=models.Q(state="received")),
            models.Index(fields=["id"], name="item_wanted", condition=models.Q(state="wanted")),
            models.Index(
                fields=["source_key", "-id"], name="item_key", condition=~models.Q(source_key="")
            ),
        )

    def __str__(self) -> str:
        return self.name


class Sheet(models.Model):
    """A metadata table that came with a batch: read once, mapped by hand, then applied."""

    class State(models.TextChoices):
        READ = "read", "read"
        APPLYING = "applying", "being applied"
        APPLIED = "applied", "applied"
        REFUSED = "refused", "refused"

    batch = models.ForeignKey(Batch, on_delete=models.CASCADE, related_name="sheets")
    name = models.CharField(max_length=500)
    columns = models.JSONField(default=list)
    """The names in its first line, as they are written there."""
    rows = models.JSONField(default=list)
    """One list of texts for each further line, as long as `columns`, after its number in the file:
    [2, ["Harbour", "1907"]]."""
    mapping = models.JSONField(default=dict)
    """What is made of each column, by its place: {"0": "file", "3": "title"}."""
    state = models.CharField(max_length=8, choices=State.choices, default=State.READ)
    problems = models.JSONField(default=list)
    """Sentences: why it was refused, or which of its cells could not be used."""
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    """Who applies it."""
    done = models.PositiveIntegerField(default=0)
    """Number of the last row that is written, 0 before the first."""
    waiting = models.PositiveIntegerField(default=0)
    """Of the rows written, files that are no works yet and take their facts along."""
    change = models.ForeignKey(
        "Change", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    """What it has changed so far; undone meanwhile, the rest is left."""
    claimed_until = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("id",)
        indexes = (
            models.Index(fields=["id"], name="sheet_open", condition=models.Q(state="applying")),
        )

    def __str__(self) -> str:
        return self.name


class Change(models.Model):
    """Something done to many works of a batch at once, with what it takes to undo it."""

    class Kind(models.TextChoices):
        PUBLISH = "publish", "published"
        UNPUBLISH = "unpublish", "held back"
        DELETE = "delete", "deleted"
        SHEET = "sheet", "filled in from a table"
        GRID = "grid", "edited"

    batch = models.ForeignKey(Batch, on_delete=models.CASCADE, related_name="changes")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True
    )
    kind = models.CharField(max_length=9, choices=Kind.choices)
    whole = models.BooleanField(default=False)
    """It was also about files still on their way."""
    works = models.JSONField()
    """By artwork id, the facts before and after: {"17": [{"year": null}, {"year": 1907}]}; of
    what changes no facts, two empty ones."""
    made = models.DateTimeField(auto_now_add=True)
    undone = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-id",)

    def __str__(self) -> str:
        return f"{len(self.works)} works {self.get_kind_display()}"


class Notice(models.Model):
    """Tells who brought a batch in that it has come to its end; shown on their next page."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    batch = models.ForeignKey(Batch, on_delete=models.CASCADE)
    words = models.CharField(max_length=500)
    created = models.DateTimeField(auto_now_add=True)
    seen = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-id",)
        indexes = (
            models.Index(fields=["user"], name="notice_unseen", condition=models.Q(seen=None)),
        )

    def __str__(self) -> str:
        return self.words


class Origin(models.Model):
    """What a museum last said of one of its works: the next sync is compared with it."""

    source_key = models.CharField(max_length=300, unique=True)
    """As of the artwork: "met:436535"."""
    scope = models.CharField(max_length=500, db_index=True)
    """What was asked for when it came: only the same question tells what is gone."""
    image_url = models.TextField()
    etag = models.CharField(max_length=300, blank=True)
    """Of the file fetched from `image_url`; empty while none was."""
    last_modified = models.CharField(max_length=100, blank=True)
    changed = models.DateTimeField(null=True, blank=True)
    """When the museum last changed its record, if it tells."""
    rights = models.TextField(blank=True)
    required_statement = models.TextField(blank=True)
    provider = models.TextField(blank=True)

    def __str__(self) -> str:
        return self.source_key


class HostPace(models.Model):
    """When a host may be asked next. Written by `webapp.ingest.pacing` alone."""

    host = models.CharField(max_length=253, primary_key=True)
    free_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.host
