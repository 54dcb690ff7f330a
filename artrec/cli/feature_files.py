"""Feature files as people have them, brought to one row per item."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np
from numpy.typing import NDArray

from artrec.cli.options import PICTURE_SUFFIXES
from artrec.data.pixels import open_pixels
from artrec.data.readers import read_embeddings, read_tradesy_features
from artrec.errors import DataError


@dataclass(frozen=True, eq=False)
class Family:
    """One family of features, or the pictures themselves, its rows by item id."""

    name: str
    rows: dict[str, int]
    """Row of each item id."""
    matrix: NDArray[Any]
    """(n, D), or (n, M, D) where each picture has M parts; possibly mapped from disk."""


def read_families(given: Sequence[str], known: Collection[str]) -> list[Family]:
    """Families of all files given, each PATH or NAME=PATH.

    `known` are the item ids of the data: a key that is one of them is taken as it stands, any other
    loses its folder and its picture suffix (`images/1.jpg` becomes `1`).

    Raises:
        DataError: If a file cannot be read, two rows show one item, or two families share a name.
    """
    families: dict[str, Family] = {}
    wanted = frozenset(known)
    for entry in given:
        name, path = _name_and_path(entry)
        parts = _read(path)
        for own, keys, matrix in parts:
            full = own if name is None else name if len(parts) == 1 else f"{name}/{own}"
            if full in families:
                raise DataError(
                    f"Two families of features are called {full!r}; name them apart, as in "
                    f"--features first=PATH second=PATH."
                )
            families[full] = Family(full, _rows(path, keys, wanted), matrix)
    return list(families.values())


def read_pictures(path: Path, known: Collection[str]) -> Family:
    """Decoded pictures, written by `extract --features pixels`; keys are matched as above."""
    store = open_pixels(path)
    return Family(f"pictures of {path}", _rows(path, store.ids, frozenset(known)), store.pixels)


def _name_and_path(entry: str) -> tuple[str | None, Path]:
    name, equals, rest = entry.partition("=")
    if equals and name and "/" not in name and not Path(entry).exists():
        return name, Path(rest)
    return None, Path(entry)


def _read(path: Path) -> list[tuple[str, Sequence[str], NDArray[Any]]]:
    """Own name, keys and matrix of each family in a file."""
    if path.is_dir():
        # The package brings torch, which a closed-form model should not have to carry.
        from artrec.features.maps import as_map
        from artrec.features.store import open_store

        store = open_store(path)
        return [(n, store.ids, as_map(n, store.matrix[:, a:b])) for n, a, b in store.families]
    if not path.is_file():
        raise DataError(f"There are no features {path}. Check --features.")
    if path.suffix == ".b":
        ids, features = read_tradesy_features(path)
        return [(path.stem, ids, features)]
    if path.suffix != ".npy":
        raise DataError(f"{path} is neither a folder written by extract nor a .npy nor a .b file.")
    try:
        matrix = np.load(path, mmap_mode="r", allow_pickle=False)
    except ValueError:  # an array of objects, as the tutorials write it
        ids, vectors, _ = read_embeddings(path)
        return [(path.stem, ids, _parts_last(path, vectors))]
    except OSError as error:
        raise DataError(f"Cannot read the features {path}: {error}.") from error
    if matrix.ndim not in (2, 3) or matrix.dtype.kind != "f":
        raise DataError(
            f"{path} must hold floats, (items, dimensions) or (items, parts, dimensions); it is "
            f"{matrix.dtype} {matrix.shape}."
        )
    keys = _ids_beside(path)
    if len(keys) != len(matrix):
        raise DataError(f"{path} has {len(matrix)} rows, but {len(keys)} ids stand beside it.")
    return [(path.stem, keys, matrix)]


def _parts_last(path: Path, vectors: NDArray[Any]) -> NDArray[Any]:
    """Maps (n, D, H, W), as the tutorials keep those of the last block, as (n, H * W, D)."""
    if vectors.ndim == 4:
        return vectors.reshape(*vectors.shape[:2], -1).transpose(0, 2, 1)
    if vectors.ndim not in (2, 3):
        raise DataError(f"{path} must hold a vector or a map per item; one is {vectors.shape[1:]}.")
    return vectors


def _ids_beside(path: Path) -> list[str]:
    """Ids of a plain .npy: NAME.ids.txt, one a line, or NAME.ids.json, a list."""
    lines, listed = path.with_suffix(".ids.txt"), path.with_suffix(".ids.json")
    try:
        if lines.exists():
            return lines.read_text(encoding="utf-8").splitlines()
        if listed.exists():
            return [str(name) for name in json.loads(listed.read_text(encoding="utf-8"))]
    except (OSError, ValueError, TypeError) as error:
        raise DataError(f"Cannot read the ids beside {path}: {error}.") from error
    raise DataError(
        f"{path} says nothing of its rows; put the item ids into {lines.name}, one a line."
    )


def _rows(path: Path, keys: Sequence[str], known: frozenset[str]) -> dict[str, int]:
    rows: dict[str, int] = {}
    for row, key in enumerate(keys):
        name = item_of(key, known)
        if name in rows:
            raise DataError(
                f"{path}: {keys[rows[name]]!r} and {key!r} both show item {name!r}; "
                f"leave one of them out."
            )
        rows[name] = row
    return rows


def item_of(key: str, known: Collection[str]) -> str:
    """The item that a key of a feature file shows."""
    if key in known:
        return key
    path = PurePosixPath(key)
    return path.stem if path.suffix.lower() in PICTURE_SUFFIXES else path.name
