"""What is done to many works of a batch at once: publish, hold back, delete, edit; and undo.

Whoever locks several rows locks them in this order, so that nobody waits for each other: the
batch, the change, the files of which no work is made yet, the works, the files of works. An insert
that only names its batch waits for nobody.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import timedelta
from typing import Any, Final

from django.db import transaction
from django.db.models import OuterRef, QuerySet, Subquery
from django.utils import timezone

from webapp.accounts.models import User
from webapp.catalog import publishing
from webapp.catalog.actions import change_facts, changed_facts, facts_now
from webapp.catalog.facts import Facts, from_json, to_json
from webapp.catalog.models import Artist, Artwork
from webapp.ingest.actions import discard_file, lock
from webapp.ingest.models import AS_NAMED, Batch, Change, Item
from webapp.ingest.queries import is_deleted
from webapp.jobs import Job, enqueue

Kind = Change.Kind
Works = dict[str, list[dict[str, Any]]]
"""As in `Change.works`."""
BROUGHT_IN: Final = (
    Item.State.STORED,
    Item.State.VISIBLE,
    Item.State.DRAFT,
    Item.State.FAILED,
    Item.State.DELETED,
)
"""Items whose work came in by them; the work of a duplicate is another's."""
ON_THE_WAY: Final = (Item.State.WANTED, Item.State.RECEIVED)
"""Items of which no work is made yet."""
_SWEPT_AT_ONCE: Final = 200


def works_of(batch: Batch) -> QuerySet[Artwork]:
    """Return the works that came in by a batch."""
    brought = Item.objects.filter(batch=batch, state__in=BROUGHT_IN, artwork__isnull=False)
    return Artwork.objects.filter(pk__in=brought.values("artwork"))


def as_filed(works: QuerySet[Artwork], batch: Batch) -> QuerySet[Artwork]:
    """Return works of a batch in the order of their files, as they lie on its wall."""
    item = Item.objects.filter(batch=batch, artwork=OuterRef("pk")).order_by("pk")
    name = item.annotate(as_named=AS_NAMED).values("as_named")[:1]
    return works.order_by(Subquery(name), "pk")


@transaction.atomic
def publish(*, batch: Batch, user: User, chosen: Collection[int] | None = None) -> Change | None:
    """Show the held works of a batch, or the chosen of them; None if none was held.

    They hang in the order of their files.
    """
    lock(batch)
    done = publishing.publish(_ids(batch, chosen))
    _items(done).filter(state=Item.State.DRAFT).update(state=Item.State.STORED, finished=None)
    return _noted(batch, user, Kind.PUBLISH, done, whole=chosen is None)


@transaction.atomic
def unpublish(*, batch: Batch, user: User, chosen: Collection[int] | None = None) -> Change | None:
    """Take works off the walls as drafts; None if all were held already."""
    lock(batch)
    done = publishing.hold(_ids(batch, chosen))
    _items(done).filter(state=Item.State.VISIBLE).update(state=Item.State.DRAFT)
    return _noted(batch, user, Kind.UNPUBLISH, done, whole=chosen is None)


@transaction.atomic
def delete(*, batch: Batch, user: User, chosen: Collection[int] | None = None) -> Change | None:
    """Withdraw works at once; their files go for good only after `publishing.KEPT_DAYS`."""
    gone = {"state": Item.State.DELETED, "finished": timezone.now(), "claimed_until": None}
    whole = chosen is None
    lock(batch)  # what still arrives comes after this
    if whole:
        # First, so that a work that a worker is just making of a file is among the works below.
        Item.objects.filter(batch=batch, state__in=ON_THE_WAY).update(**gone)
    done = publishing.discard(_ids(batch, chosen))
    _items(done).update(**gone)
    anyway = whole and not is_deleted(batch)
    return _noted(batch, user, Kind.DELETE, done, whole=whole, anyway=anyway)


@transaction.atomic
def edit(
    *,
    batch: Batch,
    user: User | None,
    kind: str,
    facts: Mapping[int, Facts],
    begun: Change | None = None,
) -> Change | None:
    """Write facts of works of a batch, by artwork id, as one change or as more of the `begun` one.

    Returns None if there is none and nothing differs.
    """
    works: Works = {}
    for artwork in _locked(works_of(batch), facts):
        names = changed_facts(artwork, facts[artwork.pk])
        if names:
            before = to_json(facts_now(artwork, names))
            change_facts(artwork, facts[artwork.pk])
            works[str(artwork.pk)] = [before, to_json(facts_now(artwork, names))]
    if begun is None or not works:
        return _note(batch, user, kind, works) if works else begun
    begun.works |= works
    begun.save(update_fields=["works"])
    return begun


@transaction.atomic
def undo(change: Change) -> str:
    """Take a change back, once, and say in a sentence what came of it."""
    lock(change.batch)
    fresh = Change.objects.filter(pk=change.pk, undone=None).update(undone=timezone.now())
    change.refresh_from_db()  # a table may have been applied until now
    if not fresh:
        return "That was undone already."
    if change.kind in _BACK:
        return _BACK[change.kind](change)
    return _undo_edit(change)


