"""Who looks, and what they did."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from webapp.catalog.models import Artwork
from webapp.vectors.models import Space


class Visitor(models.Model):
    """One taste: a signed-in user's, an anonymous session's, or an imported collector's."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="visitor",
    )
    label = models.CharField(max_length=100, unique=True, null=True, blank=True)
    """Name in an imported history, e.g. "collector-017"."""
    created = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return str(self.user or self.label or f"session visitor {self.pk}")


class Event(models.Model):
    """Something a visitor did with a work. Undone likes and hides stay, marked as undone."""

    class Kind(models.TextChoices):
        VIEW = "view", "view"
        LIKE = "like", "like"
        HIDE = "hide", "hide"
        SAVE = "save", "save"
        PURCHASE = "purchase", "purchase"
        CHOICE = "choice", "chosen in the quiz"

    visitor = models.ForeignKey(Visitor, on_delete=models.CASCADE, related_name="events")
    artwork = models.ForeignKey(Artwork, on_delete=models.CASCADE, related_name="events")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    time = models.DateTimeField(db_index=True)
    undone = models.DateTimeField(null=True, blank=True)
    basket = models.CharField(max_length=60, blank=True)
    """Works bought together share it."""
    muted = models.DateTimeField(null=True, blank=True)
    """Since then the visitor does not want it to shape recommendations; the mark itself stays."""
    list_id = models.UUIDField(null=True, blank=True)
    """The list of recommendations it came from: `Impression.list_id`."""

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["visitor", "artwork", "kind"],
                condition=Q(kind__in=["like", "hide", "save"], undone=None),
                name="one_standing_mark",
            ),
        )
        indexes = (
            models.Index(fields=["visitor", "kind", "-time"], name="event_by_visitor"),
            models.Index(fields=["artwork", "kind", "time"], name="event_by_artwork"),
            models.Index(
                fields=["list_id"], name="event_by_list", condition=Q(list_id__isnull=False)
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind} of artwork {self.artwork_id}"


class Pick(models.Model):
    """A work that a curator shows to visitors without a taste yet."""

    artwork = models.OneToOneField(Artwork, on_delete=models.CASCADE, related_name="pick")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True)
    time = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("-time",)

    def __str__(self) -> str:
        return f"pick of {self.artwork}"


class Serving(models.Model):
    """How the ranking of a model becomes a page. One row; curators turn its knobs."""

    diversity = models.FloatField(default=0.2)
    """0 keeps the model's order, 1 looks at nothing but difference: 1 - λ of MMR."""
    per_artist = models.PositiveSmallIntegerField(default=3)
    """Most works of one artist in a list."""
    fresh_share = models.FloatField(default=0.05)
    """Share of places for works that joined lately."""
    explore_share = models.FloatField(default=0.05)
    """Share of places for works drawn at random from the next best, with logged propensity."""
    changed = models.DateTimeField(auto_now=True)
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True
    )

    def __str__(self) -> str:
        return "serving settings"


