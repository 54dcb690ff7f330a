"""Models by name. A new model is one file and one line here."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Final

from artrec.errors import BundleError, ConfigError
from artrec.models import files
from artrec.models.contract import Recommender

MODELS: Final = {
    "random": "artrec.models.random_order:Random",
    "popularity": "artrec.models.popularity:Popularity",
    "item-knn": "artrec.models.item_knn:ItemKNN",
    "ease": "artrec.models.ease:EASE",
    "als": "artrec.models.als:ALS",
    "visual-popularity": "artrec.models.visual_popularity:VisualPopularity",
    "factor-regression": "artrec.models.factor_regression:FactorRegression",
    "bpr-mf": "artrec.models.bpr_mf:BPRMF",
    "vbpr": "artrec.models.vbpr:VBPR",
    "curatornet": "artrec.models.curatornet:CuratorNet",
    "dvbpr": "artrec.models.dvbpr:DVBPR",
    "acf": "artrec.models.acf:ACF",
    "acf-content": "artrec.models.acf:ContentACF",
    "curatornet-plus": "artrec.models.curatornet_plus:CuratorNetPlus",
    "blend": "artrec.models.blend:Blend",
    "item2vec": "artrec.models.item2vec:Item2Vec",
    "gru4rec": "artrec.models.gru4rec:GRU4Rec",
    "visrank": "artrec.models.visrank:VisRank",
}
"""Name to module and class. Text, so that naming a model does not load what it needs."""


def model_class(name: str) -> type[Recommender]:
    """The class called `name`. Raises ConfigError for a name that is not in MODELS."""
    if name not in MODELS:
        raise ConfigError(f"There is no model {name!r}; choose one of {', '.join(MODELS)}.")
    module, _, attribute = MODELS[name].partition(":")
    found: type[Recommender] = getattr(import_module(module), attribute)
    return found


def load_model(path: Path) -> Recommender:
    """Load a model of any kind. Raises BundleError if the file holds none of MODELS."""
    name = files.model_name(path)
    if name not in MODELS:
        raise BundleError(f"{path} holds a {name!r} model, which this version does not know.")
    return model_class(name).load(path)
