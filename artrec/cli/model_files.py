"""A fitted model beside the item ids that its rows stand for.

The model is MODEL.npz, which `artrec.models.registry.load_model` reads; what the command line has
to know besides is in MODEL.items.json. The two are tied by a digest, so that a model cannot be read
with the ids of another one.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

import numpy as np

from artrec.cli import fingerprint
from artrec.cli.dataset import Prepared
from artrec.cli.options import write_text
from artrec.cli.protocols import Protocol
from artrec.errors import ArtrecError, BundleError, DataError
from artrec.models.contract import Content, Recommender
from artrec.models.registry import load_model

_FORMAT: Final = 1
_NAMED: Final = 3  # ids shown in messages


@dataclass(frozen=True, eq=False)
class Saved:
    """A model read back."""

    model: Recommender
    item_ids: tuple[str, ...]
    """(N,) id of each row."""
    choices: str
    """Digest of the choices of the data set it was fitted on, see `artrec.cli.fingerprint`."""
    data: str
    """Digest of everything in it."""
    protocol: Protocol | None
    """What was hidden from it; None if it saw all choices."""


def items_path(path: Path) -> Path:
    """Where the ids of a model are kept."""
    return path.with_name(f"{path.name.removesuffix('.npz')}.items.json")


def save(path: Path, model: Recommender, prepared: Prepared, protocol: Protocol | None) -> None:
    """Write the model and what it was fitted on. ArtrecError if the disk does not allow it."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        model.save(path)
        content = {
            "format": _FORMAT,
            "model": model.name,
            "model_sha256": _digest(path),
            "choices": prepared.choices,
            "data": fingerprint.of_everything(prepared.dataset, prepared.content),
            "protocol": None if protocol is None else asdict(protocol),
            "item_ids": list(prepared.dataset.items.ids),
        }
    except OSError as error:
        raise ArtrecError(f"Cannot write the model {path}: {error}.") from error
    write_text(items_path(path), json.dumps(content, ensure_ascii=False))


def load(path: Path) -> Saved:
    """Read what `save` wrote. Raises BundleError if a part is missing or they do not fit."""
    model = load_model(path)
    beside = items_path(path)
    try:
        content = json.loads(beside.read_text(encoding="utf-8"))
        if content["format"] != _FORMAT:
            raise BundleError(f"{beside} has format {content['format']}; this reads {_FORMAT}.")
        protocol = content["protocol"]
        saved = Saved(
            model=model,
            item_ids=tuple(str(name) for name in content["item_ids"]),
            choices=str(content["choices"]),
            data=str(content["data"]),
            protocol=None if protocol is None else Protocol(**protocol),
        )
        digest = str(content["model_sha256"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BundleError(
            f"Cannot read {beside}, which says what items the rows of {path.name} are ({error}); "
            f"keep the two together."
        ) from error
    if digest != _digest(path) or len(saved.item_ids) != model.n_items:
        raise BundleError(f"{beside} belongs to another model than {path.name}; train it again.")
    return saved


def aligned(prepared: Prepared, saved: Saved) -> Prepared:
    """The data over the catalogue of the model, in its order.

    Items of the model that the data does not have stay, chosen by nobody; there are no features
    then. Raises DataError if somebody chose an item that the model does not know.
    """
    log = prepared.dataset.interactions
    if log.item_ids == saved.item_ids:
        return prepared
    known = frozenset(saved.item_ids)
    strange = [log.item_ids[row] for row in np.flatnonzero(log.item_counts)]
    strange = [name for name in strange if name not in known]
    if strange:
        raise DataError(
            f"The model knows {len(known)} items, but not {len(strange)} of those chosen in the "
            f"data ({', '.join(strange[:_NAMED])}{', ...' if strange[_NAMED:] else ''}); give the "
            f"data it was trained on, with the same --features, or train it again."
        )
    wider = prepared.dataset.with_features(saved.item_ids)
    order = np.array([wider.interactions.item_rows[name] for name in saved.item_ids])
    dataset = wider.take_items(order)
    rows = np.array([log.item_rows.get(name, -1) for name in saved.item_ids])
    features = {} if np.any(rows < 0) else prepared.content.features
    artists = dataset.items.artists if dataset.items.n_artists else None
    # Pictures are for fitting only; a fitted model has its vectors.
    content = Content({name: matrix[rows] for name, matrix in features.items()}, artists)
    return Prepared(dataset, content, prepared.choices)


def rows_of(ids: Sequence[str], saved: Saved) -> list[int]:
    """Rows of item ids. Raises DataError naming those the model does not know."""
    row = {name: place for place, name in enumerate(saved.item_ids)}
    strange = [name for name in ids if name not in row]
    if strange:
        raise DataError(
            f"The model does not know {', '.join(map(repr, strange[:_NAMED]))}; its ids are like "
            f"{saved.item_ids[0]!r}."
        )
    return [row[name] for name in ids]


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
