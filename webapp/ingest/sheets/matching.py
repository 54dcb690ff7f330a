"""Which row of a table is about which file of its batch."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Final

from webapp.catalog.facts import Facts
from webapp.ingest.models import Item, Sheet
from webapp.ingest.sheets.guessing import FILE, TARGETS
from webapp.ingest.sheets.values import read_row
from webapp.ingest.table import normal


@dataclass(frozen=True, slots=True)
class Match:
    """A row with its file, or with why it has none."""

    number: int
    file: str
    item: int | None
    facts: Facts
    problems: tuple[str, ...]
    """Sentences about the row and its cells."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What applying a table would do."""

    rows: tuple[Match, ...]
    files_without_row: tuple[str, ...]

    @property
    def matched(self) -> tuple[Match, ...]:
        return tuple(row for row in self.rows if row.item is not None)

    @property
    def unmatched(self) -> tuple[Match, ...]:
        return tuple(row for row in self.rows if row.item is None)

    @property
    def problems(self) -> tuple[str, ...]:
        """Of all rows, those without a file included."""
        return tuple(f"Row {row.number}: {said}" for row in self.rows for said in row.problems)

    @property
    def cell_problems(self) -> dict[str, list[int]]:
        """Of the rows that have their file: the numbers of those of which it is said."""
        found: dict[str, list[int]] = {}
        for row in self.matched:
            for sentence in row.problems:
                found.setdefault(sentence, []).append(row.number)
        return found


def plan(sheet: Sheet, mapping: Mapping[str, str]) -> Plan:
    """Match the rows of a table with the files of its batch, without changing anything."""
    items = Item.objects.filter(batch=sheet.batch_id).order_by("pk")
    files = dict(items.values_list("pk", "name"))
    find = _finder(files)
    taken: dict[int, int] = {}
    rows = []
    for number, values in sheet.rows:
        said = read_row(sheet.columns, values, mapping)
        item, problem = find(said.file)
        if item is not None and item in taken:
            problem = f"{said.file} already has a row, number {taken[item]}."
            item = None
        if item is not None:
            taken[item] = number
        problems = [f"{column}: {sentence}" for column, sentence in said.problems]
        told = (problem, *problems) if problem else tuple(problems)
        rows.append(Match(number, said.file, item, said.facts, told))
    without = tuple(name for pk, name in files.items() if pk not in taken)
    return Plan(tuple(rows), without)


def checked_mapping(sheet: Sheet, wanted: Mapping[str, str]) -> dict[str, str]:
    """Return of `wanted` what fits the table, and each target once, by the first of its columns."""
    mapping: dict[str, str] = {}
    for place in range(len(sheet.columns)):
        target = wanted.get(str(place), "")
        if target in TARGETS and target not in mapping.values():
            mapping[str(place)] = target
    return mapping


def names_files(mapping: Mapping[str, str]) -> bool:
    """Tell whether a mapping has a column for the files; nothing can be matched without."""
    return FILE in mapping.values()


def folded(name: str) -> str:
    """Return a path without the differences of capitals and Unicode forms."""
    return unicodedata.normalize("NFKC", normal(name)).casefold()


_FORMS: Final[tuple[Callable[[str], str], ...]] = (
    lambda path: path,
    lambda path: PurePosixPath(path).name,
    lambda path: str(PurePosixPath(path).with_suffix("")),
    lambda path: PurePosixPath(path).stem,
)
"""How a file may be called, most exact first: with or without its folder and its ending."""


def _finder(files: Mapping[int, str]) -> Callable[[str], tuple[int | None, str]]:
    """Return what finds a file by what a row calls it, or says why not."""
    tables = [_by_form(files, form) for form in _FORMS]
    paths = {pk: f"/{folded(name)}" for pk, name in files.items()}

    def find(name: str) -> tuple[int | None, str]:
        if not name.strip() or not folded(name).strip("./"):
            return None, "The row names no file."
        wanted = folded(name)
        asked = dict.fromkeys((wanted, PurePosixPath(wanted).name))
        for table in tables:
            for form in asked:
                found = table.get(form, [])
                # Of files that are called the same, the one whose folders the row names.
                within = [pk for pk in found if f"/{wanted}" in paths[pk]]
                if len(found) == 1 or len(within) == 1:
                    return (found if len(found) == 1 else within)[0], ""
                if found:
                    several = ", ".join(files[pk] for pk in found[:3])
                    return None, f"{name} may be any of several files: {several}."
        return None, f"There is no file {name} in this batch."

    return find


def _by_form(files: Mapping[int, str], form: Callable[[str], str]) -> dict[str, list[int]]:
    table: dict[str, list[int]] = {}
    for pk, name in _usable(files.items()):
        table.setdefault(form(name), []).append(pk)
    return table


def _usable(files: Iterable[tuple[int, str]]) -> Iterable[tuple[int, str]]:
    return ((pk, path) for pk, name in files if (path := folded(name)).strip("./"))
