"""Apply a mapped table: works get its facts, and files on their way take them along."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from django.db import transaction

from webapp.accounts.models import User
from webapp.catalog.facts import Facts, to_json
from webapp.ingest.changes import BROUGHT_IN, Kind, edit
from webapp.ingest.models import Change, Item, Sheet
from webapp.ingest.queries import UNDER_WAY
from webapp.ingest.sheets.matching import plan

KEPT_PROBLEMS: Final = 500


@dataclass(frozen=True, slots=True)
class Applied:
    """What came of a table."""

    change: Change | None
    """By which it can be undone; None if no work differs."""
    waiting: int
    """Files that become works later and take their facts along."""
    problems: int


@transaction.atomic
def apply_sheet(sheet: Sheet, *, mapping: Mapping[str, str], user: User) -> Applied:
    """Write what a table says of the files it names; cells that cannot be used are passed over."""
    told = plan(sheet, mapping)
    by_item: dict[int, Facts] = {row.item: row.facts for row in told.rows if row.item and row.facts}
    # A worker that makes a work of an item waits for this, or this for it.
    items = Item.objects.select_for_update().filter(pk__in=by_item).order_by("pk")
    works: dict[int, Facts] = {}
    waiting = []
    for item in items:
        if item.artwork_id is not None and item.state in BROUGHT_IN:
            works[item.artwork_id] = by_item[item.pk]
        elif item.state in UNDER_WAY:
            item.metadata |= to_json(by_item[item.pk])
            waiting.append(item)
    Item.objects.bulk_update(waiting, ["metadata"], batch_size=500)
    change = edit(batch=sheet.batch, user=user, kind=Kind.SHEET, facts=works)
    problems = told.problems
    Sheet.objects.filter(pk=sheet.pk).update(
        state=Sheet.State.APPLIED, mapping=dict(mapping), problems=problems[:KEPT_PROBLEMS]
    )
    return Applied(change, len(waiting), len(problems))
