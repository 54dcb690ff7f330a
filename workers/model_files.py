"""Trained models in the private storage: the model, and which artwork each of its rows is.

A version's file `NAME.npz` is what `artrec.models` saves; beside it stands `NAME.works.npz` with
the artworks of the rows. Both go under one digest, so a model is never read with the rows of
another one.
"""

from __future__ import annotations

import hashlib
import io
import tempfile
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from numpy.typing import NDArray

from artrec.errors import BundleError
from artrec.models.base import ProfileModel
from artrec.models.registry import load_model
from webapp.lab.models import Version

MODELS: Final = "models"


@dataclass(frozen=True, eq=False)
class Trained:
    """A model read back, with the artworks it knows."""

    model: ProfileModel
    artworks: NDArray[np.int64]
    """(N,) artwork id of each item row; a work may be deleted by now."""
    pictures: tuple[str, ...]
    """(N,) `ArtworkImage.key` that each work had when the data were drawn: another key by now
    means that the model has not seen the picture."""


def save(
    name: str, model: ProfileModel, artworks: Sequence[int], pictures: Sequence[str]
) -> tuple[str, str]:
    """Store a model and its artworks; return `Version.file` and `Version.sha256`.

    Args:
        name: What to call it, e.g. "run-12"; the storage makes it unique.
        model: Fitted.
        artworks: (N,) artwork id of each item row.
        pictures: (N,) key of each work's picture.

    Raises:
        ValueError: If the lists do not have one entry per item.
    """
    if not len(artworks) == len(pictures) == model.n_items:
        raise ValueError(
            f"A model of {model.n_items} items needs as many artworks and pictures, got "
            f"{len(artworks)} and {len(pictures)}."
        )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.npz"
        model.save(path)
        content = path.read_bytes()
    works = io.BytesIO()
    ids = np.asarray(artworks, dtype=np.int64)
    np.savez(works, allow_pickle=False, artworks=ids, pictures=np.asarray(pictures, dtype=np.str_))
    storage = storages[MODELS]
    file = storage.save(f"{name}.npz", ContentFile(content))
    beside = _beside(file)
    storage.delete(beside)  # of a model that was deleted without it
    storage.save(beside, ContentFile(works.getvalue()))
    return file, _digest(content, works.getvalue())


def load(version: Version) -> Trained:
    """Read what `save` stored.

    Raises:
        BundleError: If a file is missing, damaged, or not the one that was stored.
    """
    storage = storages[MODELS]
    try:
        with storage.open(version.file) as file, storage.open(_beside(version.file)) as beside:
            content, works = file.read(), beside.read()
    except OSError as error:
        raise BundleError(f"The model of {version} cannot be read: {error}.") from error
    if _digest(content, works) != version.sha256:
        raise BundleError(
            f"The model file of {version} is not the one that was stored ({version.file}); restore "
            f"it from a backup, or train it again."
        )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.npz"
        path.write_bytes(content)
        model = load_model(path)
    try:
        with np.load(io.BytesIO(works), allow_pickle=False) as data:
            artworks, pictures = data["artworks"], data["pictures"]
    except (KeyError, ValueError, zipfile.BadZipFile) as error:
        raise BundleError(f"The artworks of {version} cannot be read: {error}.") from error
    if not isinstance(model, ProfileModel) or len(artworks) != model.n_items:
        raise BundleError(f"The model of {version} and its artworks do not fit together.")
    return Trained(model, artworks, tuple(pictures.tolist()))


def delete(version: Version) -> None:
    """Delete the files of a version; missing ones are no error."""
    if not version.file:
        return
    for name in (version.file, _beside(version.file)):
        storages[MODELS].delete(name)


def _beside(file: str) -> str:
    return f"{file.removesuffix('.npz')}.works.npz"


def _digest(content: bytes, works: bytes) -> str:
    return hashlib.sha256(content + works).hexdigest()
