"""Between rows of the database and lines of JSON, field by field, with every value checked."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.core.management.color import no_style
from django.db import DatabaseError, connection, models, transaction

from webapp.transfer.bags import DamagedError, Reader
from webapp.transfer.report import Report

Json = dict[str, Any]
TOLD: Final = 200
"""Characters of a broken line that are repeated to who reads the report."""


class RowError(Exception):
    """A row says something that cannot be stored: a sentence."""


def to_json(row: models.Model, *, leave_out: Collection[str] = ()) -> Json:
    """Return a row as JSON values by column; links are numbers of the rows they lead to."""
    return {
        field.attname: getattr(row, field.attname)
        for field in _fields(type(row))
        if field.attname not in leave_out
    }


def line(values: Mapping[str, Any]) -> str:
    """Return values as one line of JSON."""
    return json.dumps(values, default=_text, ensure_ascii=False) + "\n"


def _text(value: object) -> str:
    """Times to the microsecond: rows are known again by theirs."""
    return value.isoformat() if isinstance(value, datetime | date) else str(value)


def from_json(model: type[models.Model], values: Mapping[str, Any]) -> Json:
    """Return what a row's columns shall be; columns that this version does not know are left out.

    Raises:
        RowError: If a value cannot stand in its column.
    """
    return {
        field.attname: _checked(field, values[field.attname])
        for field in _fields(model)
        if field.attname in values
    }


def _checked(field: models.Field[Any, Any], value: Any) -> Any:
    if value is None:
        if not field.null:
            raise RowError(f"{field.attname} is missing.")
        return None
    target = field.target_field if isinstance(field, models.ForeignKey) else field
    try:
        found = target.to_python(value)
        if "\0" in str(found):
            raise RowError(f"{field.attname} holds a character that cannot be stored.")
        if not isinstance(field, models.ForeignKey):
            target.run_validators(found)
            if field.choices and found not in target.empty_values:
                target.validate(found, None)
    except (ValidationError, TypeError, ValueError, OverflowError) as error:
        told = " ".join(error.messages) if isinstance(error, ValidationError) else str(error)
        raise RowError(f"{field.attname}: {told}") from error
    return found


def _fields(model: type[models.Model]) -> list[models.Field[Any, Any]]:
    """Columns but those of bytes, which travel as files."""
    fields = model._meta.concrete_fields
    return [field for field in fields if not isinstance(field, models.BinaryField)]


def read_lines(bag: Reader, name: str, report: Report) -> Iterator[tuple[str, Json]]:
    """Yield place ("data/works.jsonl, line 7") and values of each line that can be read."""
    if not bag.has(name):
        return
    report.check(bag, name)
    try:
        stream = bag.open(name)
    except DamagedError:
        return  # told by the check
    with stream:
        for number, raw in enumerate(stream, start=1):
            place = f"{name}, line {number}"
            try:
                values = json.loads(raw)
            except ValueError as error:
                report.trouble(f"{place}: this is no JSON ({error}).")
                continue
            if not isinstance(values, dict) or not isinstance(values.get("id"), int):
                shown = raw.decode(errors="replace").strip()[:TOLD]
                report.trouble(f"{place}: a row has a number as its id, this has none: {shown}")
                continue
            yield place, values


def insert(
    model: type[models.Model], rows: Sequence[tuple[str, Json]], report: Report
) -> dict[int, int]:
    """Insert rows with their places; return the number each got by the one it had.

    A row keeps its number where that is free. A row that the database refuses is told and left out.
    """
    if not rows:
        return {}
    wanted = [values["id"] for _, values in rows]
    manager = model._default_manager
    taken = set(manager.filter(pk__in=wanted).values_list("pk", flat=True))
    try:
        with transaction.atomic():
            return _insert(model, [values for _, values in rows], taken)
    except DatabaseError:
        pass  # one of them; find out which
    numbers: dict[int, int] = {}
    for place, values in rows:
        try:
            with transaction.atomic():
                numbers |= _insert(model, [values], taken)
        except DatabaseError as error:
            told = " ".join(str(error).split())
            report.trouble(f"{place}: the row does not fit the others ({told}).")
    return numbers


def _insert(
    model: type[models.Model], rows: Sequence[Json], taken: Collection[int]
) -> dict[int, int]:
    key = model._meta.pk.attname
    if key == "id":
        numbered = [(row["id"], model(**row)) for row in rows if row["id"] not in taken]
        others = [(row["id"], model(**{**row, "id": None})) for row in rows if row["id"] in taken]
    else:  # a link is its number
        bare = [(row["id"], {name: row[name] for name in row if name != "id"}) for row in rows]
        numbered, others = [(number, model(**row)) for number, row in bare], []
    stamps = [
        field.name
        for field in model._meta.concrete_fields
        if getattr(field, "auto_now", False) or getattr(field, "auto_now_add", False)
    ]
    numbers: dict[int, int] = {}
    for group in (numbered, others):
        made = [row for _, row in group]
        before = [{name: getattr(row, name) for name in stamps} for row in made]
        model._default_manager.bulk_create(made)
        # Creating stamps the rows with the time of now; theirs is another.
        for row, times in zip(made, before, strict=True):
            for name, time in times.items():
                setattr(row, name, time)
        if stamps and made:
            model._default_manager.bulk_update(made, stamps)
        numbers |= {old: row.pk for (old, row) in group}
        count_on(model)
    return numbers


def count_on(model: type[models.Model]) -> None:
    """Let the next number the database gives be one that is free."""
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), [model]):
            cursor.execute(statement)
