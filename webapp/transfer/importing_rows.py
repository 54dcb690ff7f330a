"""Take over the rows of a table: links lead to the rows as they are numbered here."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, Final

from django.db import models

from webapp.transfer.bags import Reader
from webapp.transfer.report import Report
from webapp.transfer.rows import Json, RowError, from_json, insert, read_lines
from webapp.transfer.tables import WORKS, Table

CHUNK: Final = 500
Numbers = dict[str, dict[int, int]]
"""By table: the number a row has here, by the one it had where it came from. Under `fresh(table)`
those alone that this import made."""


def fresh(table: str) -> str:
    """Return under what the numbers of rows are kept that this import made."""
    return f"new {table}"


def take_over(
    table: Table,
    bag: Reader,
    numbers: Numbers,
    report: Report,
    change: Callable[[Json], Json | None] = lambda values: values,
) -> None:
    """Insert the rows of a table that are not here yet, and note the numbers of all.

    `change` may make others of the values of a row, or None where it shall stay behind.
    """
    mine = numbers.setdefault(table.name, {})
    new = numbers.setdefault(fresh(table.name), {})
    rows = _read(table, bag, numbers, report, change)
    for chunk in _chunks(rows, CHUNK):
        known = _known(table, [values for _, values in chunk])
        lacking = []
        for place, values in chunk:
            key = _identity(table, values)
            if key in known:
                mine[values["id"]] = known[key]
                report.known[table.name] += 1
            else:
                lacking.append((place, values))
        made = insert(table.model, lacking, report)
        mine |= made
        new |= made
        report.made[table.name] += len(made)


def _read(
    table: Table,
    bag: Reader,
    numbers: Numbers,
    report: Report,
    change: Callable[[Json], Json | None],
) -> Iterator[tuple[str, Json]]:
    for place, raw in read_lines(bag, table.file, report):
        try:
            values = from_json(table.model, raw) | {"id": raw["id"]}
        except RowError as error:
            report.trouble(f"{place}: {error}")
            continue
        if _link(table, values, numbers) and (changed := change(values)) is not None:
            yield place, changed


def _link(table: Table, values: Json, numbers: Numbers) -> bool:
    """Let the links of a row lead to rows that are here; False if one that must be is not."""
    for column, target in table.links.items():
        if values.get(column) is not None:
            rows = fresh(target) if column == table.part_of else target
            values[column] = numbers.get(rows, {}).get(values[column])
            if values[column] is None and not _may_be_empty(table.model, column):
                return False
    works = numbers.get(WORKS, {})
    for column in table.lists:
        if values.get(column) is not None:
            values[column] = [works[pk] for pk in _numbers(values[column]) if pk in works]
    return True


def _numbers(value: Any) -> list[int]:
    return [pk for pk in value if isinstance(pk, int)] if isinstance(value, list) else []


def _may_be_empty(model: type[models.Model], column: str) -> bool:
    return any(field.attname == column and field.null for field in model._meta.concrete_fields)


def _identity(table: Table, values: Json) -> tuple[Any, ...]:
    return tuple(values.get(column) for column in table.identity)


def _known(table: Table, rows: Sequence[Json]) -> dict[tuple[Any, ...], int]:
    """Numbers of those rows that are here, by what they are known by."""
    found = table.model._default_manager.all()
    if table.identity:
        # The rarest column narrows the search; all of them decide.
        column = table.identity[-1] if table.identity[-1] == "created" else table.identity[0]
        found = found.filter(**{f"{column}__in": {row.get(column) for row in rows}})
    return {tuple(each[:-1]): each[-1] for each in found.values_list(*table.identity, "pk")}


def _chunks(rows: Iterable[Any], size: int) -> Iterator[list[Any]]:
    rows = iter(rows)
    while chunk := list(islice(rows, size)):
        yield chunk
