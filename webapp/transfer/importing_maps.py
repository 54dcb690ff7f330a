"""Take over the maps of an export, with their neighbourhoods, the names that curators gave, and the
history of these.

A gallery that has a map of the same purpose keeps its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import numpy as np
import pyarrow as pa
from django.core.files.base import File
from django.core.files.storage import storages
from django.db.models import Max
from numpy.typing import NDArray

from webapp.jobs import Job, enqueue
from webapp.studio import queries
from webapp.studio.actions import FILES
from webapp.studio.models import Map, Neighbourhood, Place
from webapp.transfer.bags import DamagedError, Reader
from webapp.transfer.importing_rows import Numbers, fresh, take_over
from webapp.transfer.maps import read
from webapp.transfer.report import Report
from webapp.transfer.rows import Json, read_lines
from webapp.transfer.tables import MAPS, NAMINGS, NEIGHBOURHOODS, WORKS

OWN_MAP: Final = "This gallery has a map of its own, “{}”, and keeps its neighbourhoods and names."
NEEDED: Final = {"purpose", "number", "label", "created"}
CHUNK: Final = 5_000
SHOWN: Final = 24
"""Works that stand for a neighbourhood, at most."""
Places = dict[str, NDArray[Any]]


def take_over_maps(bag: Reader, numbers: Numbers, report: Report) -> None:
    """Take over the maps that are not here yet. To be called in a transaction."""
    found = dict(_readable(bag, report))
    own = Map.objects.filter(state=Map.State.READY).values_list("purpose", "created", "label")
    here = {purpose: label for purpose, _, label in own}
    known = {(purpose, created) for purpose, created, _ in own}

    def wanted(values: Json) -> Json | None:
        if values["id"] not in found:
            return None
        if values["purpose"] in here and (values["purpose"], values["created"]) not in known:
            report.notes.append(OWN_MAP.format(here[values["purpose"]]))
            return None
        last = Map.objects.filter(purpose=values["purpose"]).aggregate(last=Max("number"))["last"]
        number = max(values["number"], (last or 0) + 1)  # of one that failed, say
        return values | {"number": number, "file": "", "sheets_due": True}

    take_over(MAPS, bag, numbers, report, wanted)
    made = numbers[fresh(MAPS.name)]
    if made:
        _take_over_neighbourhoods(bag, numbers, report)
        for number, pk in made.items():
            raw, places = found[number]
            report.made["maps/places"] += _fill(pk, places, numbers)
            _show_others(Map.objects.get(pk=pk))
            _keep_file(bag, pk, raw.get("file"))
        enqueue(Job.DRAW_MAP)  # the pictures on them


def _readable(bag: Reader, report: Report) -> Iterator[tuple[int, tuple[Json, Places]]]:
    """The maps whose files are whole, by number, with their places."""
    for place, raw in read_lines(bag, MAPS.file, Report()):  # told when they are taken over
        try:
            if lacking := NEEDED - raw.keys():
                raise ValueError(f"{min(lacking)} is missing.")
            with bag.checked(str(raw.get("places"))) as stream:
                places = read(stream)
            if raw.get("file"):
                bag.checked(str(raw["file"])).close()
        except (DamagedError, ValueError, pa.ArrowException) as error:
            report.trouble(f"{place}: the map cannot be taken over: {error}")
        else:
            yield raw["id"], (raw, places)


def _take_over_neighbourhoods(bag: Reader, numbers: Numbers, report: Report) -> None:
    parents: dict[int, int | None] = {}

    def without_parent(values: Json) -> Json:
        parents[values["id"]] = values.get("parent_id")
        return values | {"parent_id": None}

    take_over(NEIGHBOURHOODS, bag, numbers, report, without_parent)
    mine = numbers[NEIGHBOURHOODS.name]
    nodes = Neighbourhood.objects.in_bulk(list(mine.values()))
    for number, pk in mine.items():
        nodes[pk].parent_id = mine.get(parents[number] or 0)
    Neighbourhood.objects.bulk_update(nodes.values(), ["parent"], batch_size=CHUNK)
    take_over(NAMINGS, bag, numbers, report)


def _fill(pk: int, places: Places, numbers: Numbers) -> int:
    """Let the works stand on a map that are here, numbered without gaps; return how many."""
    works, nodes = numbers[WORKS], numbers[NEIGHBOURHOODS.name]
    rows = zip(*(places[name].tolist() for name in ("id", "x", "y", "neighbourhood")), strict=True)
    here: dict[int, tuple[int, float, float, int]] = {}  # two works of an export may be one here
    for number, (work, x, y, node) in enumerate(rows):
        if work in works and node in nodes:
            here.setdefault(works[work], (number, x, y, nodes[node]))
    Place.objects.bulk_create(
        (
            Place(map_id=pk, artwork_id=work, number=number, x=x, y=y, cluster_id=node)
            for number, (work, (_, x, y, node)) in enumerate(here.items())
        ),
        batch_size=CHUNK,
    )
    drawn = np.array([places["drawn"][row] for row, *_ in here.values()], dtype=bool)
    Map.objects.filter(pk=pk).update(count=int(drawn.sum()))
    return len(here)


def _show_others(found: Map) -> None:
    """Let works stand for a neighbourhood whose typical ones stayed behind, as of a selection."""
    tree = queries.tree(found)
    bare = [node for node in tree.nodes.values() if not node.typical]
    for node in bare:
        there = Place.objects.filter(cluster__in=tree.leaves(node)).order_by("number")
        node.typical = list(there.values_list("artwork_id", flat=True)[:SHOWN])
    Neighbourhood.objects.bulk_update(bare, ["typical"], batch_size=CHUNK)


def _keep_file(bag: Reader, pk: int, name: str | None) -> None:
    """Store what gives works to come their place. A map without it is shown, and the next one is
    laid over it, but it is of no space that serves."""
    if not name:
        Map.objects.filter(pk=pk).update(space=None)
        return
    with bag.checked(name) as stream:
        file = storages[FILES].save(f"imported-map-{pk}.npz", File(stream))
    Map.objects.filter(pk=pk).update(file=file)
