"""Spaces, vectors and features in an export: Parquet for numbers, .npz for what makes them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from django.db import connection
from numpy.typing import NDArray

from webapp.transfer.bags import Bag
from webapp.transfer.rows import Json, line, to_json
from webapp.vectors.encoding import from_binary
from webapp.vectors.models import Space

FILE: Final = "data/spaces.jsonl"
FEATURES: Final = "data/features.jsonl"
CHUNK: Final = 1000
"""Vectors in memory at a time, and in a row group of the file."""
ID: Final = "id"
VECTOR: Final = "vector"
Rows = tuple[NDArray[np.int64], NDArray[np.float32]]


def write(bag: Bag, ids: Sequence[int], *, scratch: Path) -> list[Space]:
    """Write the spaces that serve, and the features that the look among them is made of; return
    those spaces."""
    spaces = list(Space.objects.filter(state=Space.State.LIVE).order_by("pk"))
    told = []
    for space in spaces:
        values = to_json(space) | {"vectors": f"data/vectors/space-{space.pk}.parquet"}
        for name in ("transform", "head"):
            if content := bytes(getattr(space, name) or b""):
                values[name] = f"data/vectors/space-{space.pk}.{name}.npz"
                bag.add(values[name], content)
        rows = _stored("vectors_vector", "space_id", space.pk, ids, space.dim)
        about = {"name": str(space), "purpose": space.purpose, "model": space.name}
        about |= {"extractor": space.extractor, "version": str(space.pk), "dim": str(space.dim)}
        _write(bag, values["vectors"], rows, dim=space.dim, about=about, scratch=scratch)
        told.append(line(values))
    bag.add(FILE, "".join(told))
    told = []
    for number, extractor in enumerate(
        sorted({space.extractor for space in spaces if space.purpose == "look"}), start=1
    ):
        if dim := _width(extractor):
            name = f"data/vectors/features-{number}.parquet"
            rows = _stored("vectors_feature", "extractor", extractor, ids, dim)
            about = {"extractor": extractor, "dim": str(dim)}
            _write(bag, name, rows, dim=dim, about=about, scratch=scratch)
            told.append(line({"id": number, "extractor": extractor, "dim": dim, "vectors": name}))
    bag.add(FEATURES, "".join(told))
    return spaces


def _write(
    bag: Bag, name: str, rows: Iterator[Rows], *, dim: int, about: Json, scratch: Path
) -> None:
    vector = pa.list_(pa.float32(), dim)
    schema = pa.schema([(ID, pa.int64()), (VECTOR, vector)], metadata={"artrec": json.dumps(about)})
    path = scratch / "vectors.parquet"
    with pq.ParquetWriter(path, schema, compression="zstd") as writer:
        for ids, values in rows:
            flat = pa.FixedSizeListArray.from_arrays(pa.array(values.ravel()), dim)
            writer.write_table(pa.Table.from_arrays([pa.array(ids), flat], schema=schema))
    with path.open("rb") as stream:
        bag.add(name, stream)


def _stored(
    table: str, column: str, key: int | str, ids: Sequence[int], dim: int
) -> Iterator[Rows]:
    """Read vectors as the database keeps them; table and column are names of this module's."""
    statement = (
        f"SELECT artwork_id, halfvec_send(values) FROM {table}"  # noqa: S608
        f" WHERE {column} = %s AND artwork_id = ANY(%s::bigint[]) ORDER BY artwork_id"
    )
    for start in range(0, len(ids), CHUNK):
        with connection.cursor() as cursor:
            cursor.execute(statement, [key, list(ids[start : start + CHUNK])])
            found = cursor.fetchall()
        if found:
            numbers = np.array([pk for pk, _ in found], dtype=np.int64)
            yield numbers, from_binary((bytes(each) for _, each in found), dim)


def _width(extractor: str) -> int | None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT vector_dims(values) FROM vectors_feature WHERE extractor = %s LIMIT 1",
            [extractor],
        )
        row = cursor.fetchone()
    return int(row[0]) if row else None


def read(stream: IO[bytes], dim: int) -> Iterator[Rows]:
    """Yield the rows of a file of vectors, some at a time.

    Raises:
        ValueError: If it is no such file, or its vectors have another length than `dim`.
    """
    with pq.ParquetFile(stream) as file:
        if set(file.schema_arrow.names) != {ID, VECTOR}:
            raise ValueError(f"it has the columns {file.schema_arrow.names}, not {ID} and {VECTOR}")
        for batch in file.iter_batches(batch_size=CHUNK):
            numbers: Any = batch.column(ID).to_numpy(zero_copy_only=False)
            flat: Any = batch.column(VECTOR).flatten().to_numpy(zero_copy_only=False)
            if flat.size != len(numbers) * dim:
                raise ValueError(f"its vectors do not have {dim} numbers each")
            yield numbers.astype(np.int64), flat.astype(np.float32).reshape(-1, dim)
