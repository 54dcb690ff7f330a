"""Trained models as the workers use them: loaded once, and asked for the rows of works.

Letters used in shapes: N items of the model, S stored columns, D columns of features.
"""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from artrec.errors import ArtrecError
from artrec.models.contract import Content
from artrec.models.export import export, stored_rows
from artrec.serving.bundle import Bundle
from artrec.serving.transform import Transform
from webapp.lab.models import Version
from webapp.vectors import actions
from webapp.vectors.models import Space
from workers import model_files, resources, snapshot_looks
from workers.model_files import Trained
from workers.offered import OFFERED

log = logging.getLogger(__name__)

UNKNOWN: Final = "the model knows nothing of them"
"""Rows of zeros: nobody chose the work, and its looks say nothing to the model."""
CLOSED: Final = "they joined after the training, and this model places works by who chose them only"
LARGE: Final = "their vector is too large to be stored"
FEATURELESS: Final = "their features are not computed"
UNSEEN: Final = "their picture cannot be opened"
_PIXELS: Final = frozenset(offer.name for offer in OFFERED if offer.pixels)
_KEPT: Final = 10
"""Models a worker keeps: one per space that may serve, or each batch of works reads them anew."""

Row = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Encoder:
    """A model ready to give works their rows."""

    trained: Trained
    bundle: Bundle
    rows: NDArray[np.float32]
    """(N, S) of the works it was trained with."""
    place: Mapping[int, int]
    """Row of each artwork it was trained with."""
    extractor: str
    """Whose features it learned from; "" if none."""

    @property
    def open_to_new(self) -> bool:
        """Whether works that joined later can be given rows."""
        return self.trained.model.supports.new_items

    @property
    def sees_pixels(self) -> bool:
        """Whether it looks at the pictures themselves."""
        return self.trained.model.name in _PIXELS

    def needs_content(self, pictures: Mapping[int, str]) -> set[int]:
        """Which of these works (artwork to key of its picture) are placed by their looks alone.

        All that the model has not seen, or not with this picture; none if it cannot place any.
        """
        return {pk for pk, key in pictures.items() if self.open_to_new and not self.saw(pk, key)}

    def saw(self, pk: int, key: str) -> bool:
        """Whether it was trained with this work and this picture of it."""
        row = self.place.get(pk)
        return row is not None and self.trained.pictures[row] == key


@dataclass(frozen=True, slots=True)
class Encoded:
    """What a model says of some works, by artwork id."""

    rows: dict[int, Row]
    """(S,) each, fit to be stored."""
    refused: dict[int, str]
    """Works without a row, and why."""


def encoder(version: Version) -> Encoder:
    """Return the encoder of a version; the last few stay in the process.

    Raises:
        ArtrecError: If its file is not there, damaged, or its model cannot be served.
    """
    return _encoder(version.pk, version.sha256)


def encode(
    model: Encoder, pictures: Mapping[int, str], features: Mapping[int, Row] | None = None
) -> Encoded:
    """Give works their rows.

    Args:
        model: Whose.
        pictures: Artwork ids and the keys of their pictures.
        features: (D,) raw features by the model's extractor of those `needs_content` names; works
            that lack them are refused with that reason. Not asked of models that see pixels.
    """
    fresh = model.needs_content(pictures)
    rows = {pk: model.rows[model.place[pk]] for pk in pictures if pk in model.place}
    rows = {pk: row for pk, row in rows.items() if pk not in fresh}
    refused = {pk: CLOSED for pk in pictures if pk not in rows and pk not in fresh}
    if model.sees_pixels:
        found, unseen = _by_pixels(model, {pk: pictures[pk] for pk in fresh})
        rows |= found
        refused |= unseen
    else:
        known = {pk: row for pk, row in (features or {}).items() if pk in fresh}
        refused |= dict.fromkeys(fresh - known.keys(), FEATURELESS)
        rows |= _by_features(model, known)
    for pk, row in list(rows.items()):
        with np.errstate(over="ignore"):
            half = row.astype(np.float16)
        if not np.isfinite(half).all() or not half.any():
            refused[pk] = LARGE if half.any() else UNKNOWN
            del rows[pk]
    return Encoded(rows, refused)


def store(space: Space, encoded: Encoded) -> None:
    """Store the rows of some works in a space."""
    if encoded.rows:
        ids = sorted(encoded.rows)
        actions.store_vectors(space, ids, np.stack([encoded.rows[pk] for pk in ids]))


def families(extractor: str) -> tuple[tuple[str, int, int], ...]:
    """Return name, first and last column of what the features of an extractor are made of.

    As in the newest look space of it, else as the extractor itself says.
    """
    looks = Space.objects.filter(purpose=actions.LOOK, extractor=extractor)
    newest = looks.exclude(transform=b"").order_by("-pk").first()
    if newest is None:
        return resources.extractor(extractor).families
    return Transform.from_bytes(bytes(newest.transform)).families


@lru_cache(maxsize=_KEPT)
def _encoder(version_pk: int, _sha256: str) -> Encoder:
    version = Version.objects.select_related("run").get(pk=version_pk)
    trained = model_files.load(version)
    bundle, rows = export(trained.model, version=str(version))
    place = {int(pk): row for row, pk in enumerate(trained.artworks)}
    return Encoder(trained, bundle, rows, place, version.run.extractor)


def _by_features(model: Encoder, features: Mapping[int, Row]) -> dict[int, Row]:
    if not features:
        return {}
    ids = sorted(features)
    matrix = np.stack([features[pk] for pk in ids])
    parts = {name: matrix[:, start:stop] for name, start, stop in families(model.extractor)}
    return _new_rows(model, ids, Content(parts))


def _by_pixels(
    model: Encoder, pictures: Mapping[int, str]
) -> tuple[dict[int, Row], dict[int, str]]:
    """Decode the pictures together; if one of them cannot be, each alone."""
    if not pictures:
        return {}, {}
    ids = sorted(pictures)
    config: Any = model.trained.model.config
    size = config.size or snapshot_looks.PIXELS
    with tempfile.TemporaryDirectory() as folder:
        try:
            keys = [pictures[pk] for pk in ids]
            pixels = snapshot_looks.pixels(Path(folder), ids, keys, size=size)
            return _new_rows(model, ids, Content(pixels=np.array(pixels))), {}
        except (ArtrecError, OSError) as error:
            if len(ids) == 1:
                log.warning("artwork %d is not placed: %s", ids[0], error)
                return {}, {ids[0]: UNSEEN}
    rows: dict[int, Row] = {}
    refused: dict[int, str] = {}
    for pk in ids:
        found, unseen = _by_pixels(model, {pk: pictures[pk]})
        rows |= found
        refused |= unseen
    return rows, refused


def _new_rows(model: Encoder, ids: list[int], content: Content) -> dict[int, Row]:
    found = stored_rows(model.trained.model, model.bundle, content)
    return dict(zip(ids, found, strict=True))