class Experiment(models.Model):
    """Two ways to recommend, compared on visitors. A space of None is VisRank over the look."""

    class Kind(models.TextChoices):
        AB = "ab", "A/B test"
        INTERLEAVING = "interleaving", "interleaving"

    class State(models.TextChoices):
        DRAFT = "draft", "not started"
        RUNNING = "running", "running"
        STOPPED = "stopped", "stopped"

    name = models.CharField(max_length=100, unique=True)
    kind = models.CharField(max_length=12, choices=Kind.choices)
    state = models.CharField(max_length=7, choices=State.choices, default=State.DRAFT)
    space_a = models.ForeignKey(
        Space, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    space_b = models.ForeignKey(
        Space, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    share = models.FloatField(default=1.0)
    """Of all visitors, how many take part; of those half see A and half B."""
    salt = models.CharField(max_length=32)
    """Makes the split of this experiment independent of any other."""
    created = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    started = models.DateTimeField(null=True, blank=True)
    stopped = models.DateTimeField(null=True, blank=True)
    decision = models.TextField(blank=True)
    """What was concluded and why, by whom: kept for ever."""
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )

    class Meta:
        ordering = ("-id",)
        constraints = (
            models.UniqueConstraint(
                fields=["state"], condition=Q(state="running"), name="one_running_experiment"
            ),
        )

    def __str__(self) -> str:
        return self.name


class Impression(models.Model):
    """A work that stood in a list that was sent to somebody. Appended to, in monthly partitions.

    Made by SQL in a migration: Django knows no partitions. There are no foreign keys, for a check
    per row would cost more than the row, and rows outlive what they name.
    """

    pk = models.CompositePrimaryKey("list_id", "position", "time")
    list_id = models.UUIDField()
    position = models.SmallIntegerField()
    """From 0, in the order of the page."""
    time = models.DateTimeField()
    visitor_id = models.BigIntegerField(null=True)
    """None for somebody who has done nothing yet, and once the visitor is deleted."""
    artwork_id = models.BigIntegerField()
    surface = models.CharField(max_length=20)
    """Where: "for-you"."""
    space_id = models.BigIntegerField(null=True)
    """The space it was ranked in; None for works that no ranking brought."""
    experiment_id = models.BigIntegerField(null=True)
    variant = models.CharField(max_length=1, blank=True)
    """Side of the experiment, or team that brought it: "a" or "b"."""
    source = models.CharField(max_length=10)
    """"model", "explore", "fresh", "popular" or "pick"."""
    propensity = models.FloatField()
    """Probability that this place showed this work: 1 unless it was drawn."""

    class Meta:
        managed = False
        db_table = "feed_impression"

    def __str__(self) -> str:
        return f"artwork {self.artwork_id} at {self.position} of {self.list_id}"


class Replay(models.Model):
    """What a model that does not serve would have earned, by the works that were shown by chance.

    A row that a worker works on. A space of None is VisRank over the look.
    """

    class State(models.TextChoices):
        QUEUED = "queued", "waiting for a worker"
        DONE = "done", "done"
        FAILED = "failed", "failed"

    space = models.ForeignKey(
        Space, on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )
    state = models.CharField(max_length=6, choices=State.choices, default=State.QUEUED)
    result = models.JSONField(default=dict)
    """See `webapp.feed.replay.Result`; empty until done."""
    reason = models.TextField(blank=True)
    """Why it failed."""
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    created = models.DateTimeField(auto_now_add=True)
    finished = models.DateTimeField(null=True, blank=True)
    claimed_until = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ("-id",)
        constraints = (
            models.UniqueConstraint(
                fields=["space"],
                condition=Q(state="queued"),
                nulls_distinct=False,
                name="one_open_replay",
            ),
        )

    def __str__(self) -> str:
        return f"replay of {self.space or 'VisRank'}"


class Correspondence(models.Model):
    """Which regions of two pictures correspond. A row that a worker fills, kept to be shown again.

    The two works are ordered by id, so that a pair has one row per extractor.
    """

    class State(models.TextChoices):
        QUEUED = "queued", "waiting for a worker"
        DONE = "done", "done"
        FAILED = "failed", "failed"

    first = models.ForeignKey(Artwork, on_delete=models.CASCADE, related_name="+")
    second = models.ForeignKey(Artwork, on_delete=models.CASCADE, related_name="+")
    extractor = models.CharField(max_length=100)
    """Whose features are compared."""
    keys = models.CharField(max_length=65)
    """Of the two images, with a slash between: a work with a new picture is compared anew."""
    state = models.CharField(max_length=6, choices=State.choices, default=State.QUEUED)
    pairs = models.JSONField(default=list)
    """Places that are each other's best match, the strongest first: [{"first": [x, y], "second":
    [x, y], "cosine": 0.8}, …], x and y from 0 to 1."""
    first_mask = models.BinaryField(null=True)
    second_mask = models.BinaryField(null=True)
    """PNGs whose opacity says how well each place is matched by the other picture."""
    reason = models.TextField(blank=True)
    """Why it failed, for the visitor."""
    asked = models.DateTimeField()
    asked_by = models.ForeignKey(
        Visitor, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    finished = models.DateTimeField(null=True, blank=True)
    claimed_until = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["first", "second", "extractor"], name="one_correspondence"
            ),
            models.CheckConstraint(
                condition=Q(first__lt=models.F("second")), name="correspondence_is_ordered"
            ),
        )
        indexes = (
            models.Index(fields=["id"], name="correspondence_open", condition=Q(state="queued")),
            models.Index(fields=["asked"], name="correspondence_by_age"),
        )

    def __str__(self) -> str:
        return f"artworks {self.first_id} and {self.second_id} by {self.extractor}"
