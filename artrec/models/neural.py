"""What the models trained by gradient have in common: held-out data, a source, the loop, an export.

A fitted model holds plain NumPy arrays and needs no torch to score.
"""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass, fields, replace
from typing import Any, ClassVar, Self, TypeVar, cast
from weakref import WeakKeyDictionary

import numpy as np
import torch

from artrec.data import Interactions
from artrec.models.base import VectorModel
from artrec.models.contract import Content, TrainingData
from artrec.sampling import SamplingConfig, Strategy, World
from artrec.sampling.clusters import VisualClusters, visual_clusters
from artrec.training.config import TrainingConfig
from artrec.training.in_batch import in_batch_source
from artrec.training.loop import train
from artrec.training.network import Network
from artrec.training.runtime import Runtime
from artrec.training.sources import Source, triplet_source, user_source
from artrec.training.validation import hold_out

C = TypeVar("C")


@dataclass(frozen=True, eq=False)
class NeuralModel(VectorModel):
    """A model fitted by `artrec.training`. Its config has `training` and `sampling`."""

    trains: ClassVar[bool] = True
    """`fit` takes a `Runtime`, takes long, and can be interrupted."""
    uses_profiles: ClassVar[bool] = True
    """Whether a user vector is made of the profile; otherwise no profiles are drawn."""

    @classmethod
    @abstractmethod
    def _network(cls, data: TrainingData, config: Any) -> Network:
        """An untrained network. Random numbers come from torch's generator, already seeded."""

    @classmethod
    @abstractmethod
    def _export(cls, network: Any, data: TrainingData, config: Any) -> Self:
        """The fitted model of a trained network."""

    @classmethod
    def fit(cls, data: TrainingData, config: Any = None, *, runtime: Runtime | None = None) -> Self:
        """Train until validation no longer gets better; Ctrl-C keeps the best so far.

        Raises:
            DataError: If there is too little to train or to validate on.
            ShapeError: If features the model needs are missing or unusable.
            TrainingError: If the training diverges.
        """
        settings = cls.Config() if config is None else config
        training: TrainingConfig = settings.training
        held = hold_out(data.interactions, training)
        network = cls._seeded(TrainingData(held.train, data.content), settings)
        source = cls._source(held.train, data.content, settings)
        outcome = train(network, source, held, training, runtime, about=_about(settings))
        if training.refit and held.task is not None and not outcome.interrupted:
            again = replace(training, validation="none", epochs=max(outcome.best_epoch, 1))
            whole = cls._seeded(data, settings)
            source = cls._source(data.interactions, data.content, settings)
            quiet = replace(runtime or Runtime(), folder=None, resume=False)
            refitted = train(whole, source, hold_out(data.interactions, again), again, quiet)
            if not refitted.interrupted:
                network = whole
        return cls._export(network.cpu(), data, settings)

    @classmethod
    def _seeded(cls, data: TrainingData, settings: Any) -> Network:
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(settings.training.seed)
            return cls._network(data, settings)

    @classmethod
    def _source(cls, log: Interactions, content: Content, settings: Any) -> Source:
        training: TrainingConfig = settings.training
        if training.in_batch:
            return in_batch_source(log, training)
        if not training.uses_triplets:
            return user_source(log, training)
        sampling: SamplingConfig = settings.sampling
        world = world_of(content, log.n_items, sampling)
        return triplet_source(world, log, sampling, training, profiles=cls.uses_profiles)


def nested(kind: type[C], value: C | dict[str, Any]) -> C:
    """A settings dataclass from itself or from the dict that a saved model holds.

    Raises ConfigError or TypeError for fields it does not have.
    """
    if isinstance(value, kind):
        return value
    if not isinstance(value, dict):
        raise TypeError(f"{kind.__name__} is made of settings, not of {value!r}.")
    known = {each.name for each in fields(cast(Any, kind))}
    if unknown := set(value) - known:
        raise TypeError(f"{kind.__name__} has no settings {sorted(unknown)}.")
    if value.get("shares"):  # JSON knows text as keys only
        shares = {Strategy(int(key)): share for key, share in value["shares"].items()}
        value = value | {"shares": shares}
    return kind(**value)


def _about(settings: Any) -> str:
    """All settings but those of the training, which knows them itself."""
    names = [each.name for each in fields(settings) if each.name != "training"]
    return repr([(name, getattr(settings, name)) for name in names])


_clusters: WeakKeyDictionary[Content, dict[tuple[int, int, int], VisualClusters]]
_clusters = WeakKeyDictionary()


def world_of(content: Content, n_items: int, sampling: SamplingConfig) -> World:
    """The items as the sampler sees them; visual clusters only where its mode asks for them.

    Clusters of one content are computed once and kept while it lives: with the published 20 runs
    they take longer than many a training.
    """
    artists = None if content.artists is None else content.artists.astype(np.int32)
    if sampling.mode == "random" and not sampling.hard_ratio:
        return World(n_items, artists)
    known = _clusters.setdefault(content, {})
    key = (sampling.pca_dim, sampling.clusters, sampling.runs)
    if key not in known:
        known[key] = visual_clusters(content.matrix(), sampling)
    return World(n_items, artists, known[key].labels, known[key].vectors)
