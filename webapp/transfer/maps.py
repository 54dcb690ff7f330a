"""The maps of an export: where works stand as Parquet, and the neighbourhoods with their names."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Any, Final, cast

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from django.core.files.storage import storages
from numpy.typing import NDArray

from webapp.selections.queries import among
from webapp.studio import queries
from webapp.studio.actions import FILES
from webapp.studio.models import Map, Naming, Neighbourhood, Place
from webapp.transfer.bags import Bag, is_full
from webapp.transfer.rows import line, to_json
from webapp.transfer.tables import MAPS, NAMINGS, NEIGHBOURHOODS

SCHEMA: Final = pa.schema(
    [
        ("id", pa.int64()),
        ("x", pa.float64()),
        ("y", pa.float64()),
        ("neighbourhood", pa.int64()),
        ("drawn", pa.bool_()),
    ]
)
"""Of the places: the work, where it stands, between -1 and 1, the finest neighbourhood it stands
in, by its id, and whether the map was drawn from it or it joined later. In the map's order."""


def write(bag: Bag, ids: Sequence[int], *, scratch: Path) -> None:
    """Write the maps that are shown: one of each purpose, with the places of works `ids`."""
    purposes = queries.ready().order_by("purpose").values_list("purpose", flat=True).distinct()
    shown = [found for purpose in purposes if (found := queries.live_map(purpose))]
    told = [_write(bag, found, ids, scratch / "places.parquet") for found in shown]
    bag.add(MAPS.file, "".join(told))
    nodes = Neighbourhood.objects.filter(map__in=shown).order_by("pk")
    bag.add(NEIGHBOURHOODS.file, "".join(line({"id": node.pk} | to_json(node)) for node in nodes))
    namings = Naming.objects.filter(neighbourhood__map__in=shown).order_by("pk")
    bag.add(NAMINGS.file, "".join(line({"id": each.pk} | to_json(each)) for each in namings))


def _write(bag: Bag, found: Map, ids: Sequence[int], scratch: Path) -> str:
    """Write the places of a map, and what gives works to come theirs; return its line."""
    places = Place.objects.filter(map=found, artwork__in=among(ids)).order_by("number")
    names = ("artwork_id", "x", "y", "cluster_id", "number")
    rows = [(*told, number < found.count) for *told, number in places.values_list(*names)]
    columns = [list(column) for column in zip(*rows, strict=True)] or [[]] * len(SCHEMA)
    about = {"name": str(found), "purpose": found.purpose}
    schema = SCHEMA.with_metadata({"artrec": json.dumps(about)})
    pq.write_table(pa.table(columns, schema=schema), scratch, compression="zstd")
    name = f"data/maps/map-{found.pk}"
    with scratch.open("rb") as stream:
        bag.add(f"{name}.parquet", stream)
    values = to_json(found, leave_out=MAPS.leave_out) | {"places": f"{name}.parquet", "file": ""}
    try:
        with storages[FILES].open(found.file) as stream:
            bag.add(f"{name}.npz", cast(Any, stream))
        values["file"] = f"{name}.npz"
    except OSError as error:  # it is shown without; only works to come are not placed
        if is_full(error):
            raise
    return line(values)


def read(stream: IO[bytes]) -> dict[str, NDArray[Any]]:
    """Return the columns of a file of places.

    Raises:
        ValueError: If it is no such file.
    """
    table = pq.read_table(stream)
    if table.schema.remove_metadata() != SCHEMA:
        raise ValueError(f"it has the columns {', '.join(map(str, table.schema))}")
    found = {name: table[name].to_numpy() for name in SCHEMA.names}
    if not np.isfinite([found["x"], found["y"]]).all():
        raise ValueError("a place is not a number")
    return found
