"""The approximate indexes in the database against the spaces that say they have one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from django.db import connection

from webapp.lab.models import Promotion
from webapp.operations.checks.findings import Finding
from webapp.operations.checks.vectors import KEPT, rebuild
from webapp.vectors.models import Space

_NAME: Final = re.compile(r"vectors_space_([0-9]+)_(hnsw|ivfflat)(.*)")


class _Index(NamedTuple):
    name: str
    space_id: int
    kind: str
    rest: str
    """"" unless it is one that was to take another's place."""
    valid: bool


def check_indexes(*, mend: bool) -> Iterator[Finding]:
    """Look for indexes that are missing, unfit or of no use; nothing while they are being made."""
    busy = Finding("promotions under way", "Indexes are looked at when they have ended.", False)
    if count := Promotion.objects.filter(state__in=Promotion.OPEN).count():
        busy.add("see the lab", count=count)
        yield busy
        return
    wanted = dict(Space.objects.filter(state__in=KEPT).values_list("pk", "index"))
    building = set(Space.objects.filter(state=Space.State.BUILDING).values_list("pk", flat=True))
    found = [index for index in _indexes() if index.space_id not in building]
    fit = {i.space_id for i in found if i.valid and not i.rest and wanted.get(i.space_id) == i.kind}
    leftover = Finding("indexes that no query is sent to, or invalid ones", "They are dropped.")
    for index in found:
        if index.space_id not in fit or index.rest or index.kind != wanted[index.space_id]:
            if mend:
                _drop(index.name)
            leftover.add(index.name, mended=mend)
    yield leftover
    missing = Finding(
        "spaces without the index they are searched by",
        "Queries compare everything meanwhile. A worker chooses an index anew.",
    )
    for space in Space.objects.filter(state__in=KEPT).defer("transform", "head"):
        if space.index != "exact" and space.pk not in fit:
            missing.add(f"{space} ({space.index})", mended=mend and rebuild(space))
    yield missing


def _indexes() -> list[_Index]:
    """Return the indexes of spaces, but for those that are being built right now."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname, i.indisvalid FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid"
            " WHERE i.indrelid = 'vectors_vector'::regclass AND NOT EXISTS"
            " (SELECT FROM pg_stat_progress_create_index p WHERE p.index_relid = c.oid)"
            " ORDER BY c.relname"
        )
        rows = cursor.fetchall()
    return [
        _Index(name, int(match[1]), match[2], match[3], valid)
        for name, valid in rows
        if (match := _NAME.fullmatch(name))
    ]


def _drop(name: str) -> None:
    concurrently = "" if connection.in_atomic_block else "CONCURRENTLY"
    with connection.cursor() as cursor:
        cursor.execute(f"DROP INDEX {concurrently} IF EXISTS {connection.ops.quote_name(name)}")
