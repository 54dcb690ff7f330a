"""What every trained model is measured beside: VisRank over the look, Popularity and Random."""

from __future__ import annotations

import logging
from typing import Final

import numpy as np

from artrec.data import Interactions
from artrec.errors import ArtrecError
from artrec.models.base import ProfileModel
from artrec.models.contract import Content, Floats, TrainingData
from artrec.models.popularity import Popularity
from artrec.models.random_order import Random
from artrec.models.visrank import VisRank
from webapp.vectors.queries import live_space
from workers import snapshot_looks
from workers.gate import VISRANK

log = logging.getLogger(__name__)

POPULARITY: Final = "popularity"
RANDOM: Final = "random"
NAMES: Final = {VISRANK: "VisRank", POPULARITY: "Popularity", RANDOM: "Random"}


def fit_all(data: TrainingData, train: Interactions) -> dict[str, ProfileModel]:
    """Fit them on `train`, by the key they have in a report.

    VisRank compares the features that visitors are served by, whatever the measured model looks at;
    where no work has any it is left out.
    """
    found: dict[str, ProfileModel] = {}
    looks = look_of(data)
    if looks is not None:
        found[VISRANK] = VisRank.fit(TrainingData(train, looks))
    found[POPULARITY] = Popularity.fit(TrainingData(train))
    found[RANDOM] = Random.fit(TrainingData(train))
    return found


def look_of(data: TrainingData) -> Content | None:
    """Features of the live look space for every item of `data`, or else those it was trained on.

    A work without features gets the mean of the others, which says nothing of it.
    """
    space = live_space()
    items = [int(name) for name in data.interactions.item_ids]
    try:
        stored = snapshot_looks.features(space.extractor if space else "", items)
    except ArtrecError as error:
        log.warning("the look cannot be compared: %s", error)
        stored = snapshot_looks.Looks({})
    if not stored.known:
        features = data.content.features
        return Content(features, data.content.artists) if features else None
    columns: Floats = np.stack(list(stored.known.values())).mean(axis=0, dtype=np.float32)
    rows = np.stack([stored.known.get(pk, columns) for pk in items]).astype(np.float32)
    parts = {name: rows[:, start:stop] for name, start, stop in stored.families}
    return Content(parts, data.content.artists)
