"""Write side of selections and tags."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any, Final

from django.db import connection, transaction
from django.utils import formats, timezone

from webapp.accounts.models import User
from webapp.catalog.models import Artwork
from webapp.selections import queries
from webapp.selections.models import Selection, Tag, Tagging

MOST_WORKS: Final = 100_000
"""In one selection."""
BRING_BACK: Final = timedelta(days=7)
"""So long a deleted selection can be brought back; then `sweep` makes an end of it."""
TITLE: Final = 120


class RefusedError(Exception):
    """What cannot be done, in words for who tried."""


def save(
    *,
    works: Iterable[int],
    by: User | None,
    title: str = "",
    note: str = "",
    source: str = Selection.Source.HAND,
    origin: Mapping[str, Any] | None = None,
) -> tuple[Selection, list[int]]:
    """Keep works as a selection; return it, and the ids that are of no work.

    Raises:
        RefusedError: If there is no work, or more than `MOST_WORKS`.
    """
    wanted = list(dict.fromkeys(works))
    if len(wanted) > MOST_WORKS:
        raise RefusedError(
            f"A selection holds {MOST_WORKS:,} works at most; these are {len(wanted):,}."
        )
    known = _known(wanted)
    if not known:
        raise RefusedError("None of these works is in the gallery. Choose at least one.")
    made = Selection.objects.create(
        title=_title(title) or _untitled(source),
        note=note,
        by=by,
        source=source,
        origin=dict(origin or {}),
        works=known,
    )
    there = set(known)
    return made, [pk for pk in wanted if pk not in there]


def describe(selection: Selection, *, title: str, note: str) -> None:
    """Give a selection other words.

    Raises:
        RefusedError: If the title is missing.
    """
    if not _title(title):
        raise RefusedError("A selection needs a title.")
    selection.title, selection.note = _title(title), note
    selection.save(update_fields=["title", "note", "changed"])


def add(selection: Selection, works: Iterable[int]) -> int:
    """Put works behind the others; return how many are new.

    Raises:
        RefusedError: If they are too many.
    """
    known = _known(dict.fromkeys(works))

    def behind(before: list[int]) -> list[int]:
        after = list(dict.fromkeys([*before, *known]))
        if len(after) > MOST_WORKS:
            raise RefusedError(
                f"A selection holds {MOST_WORKS:,} works at most; this one would have"
                f" {len(after):,}."
            )
        return after

    before, after = _change(selection, behind)
    return len(after) - len(before)


def remove(selection: Selection, works: Iterable[int]) -> int:
    """Take works out; return how many it were."""
    gone = set(works)
    before, after = _change(selection, lambda before: [pk for pk in before if pk not in gone])
    return len(before) - len(after)


def order(selection: Selection, works: Iterable[int]) -> None:
    """Put its works in this order. Those not named follow as they were; strangers are ignored."""
    wanted = list(works)

    def ordered(before: list[int]) -> list[int]:
        there = set(before)
        return list(dict.fromkeys([*(pk for pk in wanted if pk in there), *before]))

    _change(selection, ordered)


@transaction.atomic
def undo(selection: Selection) -> None:
    """Give a selection the works it had before the last change; once more undoes that.

    Raises:
        RefusedError: If nothing was changed.
    """
    locked = Selection.objects.select_for_update().get(pk=selection.pk)
    if locked.former is None:
        raise RefusedError("Nothing was changed here.")
    locked.works, locked.former = locked.former, locked.works
    locked.save(update_fields=["works", "former", "changed"])


def duplicate(selection: Selection, *, by: User) -> Selection:
    """Make another selection of the same works."""
    return Selection.objects.create(
        title=f"{selection.title[: TITLE - 6]}, copy",
        note=selection.note,
        by=by,
        source=selection.source,
        origin=selection.origin,
        works=selection.works,
    )


def delete(selection: Selection) -> None:
    """Delete a selection; for a while `restore` brings it back."""
    Selection.objects.filter(pk=selection.pk).update(deleted=timezone.now())


def restore(selection: Selection) -> None:
    """Undo `delete`."""
    Selection.objects.filter(pk=selection.pk).update(deleted=None)


def sweep() -> None:
    """Delete for good what cannot be brought back any more. One query where there is nothing."""
    Selection.objects.filter(deleted__lte=timezone.now() - BRING_BACK).delete()


_TAG: Final = """
INSERT INTO selections_tagging (tag_id, artwork_id)
SELECT %s, work.id FROM unnest(%s::bigint[]) WITH ORDINALITY AS chosen (id, place)
JOIN catalog_artwork work ON work.id = chosen.id ORDER BY place
ON CONFLICT DO NOTHING RETURNING id
"""


@transaction.atomic
def tag(*, works: Sequence[int], name: str, by: User) -> tuple[Tag, list[int]]:
    """Put a tag on works; return it, and the rows of those that did not have it, for `undo_tag`.

    Raises:
        RefusedError: If the tag has no name.
    """
    name = " ".join(name.replace("\0", "").split())[:60]
    if not name:
        raise RefusedError("A tag needs a name.")
    # One after the other: the rows of one tagging stand together, with none of another's between.
    found = Tag.objects.select_for_update(no_key=True).filter(name__iexact=name).first()
    found = found or Tag.objects.get_or_create(name=name, defaults={"by": by})[0]
    with connection.cursor() as cursor:
        cursor.execute(_TAG, [found.pk, list(works)])
        return found, sorted(pk for (pk,) in cursor.fetchall())


@transaction.atomic
def undo_tag(tag: Tag, first: int, last: int) -> int:
    """Take back what `tag` put on, from its first row to its last; return how many works.

    A tag that is on no work afterwards goes as well: it was new.
    """
    gone = tag.taggings.filter(pk__range=(first, last)).delete()[0]
    if gone and not tag.taggings.exists():
        tag.delete()
    return gone


def untag(tag: Tag, works: Iterable[int]) -> int:
    """Take a tag off works; return off how many."""
    return Tagging.objects.filter(tag=tag, artwork__in=queries.among(works)).delete()[0]


def _title(given: str) -> str:
    return " ".join(given.replace("\0", "").split())[:TITLE]


def _untitled(source: str) -> str:
    day = formats.date_format(timezone.localtime(), "j F Y")
    return f"{Selection.Source(source).label.capitalize()}, {day}"


def _known(works: Iterable[int]) -> list[int]:
    """Those that are works, in their order."""
    wanted = list(works)
    there = set(Artwork.objects.filter(pk__in=queries.among(wanted)).values_list("pk", flat=True))
    return [pk for pk in wanted if pk in there]


@transaction.atomic
def _change(
    selection: Selection, change: Callable[[list[int]], list[int]]
) -> tuple[list[int], list[int]]:
    """Change the works of a selection as they are now; return them before and after."""
    locked = Selection.objects.select_for_update().get(pk=selection.pk)
    before = queries.followed(locked.works)
    after = change(before)
    if after != before:
        locked.works, locked.former = after, before
        locked.save(update_fields=["works", "former", "changed"])
    return before, after