def sweep() -> int:
    """Delete the files of items that were deleted long ago and never became works."""
    before = timezone.now() - timedelta(days=publishing.KEPT_DAYS)
    due = Item.objects.filter(state=Item.State.DELETED, artwork=None, finished__lt=before)
    items = list(due.exclude(incoming="")[:_SWEPT_AT_ONCE])
    for item in items:
        discard_file(item.incoming)
    Item.objects.filter(pk__in=[item.pk for item in items]).update(incoming="")
    return len(items)


def _undo_publish(change: Change) -> str:
    ids = publishing.hold(_of(change))
    moved = _items(ids).filter(state__in=(Item.State.VISIBLE, Item.State.STORED))
    moved.filter(artwork__state=Artwork.State.DRAFT).update(
        state=Item.State.DRAFT, finished=timezone.now()
    )
    _hold(change, held=True)
    return f"{counted(len(ids))} held back again."


def _undo_unpublish(change: Change) -> str:
    ids = publishing.publish(_of(change), as_new=False)
    _items(ids).filter(state=Item.State.DRAFT).update(state=Item.State.STORED, finished=None)
    _hold(change, held=False)
    return f"{counted(len(ids))} on the way back into the gallery."


def _undo_delete(change: Change) -> str:
    deleted = Item.objects.filter(state=Item.State.DELETED)
    if change.whole:
        waiting = {"finished": None, "attempts": 0}
        mine = deleted.filter(batch=change.batch_id, artwork=None)
        mine.exclude(incoming="").update(state=Item.State.RECEIVED, **waiting)
        mine.filter(incoming="").exclude(url="").update(state=Item.State.WANTED, **waiting)
        enqueue(Job.CHECK_ITEMS)
        enqueue(Job.FETCH_ITEMS)
    ids = publishing.restore(_of(change))
    deleted.filter(artwork__in=ids).update(state=Item.State.STORED, finished=None)
    lost = len(change.works) - len(ids)
    words = f"{counted(len(ids))} brought back."
    return f"{words} {counted(lost)} gone for good." if lost else words


def _undo_edit(change: Change) -> str:
    changed = 0
    for artwork in _locked(Artwork.objects.all(), _of(change)):
        before, after = change.works[str(artwork.pk)]
        now = to_json(facts_now(artwork, after))
        # What somebody else has written since is theirs.
        back = {name: value for name, value in before.items() if now[name] == after[name]}
        # To bring works in, a blank says nothing about an artist; here it is what was said before.
        blank = "artist" not in back and back.get("artist_bio") == ""
        if blank:
            Artist.objects.filter(pk=artwork.artist_id).update(bio="")
        changed += bool(change_facts(artwork, from_json(back))) or blank
    return f"{counted(changed)} as before."


_BACK: Final[dict[str, Callable[[Change], str]]] = {
    Kind.PUBLISH: _undo_publish,
    Kind.UNPUBLISH: _undo_unpublish,
    Kind.DELETE: _undo_delete,
}


def counted(works: int) -> str:
    """Return the subject of a sentence about that many works."""
    return "1 work is" if works == 1 else f"{works:,} works are"


def _ids(batch: Batch, chosen: Collection[int] | None) -> list[int]:
    works = works_of(batch)
    works = works if chosen is None else works.filter(pk__in=list(chosen))
    return list(as_filed(works, batch).values_list("pk", flat=True))


def _items(artwork_ids: Iterable[int]) -> QuerySet[Item]:
    return Item.objects.filter(artwork__in=list(artwork_ids), state__in=BROUGHT_IN)


def _locked(works: QuerySet[Artwork], ids: Iterable[int]) -> QuerySet[Artwork]:
    """Return works in one order, so that two editors wait for each other instead of forever."""
    rows = works.filter(pk__in=list(ids)).select_related("artist").order_by("pk")
    return rows.select_for_update(of=("self",))


def _of(change: Change) -> list[int]:
    return [int(pk) for pk in change.works]


def _hold(change: Change, *, held: bool) -> None:
    if change.whole:
        Batch.objects.filter(pk=change.batch_id).update(held=held)


def _noted(
    batch: Batch, user: User, kind: Kind, ids: list[int], *, whole: bool, anyway: bool = False
) -> Change | None:
    """Keep a change of no facts; what a whole batch is counts for the files to come, too."""
    if whole and kind != Kind.DELETE:
        held = kind == Kind.UNPUBLISH
        # Undoing takes back no more than was done: a batch that was held already stays so.
        whole = bool(Batch.objects.filter(pk=batch.pk, held=not held).update(held=held))
        anyway = whole
    works: Works = {str(pk): [{}, {}] for pk in ids}
    return _note(batch, user, kind, works, whole=whole) if ids or anyway else None


def _note(
    batch: Batch,
    user: User | None,
    kind: str,
    works: Works,
    *,
    whole: bool = False,
) -> Change:
    return Change.objects.create(batch=batch, user=user, kind=kind, works=works, whole=whole)
