"""The audit trail, edits of many works, merged artists and their former names.

The trail is written by triggers in the database (django-pghistory), so no way of writing escapes
it: not `bulk_update`, nor raw SQL. Its tables hang on proxies, because the migration of a trigger
belongs to the app of the model it is declared on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pghistory
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models

from webapp.accounts.models import User
from webapp.catalog.models import Artist, Artwork
from webapp.desk import tracked
from webapp.feed.models import Serving
from webapp.lab.models import Promotion
from webapp.mine.models import Collection

if TYPE_CHECKING:
    _Membership = models.Model  # made by Django at run time
else:
    _Membership = User.groups.through

# Beside the row itself: who and where from, as JSON, so that reading needs no join.
_WHO: Final[dict[str, Any]] = {
    "context_field": pghistory.ContextJSONField(),
    "context_id_field": pghistory.ContextUUIDField(),
    "app_label": "desk",
}


def _indexed() -> dict[str, Any]:
    """Return the options of a trail: read by row, by what was done together, and newest first."""
    fields = ("pgh_obj", "pgh_id"), ("pgh_context_id",), ("-pgh_created_at",)
    return {"indexes": [models.Index(fields=list(each)) for each in fields]}


@pghistory.track(
    *tracked.OF_WORKS,
    fields=list(tracked.WORK),
    model_name="WorkEvent",
    meta=_indexed(),
    obj_field=pghistory.ObjForeignKey(related_name="trail", db_index=False),
    **_WHO,
)
class TrackedWork(Artwork):
    class Meta:
        proxy = True


@pghistory.track(
    *tracked.OF_ARTISTS,
    fields=list(tracked.ARTIST),
    model_name="ArtistEvent",
    meta=_indexed(),
    obj_field=pghistory.ObjForeignKey(related_name="trail", db_index=False),
    **_WHO,
)
class TrackedArtist(Artist):
    class Meta:
        proxy = True


@pghistory.track(
    *tracked.OF_COLLECTIONS,
    fields=list(tracked.COLLECTION),
    model_name="CollectionEvent",
    meta=_indexed(),
    # What a visitor takes away takes its trail along.
    obj_field=pghistory.ObjForeignKey(
        related_name="trail", db_index=False, on_delete=models.CASCADE
    ),
    **_WHO,
)
class TrackedCollection(Collection):
    class Meta:
        proxy = True


@pghistory.track(
    *tracked.OF_PEOPLE,
    fields=list(tracked.PERSON),
    model_name="PersonEvent",
    meta=_indexed(),
    obj_field=pghistory.ObjForeignKey(related_name="trail", db_index=False),
    **_WHO,
)
class TrackedPerson(User):
    class Meta:
        proxy = True


@pghistory.track(
    *tracked.OF_MEMBERSHIPS,
    fields=list(tracked.MEMBERSHIP),
    model_name="MembershipEvent",
    meta=_indexed(),
    obj_field=pghistory.ObjForeignKey(related_name="trail", db_index=False),
    **_WHO,
)
class TrackedMembership(_Membership):
    class Meta:
        proxy = True


@pghistory.track(
    *tracked.OF_SERVING,
    fields=list(tracked.SERVING),
    model_name="ServingEvent",
    meta=_indexed(),
    obj_field=pghistory.ObjForeignKey(related_name="trail", db_index=False),
    **_WHO,
)
class TrackedServing(Serving):
    class Meta:
        proxy = True


@pghistory.track(
    *tracked.OF_PROMOTIONS,
    fields=list(tracked.PROMOTION),
    model_name="PromotionEvent",
    meta=_indexed(),
    obj_field=pghistory.ObjForeignKey(related_name="trail", db_index=False),
    **_WHO,
)
class TrackedPromotion(Promotion):
    class Meta:
        proxy = True


# What the decorators made.
WorkEvent: Any
ArtistEvent: Any
CollectionEvent: Any
PersonEvent: Any
MembershipEvent: Any
ServingEvent: Any
PromotionEvent: Any


class Edit(models.Model):
    """One change of many works: chosen, looked at beforehand, made, and perhaps undone."""

    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True)
    created = models.DateTimeField(auto_now_add=True)
    works = ArrayField(models.BigIntegerField())
    """Ids of those chosen."""
    field = models.CharField(max_length=20, blank=True)
    how = models.CharField(max_length=10, blank=True)
    value = models.TextField(blank=True)
    replacement = models.TextField(blank=True)
    made = models.DateTimeField(null=True, blank=True)
    undone = models.DateTimeField(null=True, blank=True)
    changed = models.PositiveIntegerField(default=0)
    """How many works it changed."""
    context = models.UUIDField(null=True, blank=True)
    """Its entries in the audit trail."""

    class Meta:
        ordering = ("-pk",)

    def __str__(self) -> str:
        return f"edit {self.pk} of {len(self.works)} works"


class FormerName(models.Model):
    """A name and an address that an artist had, and under which they are still found."""

    artist = models.ForeignKey(Artist, on_delete=models.CASCADE, related_name="former_names")
    name = models.CharField(max_length=200, unique=True)
    slug = models.SlugField(max_length=220, unique=True)
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name


class Merge(models.Model):
    """Two artists who were one: who went, who stayed, and what is needed to part them again."""

    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True)
    created = models.DateTimeField(auto_now_add=True)
    kept = models.ForeignKey(Artist, on_delete=models.CASCADE, related_name="merges")
    gone = models.JSONField()
    """The row that went: {"id", "name", "slug", "bio"}."""
    works = ArrayField(models.BigIntegerField())
    """Ids of the works that moved."""
    followers = ArrayField(models.BigIntegerField())
    """Ids of the visitors who followed the one who went."""
    moved_followers = ArrayField(models.BigIntegerField())
    """Those of them who did not follow the other as well."""
    former_names = ArrayField(models.BigIntegerField())
    """Ids of the former names that moved along."""
    undone = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-pk",)

    def __str__(self) -> str:
        return f"{self.gone['name']} became {self.kept}"


class Apart(models.Model):
    """Two artists who look like one and are not, as somebody decided."""

    first = models.ForeignKey(Artist, on_delete=models.CASCADE, related_name="+")
    second = models.ForeignKey(Artist, on_delete=models.CASCADE, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True)
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name_plural = "apart"
        constraints = (
            models.UniqueConstraint(fields=["first", "second"], name="one_apart_per_pair"),
        )

    def __str__(self) -> str:
        return f"{self.first_id} is not {self.second_id}"
