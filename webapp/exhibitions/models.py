"""Exhibitions: rooms with walls of a colour, works hung in them, and every change that was made."""

from __future__ import annotations

from datetime import datetime
from secrets import token_urlsafe
from typing import Any, Final

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone

from webapp.catalog.models import Artwork

TOKEN_BYTES: Final = 12


def new_token() -> str:
    """Return the part of an exhibition's address that nobody can guess."""
    return token_urlsafe(TOKEN_BYTES)


class Wall(models.TextChoices):
    """Colours of walls. Those from `OXBLOOD` on are deep: words on them are light."""

    PAPER = "paper", "Paper"
    LINEN = "linen", "Linen"
    SAND = "sand", "Sand"
    ROSE = "rose", "Rose"
    SAGE = "sage", "Sage"
    MIST = "mist", "Mist"
    OXBLOOD = "oxblood", "Oxblood"
    FOREST = "forest", "Forest"
    MIDNIGHT = "midnight", "Midnight"
    SLATE = "slate", "Slate"
    CHARCOAL = "charcoal", "Charcoal"


DEEP: Final = frozenset({Wall.OXBLOOD, Wall.FOREST, Wall.MIDNIGHT, Wall.SLATE, Wall.CHARCOAL})


class Exhibition(models.Model):
    """Rooms of works with their texts. Everybody sees it between its opening and its closing."""

    class State(models.TextChoices):
        DRAFT = "draft", "draft"
        SCHEDULED = "scheduled", "scheduled"
        OPEN = "open", "open"
        CLOSED = "closed", "closed"

    token = models.CharField(max_length=32, unique=True, default=new_token, editable=False)
    """Its address, which stays."""
    title = models.CharField(max_length=120)
    by_line = models.CharField(max_length=120, blank=True)
    """By whom it is, as visitors read it."""
    introduction = models.TextField(blank=True, max_length=5_000)
    cover = models.ForeignKey(
        Artwork, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    """The curator's choice; without one the first work that can be seen stands for it."""
    opens = models.DateTimeField(null=True, blank=True)
    """None: nobody but curators sees it."""
    closes = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=0)
    """The number of its last change. Who changes it says which they have seen."""
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created = models.DateTimeField(auto_now_add=True)
    changed = models.DateTimeField(auto_now=True)
    deleted = models.DateTimeField(null=True, blank=True)
    """It can be brought back."""

    class Meta:
        ordering = ("-pk",)
        constraints = (
            models.CheckConstraint(
                condition=Q(closes=None) | Q(opens__isnull=False, closes__gt=F("opens")),
                name="closes_after_it_opens",
            ),
        )
        indexes = (
            models.Index(
                fields=["-opens"],
                name="exhibition_opens",
                condition=Q(opens__isnull=False, deleted=None),
            ),
        )

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("exhibition", args=[self.token])

    @property
    def state(self) -> str:
        """What it is at this moment: a value of `State`."""
        return state_at(self.opens, self.closes, timezone.now())

    @property
    def state_label(self) -> str:
        """The same in words."""
        return str(self.State(self.state).label)


def state_at(opens: datetime | None, closes: datetime | None, now: datetime) -> str:
    """Return the state that an exhibition of these dates has at a time."""
    if opens is None:
        return Exhibition.State.DRAFT
    if now < opens:
        return Exhibition.State.SCHEDULED
    return Exhibition.State.CLOSED if closes and closes <= now else Exhibition.State.OPEN


class Room(models.Model):
    """A room of an exhibition."""

    exhibition = models.ForeignKey(Exhibition, on_delete=models.CASCADE, related_name="rooms")
    position = models.PositiveIntegerField(default=0)
    title = models.CharField(max_length=120, blank=True)
    text = models.TextField(blank=True, max_length=5_000)
    wall = models.CharField(max_length=10, choices=Wall.choices, default=Wall.PAPER)

    class Meta:
        ordering = ("position", "pk")

    def __str__(self) -> str:
        return self.title or f"room {self.position + 1}"

    @property
    def deep(self) -> bool:
        """Whether the wall is so dark that words on it are light."""
        return self.wall in DEEP


class Hanging(models.Model):
    """A work on a wall. It hangs in one place of an exhibition only (see `arrangement`)."""

    room = models.ForeignKey(
        Room, on_delete=models.CASCADE, related_name="hangings", db_index=False
    )
    artwork = models.ForeignKey(Artwork, on_delete=models.CASCADE, related_name="hangings")
    position = models.PositiveIntegerField(default=0)
    label = models.TextField(blank=True, max_length=2_000)
    """What the curator says of it, beside its facts."""

    class Meta:
        ordering = ("position", "pk")
        constraints = (
            models.UniqueConstraint(fields=["room", "artwork"], name="one_hanging_per_room"),
        )

    def __str__(self) -> str:
        return f"artwork {self.artwork_id} in room {self.room_id}"


class Change(models.Model):
    """A change of an exhibition, and how all of it was after."""

    exhibition = models.ForeignKey(
        Exhibition, on_delete=models.CASCADE, related_name="changes", db_index=False
    )
    number = models.PositiveIntegerField()
    """The exhibition's version after it."""
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    made = models.DateTimeField(auto_now_add=True)
    what = models.CharField(max_length=200)
    after: models.JSONField[Any, Any] = models.JSONField()
    """See `webapp.exhibitions.arrangement`."""
    same_as = models.PositiveIntegerField(null=True)
    """Of an undoing: the number of the change after which it was like this."""

    class Meta:
        ordering = ("-number",)
        constraints = (
            models.UniqueConstraint(fields=["exhibition", "number"], name="changes_in_a_row"),
        )

    def __str__(self) -> str:
        return self.what
