"""Bring an export into this installation: the same works, walls and recommendations.

Safe to begin again: what is here is known by its source, its picture or its name and left alone.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Final

from django.db import transaction

from webapp.exhibitions import actions as exhibitions
from webapp.exhibitions.models import Exhibition
from webapp.feed.models import Serving, Visitor
from webapp.mine.models import Collection
from webapp.transfer import (
    importing_desk,
    importing_first,
    importing_maps,
    importing_spaces,
    importing_works,
)
from webapp.transfer.bags import Reader, open_bag
from webapp.transfer.exporting import ABOUT, FORMAT, VERSION
from webapp.transfer.importing_rows import Numbers, fresh, take_over
from webapp.transfer.report import Report
from webapp.transfer.rows import Json
from webapp.transfer.tables import ARTISTS, EXHIBITIONS, OTHERS, WORKS, Table

STAND_IN: Final = "imported"
"""The visitor who has the collections of people who stayed behind."""
CAME: Final = "Came with an export"


class RefusedError(Exception):
    """An export cannot be imported at all: a sentence."""


def import_export(
    path: Path,
    *,
    people: bool = False,
    report: Report | None = None,
    expect: Callable[[int], None] = lambda _works: None,
    progress: Callable[[int], None] = lambda _works: None,
) -> Report:
    """Import what is not here yet; return what was done and what could not be.

    `people` says whether accounts and what visitors did come along; `expect` hears how many works
    there are, if the export says so, and `progress` how many of them are done.

    Raises:
        NoBagError: If there is no export at `path`.
        RefusedError: If it is none that this version can read, or has no people though asked for.
    """
    report = report or Report()
    with open_bag(path) as bag:
        about = _require_readable(bag, people=people)
        if isinstance(works := about.get("works"), int):
            expect(works)
        numbers: Numbers = {}
        take_over(ARTISTS, bag, numbers, report)
        taken = importing_spaces.take_over(bag, numbers, report)
        importing_works.take_over(bag, numbers, report, progress=progress)
        if taken:
            importing_spaces.fill(bag, numbers, report)
        with transaction.atomic():  # parts come with what they are parts of, or not at all
            _take_over_others(bag, numbers, report, people=people)
            if int(about["version"]) == 1:
                importing_first.take_over_exhibitions(bag, numbers, report)
            importing_desk.take_over_decisions(bag, numbers, report)
            importing_maps.take_over_maps(bag, numbers, report)
        if taken:
            importing_spaces.take_over_models(bag, numbers, report)
        importing_works.show(numbers)
    return report


def look_through(path: Path, *, report: Report | None = None) -> tuple[int, Report]:
    """Check every file of an export and every line of its works; return how many works it has.

    Raises:
        NoBagError, RefusedError: As `import_export`.
    """
    report = report or Report()
    with open_bag(path) as bag:
        _require_readable(bag, people=False)
        for name in bag.sums:
            report.check(bag, name)
        return importing_works.count(bag, report), report


def _require_readable(bag: Reader, *, people: bool) -> Json:
    """Return what an export says of itself."""
    try:
        with bag.open(ABOUT) as stream:
            about: Json = json.load(stream)
        known, version = about["format"] == FORMAT, int(about["version"])
        has_people = bool(about["people"])
    except Exception as error:
        raise RefusedError(f"{ABOUT} is missing or cannot be read; this is no export.") from error
    if not known:
        raise RefusedError(f"{ABOUT} says that this is no export of Artrec.")
    if version > VERSION:
        raise RefusedError(
            f"{ABOUT}: this export has format {version}, and this installation reads up to "
            f"{VERSION}. Update Artrec here, then import it."
        )
    if people and not has_people:
        raise RefusedError(
            "This export has no people in it. Import it without --with-people, or export again "
            "with it."
        )
    return about


def _take_over_others(bag: Reader, numbers: Numbers, report: Report, *, people: bool) -> None:
    for table in OTHERS:
        if table.of_people and not people:
            continue
        if table.model is Serving and Serving.objects.exists():
            continue  # the knobs of a site that is used are its curators' own
        if table.model is Collection and not people:
            _take_over_without_owners(table, bag, numbers, report)
        elif table.model is Exhibition:
            take_over(table, bag, numbers, report, lambda values: values | {"version": 0})
        else:
            take_over(table, bag, numbers, report)
    for made in Exhibition.objects.filter(pk__in=numbers[fresh(EXHIBITIONS)].values()):
        exhibitions.change(made, None, lambda before: (before, CAME))  # to be gone back to


def _take_over_without_owners(table: Table, bag: Reader, numbers: Numbers, report: Report) -> None:
    """Public collections, in the hands of one who stands for all their owners."""
    stand_in = Visitor.objects.get_or_create(label=STAND_IN)[0]
    ownerless = replace(table, links={"cover_id": WORKS})

    def public(values: Json) -> Json | None:
        shown = values.get("visibility") == Collection.Visibility.PUBLIC
        if not shown or values.get("deleted"):
            return None
        return values | {"visitor_id": stand_in.pk, "standard": False}

    take_over(ownerless, bag, numbers, report, public)
