"""Read side of the desk. Nothing in this module writes."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, Final

from django.db import connection
from django.db.models import Count, Q, QuerySet

from webapp.catalog.models import Artwork
from webapp.duplicates.models import Decision, Fingerprint, Pair
from webapp.feed.models import Event
from webapp.ingest.models import Batch

PAGE: Final = 24
RETIRED: Final = (Artwork.State.WITHDRAWN, Artwork.State.FAILED)
DECIDED: Final = "decided"

_ALIKE: Final = """
    SELECT DISTINCT near.artwork_id
    FROM unnest(%(turns)s::bit(256)[]) AS asked (bits)
    CROSS JOIN LATERAL (
        SELECT artwork_id, bits FROM duplicates_fingerprint
        WHERE bits IS NOT NULL AND artwork_id <> %(own)s
        ORDER BY bits <~> asked.bits LIMIT %(limit)s
    ) AS near
    JOIN catalog_artwork work ON work.id = near.artwork_id
    WHERE near.bits <~> asked.bits <= %(most)s AND work.state NOT IN ('withdrawn', 'failed')
"""


def alike(artwork_id: int, turns: Sequence[str], *, most: int, limit: int = 20) -> list[int]:
    """Return works whose fingerprint differs in at most `most` bits from one of `turns`.

    Args:
        artwork_id: The work that asks; not among them.
        turns: Fingerprints as texts of 256 zeros and ones: the picture in each way it can lie.
        most: Bits.
        limit: Works for each way, the nearest.
    """
    values: dict[str, Any] = {
        "turns": list(turns),
        "own": artwork_id,
        "limit": limit,
        "most": most,
    }
    with connection.cursor() as cursor:
        cursor.execute(_ALIKE, values)
        return sorted(pk for (pk,) in cursor.fetchall())


def waiting() -> QuerySet[Fingerprint]:
    """Return pictures to be compared: of works that are on the walls, or about to be."""
    there = Fingerprint.objects.filter(state=Fingerprint.State.WAITING)
    hidden = (Artwork.State.CHECKED, *RETIRED)
    return there.exclude(artwork__state__in=hidden).filter(artwork__image__isnull=False)


def open_pairs(*, kind: str = "", batch: int | None = None) -> QuerySet[Pair]:
    """Return pairs that wait for a decision and whose works are both there, the surest first.

    With a `batch` only those of which one work came in by it.
    """
    pairs = _open(batch).order_by("-details", "id")
    return _shown(pairs.filter(kind=kind) if kind else pairs)


def pair(pk: int) -> Pair | None:
    """Return a pair with all that its page shows."""
    return _shown(Pair.objects.filter(pk=pk)).first()


def others_of(pair: Pair) -> QuerySet[Pair]:
    """Return other open pairs of either work: what is here three times is three pairs."""
    both = [pair.first_id, pair.second_id]
    touching = _open().filter(Q(first__in=both) | Q(second__in=both)).exclude(pk=pair.pk)
    return _shown(touching.order_by("id"))[:6]


def beside(
    pair: Pair, *, kind: str = "", batch: int | None = None
) -> tuple[int | None, int | None]:
    """Return the open pairs before and after this one, in the order of `open_pairs`."""
    pairs = _open(batch).exclude(pk=pair.pk)
    pairs = pairs.filter(kind=kind) if kind else pairs
    before = Q(details__gt=pair.details) | Q(details=pair.details, pk__lt=pair.pk)
    order = ("-details", "pk")
    former = pairs.filter(before).order_by("details", "-pk").values_list("pk", flat=True).first()
    next_one = pairs.exclude(before).order_by(*order).values_list("pk", flat=True).first()
    return former, next_one


def counts(batch: int | None = None) -> dict[str, int]:
    """Return how many open pairs there are by kind, together ("open"), and "decided" ones."""
    kinds = {kind.value: Count("pk", filter=Q(kind=kind)) for kind in Pair.Kind}
    found: dict[str, int] = _open(batch).aggregate(open=Count("pk"), **kinds)
    found[DECIDED] = Decision.objects.filter(undone=None).count()
    return found


def open_count(batch: Batch) -> int:
    """Return how many works of a batch may be here twice."""
    return _open(batch.pk).count()


def decisions() -> QuerySet[Decision]:
    """Return what was decided and stands, the newest first."""
    related = ("by", *(f"pair__{path}" for path in _RELATED))
    return Decision.objects.filter(undone=None).select_related(*related)


def standing(pair: Pair) -> Decision | None:
    """Return the decision about a pair that stands."""
    return pair.decisions.filter(undone=None).select_related("by").first()


def suspected(artwork_id: int) -> set[int]:
    """Return works that wait for a decision about them and this one."""
    pairs = Pair.objects.filter(Q(first=artwork_id) | Q(second=artwork_id), state=Pair.State.OPEN)
    both = pairs.values_list("first", "second")
    return {pk for each in both for pk in each} - {artwork_id}


def became(artwork_ids: Collection[int]) -> set[int]:
    """Return the works into which some of these were merged."""
    merges = Decision.objects.filter(gone__in=artwork_ids, undone=None)
    return set(merges.values_list("stays_id", flat=True))


def merged_into(artwork_id: int) -> int | None:
    """Return the work into which this one was merged, if it was."""
    found = Decision.objects.filter(gone=artwork_id, undone=None).order_by("-pk")
    return found.values_list("stays_id", flat=True).first()


def marks(pair: Pair) -> dict[int, int]:
    """Return how often visitors liked, kept or bought each of the two works."""
    both = [pair.first_id, pair.second_id]
    kinds = [Event.Kind.LIKE, Event.Kind.SAVE, Event.Kind.PURCHASE]
    events = Event.objects.filter(artwork__in=both, kind__in=kinds, undone=None)
    counted = dict(events.values_list("artwork").annotate(Count("pk")).order_by())
    return {pk: counted.get(pk, 0) for pk in both}


_RELATED: Final = ("first__artist", "first__image", "second__artist", "second__image")


def _open(batch: int | None = None) -> QuerySet[Pair]:
    pairs = Pair.objects.filter(state=Pair.State.OPEN)
    if batch is not None:
        works = Artwork.objects.filter(items__batch=batch)
        pairs = pairs.filter(Q(first__in=works) | Q(second__in=works))
    return pairs.exclude(first__state__in=RETIRED).exclude(second__state__in=RETIRED)


def _shown(pairs: QuerySet[Any]) -> QuerySet[Any]:
    there = pairs.filter(first__image__isnull=False, second__image__isnull=False)
    return there.select_related(*_RELATED)
