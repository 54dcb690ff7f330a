"""Tradesy, as published with VBPR (He and McAuley, AAAI 2016).

`tradesy.json.gz`: one user a line, `{"uid": ..., "lists": {"selling", "sold", "bought", "want"}}`,
written as JSON or as Python literals. `image_features_tradesy.b`: per item 10 bytes of id and 4096
little-endian float32.
"""

from __future__ import annotations

import ast
import gzip
import json
import zlib
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from artrec.data.assemble import Event, assemble
from artrec.data.dataset import Dataset
from artrec.data.report import Collector
from artrec.data.tables import BadCellError
from artrec.errors import DataError

POSITIVE = ("bought", "want")


def read_tradesy(path: Path, *, lists: tuple[str, ...] = POSITIVE, strict: bool = False) -> Dataset:
    """Items on the named `lists` as choices, once per user and item, without times.

    The data has no times; the order is that of the lists. A line that does not parse is left out.
    """
    problems = Collector(strict=strict)
    events: list[Event] = []
    opener = gzip.open if path.suffix == ".gz" else open
    number = 0
    try:
        with opener(path, "rb") as lines:
            for number, line in enumerate(lines, start=1):
                if not line.strip():
                    continue
                problems.rows_read += 1
                try:
                    events += _events(line, lists)
                except BadCellError as bad:
                    problems.damaged(path, number, bad.column, str(bad))
    except (OSError, EOFError, zlib.error) as error:
        where = f"after line {number}" if number else "at the start"
        raise DataError(f"{path}: damaged or cut off {where} ({error}).") from error
    report = problems.finish(path)
    if not events:
        raise DataError(f"{path}: no user has anything on the lists {', '.join(lists)}.")
    return assemble(events, report)


def _events(line: bytes, lists: tuple[str, ...]) -> list[Event]:
    record = _parse(line)
    if not isinstance(record, dict) or not isinstance(record.get("lists"), dict):
        raise BadCellError("lists", "the line is not an object with lists.")
    user = str(record.get("uid", "")).strip()
    if not user:
        raise BadCellError("uid", "the user has no id.")
    items: dict[str, None] = {}
    for name in lists:
        entries = record["lists"].get(name, [])
        if not isinstance(entries, list):
            raise BadCellError(name, "expected a list of items.")
        items.update((str(entry).strip(), None) for entry in entries)
    if "" in items:
        raise BadCellError("lists", "an item has no id.")
    return [Event(user, item, None) for item in items]


def _parse(line: bytes) -> Any:
    try:
        text = line.decode("utf-8")
    except UnicodeDecodeError:
        raise BadCellError("", "the line is not UTF-8 text.") from None
    try:
        return json.loads(text)
    except ValueError:
        pass
    try:
        return ast.literal_eval(text.strip())
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        raise BadCellError("", "the line is neither JSON nor a Python literal.") from None


def read_tradesy_features(
    path: Path, *, dimension: int = 4096
) -> tuple[tuple[str, ...], NDArray[np.float32]]:
    """Ids and features (N, `dimension`) of the binary file, mapped from disk and not copied.

    Raises DataError if the size is no whole number of records, or an id is not text or repeats.
    """
    record = np.dtype([("id", "S10"), ("features", "<f4", (dimension,))])
    try:
        size = path.stat().st_size
        if size == 0 or size % record.itemsize:
            raise DataError(
                f"{path}: {size} bytes are no whole number of records of {record.itemsize} bytes; "
                f"the file is cut off or its features have not {dimension} dimensions."
            )
        table = np.memmap(path, dtype=record, mode="r")
    except OSError as error:
        raise DataError(f"{path}: cannot be read ({error.strerror or error}).") from error
    try:
        ids = tuple(name.decode("ascii").strip() for name in table["id"].tolist())
    except UnicodeDecodeError as error:
        raise DataError(f"{path}: an item id is not text ({error}).") from error
    if len(set(ids)) != len(ids):
        raise DataError(f"{path}: {len(ids) - len(set(ids))} item ids repeat.")
    return ids, table["features"]
