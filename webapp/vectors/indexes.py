"""Approximate indexes of a space: HNSW and IVFFlat behind one interface.

All spaces share one table, so each index is partial (its space only) and built on the columns that
are compared, cast to their number: others would shape a graph or lists that no query looks at.
What makes a good index is measured in `tuning`.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import ceil, sqrt
from typing import Final, Literal

from django.db import connection

from webapp.vectors.models import Space
from webapp.vectors.session import local_settings
from webapp.vectors.statements import MARKS, indexed_columns

Kind = Literal["hnsw", "ivfflat"]

MAX_INDEXED_DIM: Final = 4000
"""pgvector's limit for an index on half floats."""
BUILD_MEMORY: Final = "1GB"
"""maintenance_work_mem of a build; an HNSW graph that does not fit is built far slower."""


def build_parameters(kind: Kind, rows: int) -> dict[str, int]:
    """Return what an index of `rows` vectors is built with.

    IVFFlat: pgvector's advice, rows / 1000 lists up to a million rows, sqrt(rows) above, but no
    fewer than sqrt(rows) / 2. HNSW: pgvector's defaults.
    """
    if kind == "hnsw":
        return {"m": 16, "ef_construction": 64}
    lists = sqrt(rows) if rows > 1_000_000 else max(rows / 1000, sqrt(rows) / 2)
    return {"lists": max(1, min(ceil(lists), 32_768))}


def index_name(space: Space, kind: Kind) -> str:
    """Return the name of the index of `kind` in the database."""
    return f"vectors_space_{space.pk}_{kind}"


def build_index(space: Space, kind: Kind, parameters: Mapping[str, int]) -> None:
    """Build the index of `kind`, in place of an earlier one.

    Outside a transaction it is built concurrently: reading and writing go on meanwhile, and the
    earlier index serves until the new one is ready. A space that is still being built costs
    nobody anything, so that is the time to index it.
    """
    name = index_name(space, kind)
    fresh = f"{name}_new"
    concurrently = "" if connection.in_atomic_block else "CONCURRENTLY"
    options = ", ".join(f"{key} = {int(value)}" for key, value in parameters.items())
    create = (
        f"CREATE INDEX {concurrently} {fresh} ON vectors_vector"
        f" USING {kind} (({indexed_columns(space)}) halfvec_ip_ops)"
        f" WITH ({options}) WHERE space_id = {int(space.pk)} AND {_unqualified(kind)}"
    )
    _drop(fresh)  # what an interrupted build may have left, invalid
    if connection.in_atomic_block:
        with local_settings({"maintenance_work_mem": BUILD_MEMORY}):
            _execute(create)
    else:
        _execute(f"SET maintenance_work_mem = '{BUILD_MEMORY}'")
        try:
            _execute(create)
        finally:
            _execute("RESET maintenance_work_mem")
    _drop(name)
    _execute(f"ALTER INDEX {fresh} RENAME TO {name}")


def drop_index(space: Space, kind: Kind) -> None:
    """Drop the index of `kind` if there is one. Queries must no longer be routed to it."""
    _drop(index_name(space, kind))


def drop_indexes(space: Space) -> None:
    """Drop every index of `space`."""
    drop_index(space, "hnsw")
    drop_index(space, "ivfflat")


def index_bytes(space: Space, kind: Kind) -> int:
    """Return the size of the index on disk; 0 if there is none."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(pg_relation_size(to_regclass(%s)), 0)", [index_name(space, kind)]
        )
        return int(cursor.fetchone()[0])


def _unqualified(kind: Kind) -> str:
    return MARKS[kind].removeprefix("v.")


def _drop(name: str) -> None:
    concurrently = "" if connection.in_atomic_block else "CONCURRENTLY"
    _execute(f"DROP INDEX {concurrently} IF EXISTS {name}")


def _execute(statement: str) -> None:
    if connection.in_atomic_block:
        connection.check_constraints()  # pending checks of new rows would forbid it
    with connection.cursor() as cursor:
        cursor.execute(statement)
