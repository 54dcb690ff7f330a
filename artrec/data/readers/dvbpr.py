"""The `.npy` files of DVBPR (Kang et al., ICDM 2017): choices, split and JPEG bytes in one pickle.

The array is `[user_train, user_validation, user_test, Item, usernum, itemnum]`; `user_*[u]` lists
dictionaries with `productid`, `Item[i]["imgs"]` is a JPEG. Pickled by Python 2.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from artrec.data.assemble import Event, Fact, assemble
from artrec.data.dataset import Dataset
from artrec.data.interactions import TEST, TRAIN, VALIDATION
from artrec.data.report import Collector
from artrec.data.safe_pickle import load_object_array
from artrec.errors import DataError


@dataclass(frozen=True, eq=False)
class DvbprData:
    """The choices, split as published, and the pictures."""

    dataset: Dataset
    images: tuple[bytes | None, ...]
    """(N,) JPEG bytes by item row; None where the file has none."""


def read_dvbpr(path: Path, *, strict: bool = False) -> DvbprData:
    """Choices with their published `parts`, and the image of each item.

    There are no times; training, validation and test events of a user follow in this order. The
    pickle is read by an unpickler that builds data only. Raises DataError for any other content.
    """
    content = load_object_array(path, encoding="bytes")
    if content.ndim != 1 or len(content) != 6:
        raise DataError(f"{path}: expected six entries, from user_train to itemnum.")
    n_users, n_items = (_count(path, content[place], name) for place, name in _COUNTS)
    problems = Collector(strict=strict)
    events: list[Event] = []
    for part, table in ((TRAIN, content[0]), (VALIDATION, content[1]), (TEST, content[2])):
        for user, choices in _entries(path, table):
            events += _choices(path, user, choices, part, n_users, n_items, problems)
    report = problems.finish(path)
    dataset = assemble(
        events,
        report,
        facts={str(item): Fact() for item in range(n_items)},
        extra_users=map(str, range(n_users)),
    )
    pictures = {item: _field(entry, "imgs") for item, entry in _entries(path, content[3])}
    images = [pictures.get(item) for item in range(n_items)]
    return DvbprData(dataset, tuple(im if isinstance(im, bytes) else None for im in images))


_COUNTS = ((4, "usernum"), (5, "itemnum"))


def _count(path: Path, value: Any, name: str) -> int:
    try:
        count = int(value)
    except (TypeError, ValueError):
        count = 0
    if count < 1:
        raise DataError(f"{path}: {name} must be a positive number; it is {value!r}.")
    return count


def _entries(path: Path, table: Any) -> Iterable[tuple[Any, Any]]:
    """A dictionary and a list by number are both in use."""
    if isinstance(table, dict):
        return table.items()
    if hasattr(table, "__len__") and not isinstance(table, str | bytes):
        return enumerate(table)
    raise DataError(f"{path}: expected a table by number, found {type(table).__name__}.")


def _choices(
    path: Path,
    user: Any,
    choices: Any,
    part: int,
    n_users: int,
    n_items: int,
    problems: Collector,
) -> list[Event]:
    events = []
    where = f"user {user!r}"
    for choice in choices if isinstance(choices, list | tuple) else [choices]:
        problems.rows_read += 1
        item = _field(choice, "productid")
        if not isinstance(user, int) or not 0 <= user < n_users:
            problems.damaged(path, 0, where, f"the user is not one of {n_users}.")
        elif not isinstance(item, int) or not 0 <= item < n_items:
            message = f"productid {item!r} is not one of {n_items}."
            problems.damaged(path, 0, where, message)
        else:
            events.append(Event(str(user), str(item), None, part))
    return events


def _field(entry: Any, name: str) -> Any:
    """A value under a key that Python 2 wrote as bytes and Python 3 as text."""
    if not isinstance(entry, dict):
        return None
    return entry.get(name.encode(), entry.get(name))
