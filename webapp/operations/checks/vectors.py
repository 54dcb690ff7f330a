"""Features and vectors against the works that are shown, and the spaces they lie in."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any, Final

from django.db import connection
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from webapp.catalog.models import Artwork
from webapp.lab import promoting
from webapp.lab.models import Promotion
from webapp.operations.checks.findings import EXAMPLES, Finding
from webapp.vectors import actions, queries
from webapp.vectors.models import Feature, Space, Vector

KEPT: Final = (Space.State.READY, Space.State.LIVE, Space.State.RETIRED)
ABANDONED: Final = timedelta(days=1)
"""A space that is still being built after so long is not."""
TRIED: Final = timedelta(days=7)
"""So long after a rebuild it is believed that what lacks a vector can have none."""


def check_features(*, mend: bool) -> Iterator[Finding]:
    """Look for works that are shown and that the extractor of now has not seen."""
    live = queries.live_space()
    if live is None:
        return
    seen = Feature.objects.filter(artwork=OuterRef("pk"), extractor=live.extractor)
    shown = Artwork.objects.filter(state=Artwork.State.VISIBLE, image__isnull=False)
    lacking = Finding(f"visible works without features by {live.extractor}", _REBUILT)
    _count(lacking, shown.filter(~Exists(seen)), lambda: rebuild(live), mend=mend)
    yield lacking


def check_vectors(*, mend: bool) -> Iterator[Finding]:
    """Look in every space that serves or may serve for gaps and for vectors of another length."""
    for space in spaces_in_use():
        here = Vector.objects.filter(space=space, artwork=OuterRef("pk"))
        shown = Artwork.objects.filter(state=Artwork.State.VISIBLE).filter(~Exists(here))
        lacking = Finding(f"visible works without a vector in {space}", _REBUILT)
        if space.purpose != actions.LOOK and _was_tried(space):
            lacking.fault = False
            lacking.advice = "Its model has nothing to say of them; they are shown among the new."
        _count(lacking, shown, lambda space=space: rebuild(space), mend=mend and lacking.fault)
        yield lacking
        yield _misfits(space, mend=mend)


def check_leftovers(*, mend: bool) -> Iterator[Finding]:
    """Look for vectors that no query will ever read."""
    dropped = Finding("spaces that were dropped and still hold vectors", "The vectors are deleted.")
    held = Space.objects.filter(state=Space.State.DROPPED).annotate(held=Count("vectors"))
    for space in held.filter(held__gt=0).defer("transform", "head"):
        if mend:
            Vector.objects.filter(space=space).delete()
        dropped.add(f"{space}: {space.held} vectors", mended=mend)
    yield dropped
    building = Space.objects.filter(
        state=Space.State.BUILDING, created__lt=timezone.now() - ABANDONED
    )
    given_up = Finding("spaces whose making was given up", "They are deleted.")
    for each in building.exclude(pk__in=promoting.kept_spaces()).defer("transform", "head"):
        if mend:
            actions.drop(each)
        given_up.add(str(each), mended=mend)
    yield given_up


def spaces_in_use() -> QuerySet[Space]:
    """Return the spaces that are given every new work, without their heads."""
    look = Q(purpose=actions.LOOK, state=Space.State.LIVE)
    trained = ~Q(purpose=actions.LOOK) & Q(state__in=KEPT, open_to_new=True)
    return Space.objects.filter(look | trained).defer("transform", "head").order_by("pk")


def rebuild(space: Space) -> bool:
    """Ask a worker to compute the vectors of a space anew; tell whether that can be done."""
    try:
        if space.purpose == actions.LOOK and _under_way():
            return True
        promoting.rebuild(space, None)
    except promoting.PromotionError:
        return False
    return True


_REBUILT: Final = "A worker computes them: manage.py rebuild_vectors."


def _under_way() -> bool:
    """Whether the look is being rebuilt already; of versions one promotion is open at a time."""
    look = Promotion.objects.filter(version=None, kind=Promotion.Kind.REBUILD)
    return look.filter(state__in=Promotion.OPEN).exists()


def _was_tried(space: Space) -> bool:
    done = Promotion.objects.filter(
        version__space=space, kind=Promotion.Kind.REBUILD, state=Promotion.State.DONE
    )
    return done.filter(finished__gt=timezone.now() - TRIED).exists()


def _count(finding: Finding, rows: QuerySet[Artwork], cure: Any, *, mend: bool) -> None:
    """Enter rows by their number and a few examples."""
    if count := rows.count():
        some = list(rows.order_by("pk").values_list("pk", flat=True)[:EXAMPLES])
        cured = mend and cure()
        told = ", ".join(f"artwork {pk}" for pk in some)
        finding.add(told, mended=cured, count=count)


def _misfits(space: Space, *, mend: bool) -> Finding:
    finding = Finding(f"vectors of another length than {space.dim} in {space}", _REBUILT)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT artwork_id FROM vectors_vector"
            " WHERE space_id = %s AND vector_dims(values) <> %s ORDER BY artwork_id",
            [space.pk, space.dim],
        )
        ids = [row[0] for row in cursor.fetchall()]
    if ids:
        finding.add(f"artwork {ids[0]}", mended=mend and rebuild(space), count=len(ids))
    return finding
