"""Apply a mapped table: works get its facts, and files on their way take them along.

A row with its file is written in one of many transactions, and the table remembers the number of
the last row that is: a worker that dies goes on behind it, whatever files have come in meanwhile.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

import pghistory
from django.db import transaction
from django.db.models import F, Q, QuerySet

from webapp.accounts.models import User
from webapp.catalog.facts import Facts, to_json
from webapp.ingest.actions import lock
from webapp.ingest.changes import BROUGHT_IN, ON_THE_WAY, Kind, edit
from webapp.ingest.models import Change, Item, Sheet
from webapp.ingest.sheets.matching import Match, Plan, plan
from webapp.jobs import Job, enqueue

KEPT_PROBLEMS: Final = 500
PART: Final = 250
"""Rows per transaction, a few seconds of them; so long others wait who edit the same works."""
WHILE_ONE_WAITS: Final = PART
"""Rows that are written in the request; more are a worker's."""
_TAKE_ALONG: Final = Q(state__in=ON_THE_WAY) | Q(
    state__in=(Item.State.FAILED, Item.State.DELETED), artwork=None
)
"""Files of which no work is made yet; the failed may be tried again, the deleted come back."""
GIVEN_UP: Final = "The worker ended each time. What is written stays; apply the table once more."


@transaction.atomic
def apply_sheet(sheet: Sheet, *, mapping: Mapping[str, str], user: User) -> Sheet:
    """Begin to write what a table says of the files it names, and end it too if it is short.

    Cells that cannot be used are passed over. A table that is just being applied is left alone.
    """
    rows = Sheet.objects.filter(pk=sheet.pk).exclude(state=Sheet.State.APPLYING)
    begun = {"change": None, "done": 0, "waiting": 0, "attempts": 0, "claimed_until": None}
    if rows.update(state=Sheet.State.APPLYING, mapping=dict(mapping), by=user, **begun):
        sheet.refresh_from_db()
        told = plan(sheet, mapping)
        Sheet.objects.filter(pk=sheet.pk).update(problems=list(told.problems[:KEPT_PROBLEMS]))
        if len(writable(told)) <= WHILE_ONE_WAITS:
            for _ in parts(sheet.pk, told):
                pass
        else:
            enqueue(Job.APPLY_SHEETS)
    sheet.refresh_from_db()
    return sheet


def open_sheets() -> QuerySet[Sheet]:
    """Return the tables that are being applied."""
    return Sheet.objects.filter(state=Sheet.State.APPLYING)


def writable(told: Plan) -> Sequence[Match]:
    """Return the rows that have their file and say something of it."""
    return [row for row in told.rows if row.item and row.facts]


def parts(pk: int, told: Plan | None = None) -> Iterator[int]:
    """Write a table part by part from where it stands; yield the number of the last row written.

    Ends with the table, or when its change is undone meanwhile: then the rest is left.
    """
    sheet = open_sheets().filter(pk=pk).first()
    if sheet is None:
        return
    rows = writable(told or plan(sheet, sheet.mapping))
    while (done := _part(pk, rows)) is not None:
        yield done


@transaction.atomic
def _part(pk: int, rows: Sequence[Match]) -> int | None:
    found = open_sheets().select_for_update(of=("self",)).select_related("batch", "by")
    sheet = found.filter(pk=pk).first()
    if sheet is None:
        return None
    # Whoever deletes, undoes or tries its files again waits for this, or this for them.
    lock(sheet.batch)
    begun = Change.objects.select_for_update().filter(pk=sheet.change_id or 0).first()
    if begun and begun.undone:
        _end(sheet, Sheet.State.READ)
        return None
    some = [row for row in rows if row.number > sheet.done][:PART]
    if not some:
        _end(sheet, Sheet.State.APPLIED)
        return None
    by_item: dict[int, Facts] = {row.item: row.facts for row in some if row.item}
    named = Item.objects.filter(pk__in=by_item)
    # A worker that makes a work of a file waits for this, or this for it.
    held = named.filter(_TAKE_ALONG).select_for_update().order_by("pk")
    waiting = list(held)
    for item in waiting:
        item.metadata |= to_json(by_item[item.pk])
    Item.objects.bulk_update(waiting, ["metadata"])
    brought = named.filter(state__in=BROUGHT_IN, artwork__isnull=False)
    works = {work: by_item[item] for item, work in brought.values_list("pk", "artwork")}
    # Whoever applied the table changes the works, also where a worker does it for them.
    with pghistory.context(user=sheet.by_id, sheet=pk):
        change = edit(batch=sheet.batch, user=sheet.by, kind=Kind.SHEET, facts=works, begun=begun)
    done = some[-1].number
    Sheet.objects.filter(pk=pk).update(
        change=change, done=done, waiting=F("waiting") + len(waiting)
    )
    return done


def give_up(pk: int) -> None:
    """End a table that no worker survives; what is written stays, and can be undone."""
    open_sheets().filter(pk=pk).update(
        state=Sheet.State.READ, problems=[GIVEN_UP], claimed_until=None
    )


def _end(sheet: Sheet, state: str) -> None:
    Sheet.objects.filter(pk=sheet.pk).update(state=state, claimed_until=None)
