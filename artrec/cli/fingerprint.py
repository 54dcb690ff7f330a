"""Digests that say whether two runs stood on the same data."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from artrec.data import Dataset, Interactions
from artrec.models.contract import Content


def of_choices(log: Interactions) -> str:
    """Digest of who chose what and when."""
    return _of_parts(_choices(log))


def of_everything(dataset: Dataset, content: Content) -> str:
    """Digest of all that models and protocols see: also artists, times on offer and features."""
    items = dataset.items
    parts = [*_choices(dataset.interactions)]
    parts += [items.artists, items.one_of_a_kind, items.added, items.sold]
    for name, rows in sorted(content.features.items()):
        parts += [f"{name} {rows.shape} {rows.dtype}", rows]
    if content.pixels is not None:
        parts += [str(content.pixels.shape), content.pixels]
    return _of_parts(parts)


def _choices(log: Interactions) -> Iterator[str | NDArray[Any]]:
    yield "\0".join(log.user_ids)
    yield "\0".join(log.item_ids)
    yield from (log.indptr, log.items, log.times)
    if log.parts is not None:
        yield log.parts


def _of_parts(parts: Iterable[str | NDArray[Any]]) -> str:
    digest = hashlib.sha256()
    for part in parts:
        if isinstance(part, str):
            digest.update(part.encode("utf-8", "surrogateescape"))
        else:
            digest.update(np.ascontiguousarray(part).data)
    return digest.hexdigest()
