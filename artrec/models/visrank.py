"""VisRank: rank by likeness to what somebody chose. No training.

Messina, Dominguez, Parra, Trattner & Soto, "Exploring content-based artwork recommendation with
metadata and visual features", UMUAI 2019, https://doi.org/10.1007/s11257-018-9206-9. An item's
score is an aggregate of its cosines with the chosen items: the maximum, the average of the K
largest, or the average of all. Several feature families make the hybrid: each family's scores are
standardised over the catalogue and summed by weight. The favourite artist is one more family: the
share of the profile that is by the item's artist.

`artrec.serving.visrank` is the same score for a web request, over candidates.

Letters used in shapes: N items, F families, D dimensions of all families together, B profiles,
P items of a profile.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import ClassVar, Final, Literal, Self

import numpy as np
from numpy.typing import ArrayLike

from artrec.errors import ConfigError, ShapeError
from artrec.models.base import ProfileModel, require, same_rows
from artrec.models.contract import Content, Floats, Ints, Profiles, Supports, TrainingData
from artrec.models.inputs import Inputs, fit_inputs
from artrec.models.profiles import one_profile

ARTIST: Final = "artist"
"""Name of the favourite-artist family in the weights."""
_ROWS_AT_ONCE: Final = 1024  # chosen items whose cosines with the catalogue are held at once


@dataclass(frozen=True, slots=True)
class VisRankConfig:
    """Settings of VisRank."""

    top: int = 1
    """K, the number of largest cosines averaged: 1 is the maximum, 0 the average of all."""
    weights: Mapping[str, float] = field(default_factory=dict)
    """Weight of each family, `ARTIST` included; made to sum to 1. Empty: all feature families
    alike, without the artist. Families with weight 0 or no weight are left out."""
    scaling: Literal["zscore", "raw"] = "zscore"
    """`raw` compares features as they come, as published; raw activations share a large positive
    mean, which makes all cosines alike. `zscore` standardises each dimension first."""

    def __post_init__(self) -> None:
        require(self.top >= 0, "top", "0 or more", self.top)
        require(self.scaling in ("zscore", "raw"), "scaling", "zscore or raw", self.scaling)
        values = list(self.weights.values())
        fine = all(np.isfinite(value) and value >= 0 for value in values)
        require(fine and (not values or sum(values) > 0), "weights", "0 or more", self.weights)


@dataclass(frozen=True, eq=False)
class VisRank(ProfileModel):
    """Unit vectors of every family, side by side, and the artists."""

    name: ClassVar[str] = "visrank"
    Config: ClassVar[type[VisRankConfig]] = VisRankConfig

    vectors: Floats
    """(N, D), each family's part of length 1, or 0 for an item that is all zeros in it."""
    edges: Ints
    """(F + 1,) first column of each feature family, in the order of the settings."""
    artists: Ints
    """(N,) artist of each item, -1 where unknown."""
    input_mean: Floats
    """(D,) taken off raw features, and"""
    input_weights: Floats
    """(D,) what they are then multiplied by."""

    def __post_init__(self) -> None:
        same_rows(len(self.vectors), artists=self.artists)
        families = self._families()
        dims = {len(self.input_mean), len(self.input_weights), self.vectors.shape[1]}
        if len(self.edges) != len(families) + 1 or dims != {int(self.edges[-1])}:
            raise ShapeError(f"The vectors do not fit the families {families}.")

    @classmethod
    def fit(cls, data: TrainingData, config: VisRankConfig | None = None) -> Self:
        """Bring rows to length 1. Raises ConfigError if a weighted family is not given."""
        settings = config or VisRankConfig()
        content = data.content
        weights = dict(settings.weights) or dict.fromkeys(content.features, 1.0)
        if not weights:
            raise ShapeError("VisRank needs at least one family of features.")
        total = sum(weights.values())
        # By name, the order in which Content keeps families and `fit_inputs` takes them.
        weights = {name: value / total for name, value in sorted(weights.items()) if value > 0}
        settings = replace(settings, weights=weights)
        families = [name for name in weights if name != ARTIST]
        rows = _families(content, families)
        if ARTIST in weights and content.artists is None:
            raise ConfigError("The weights name the artist, but no artists are given.")
        n_items = data.interactions.n_items
        edges = np.cumsum([0, *(part.shape[1] for part in rows)])
        inputs = Inputs(np.zeros(0, np.float32), np.zeros(0, np.float32))
        if families:
            inputs = fit_inputs(Content(dict(zip(families, rows, strict=True))), settings.scaling)
        model = cls(
            settings,
            np.zeros((0, edges[-1]), dtype=np.float32),
            edges,
            np.zeros(0, dtype=np.int64),
            inputs.mean,
            inputs.weights,
        )
        vectors = model._unit(rows, n_items)
        return replace(model, vectors=vectors, artists=_artists(content, n_items))

    @property
    def supports(self) -> Supports:
        """New items always; vectors for a single family."""
        return Supports(item_vectors=self._single, new_items=True)

    @property
    def n_items(self) -> int:
        """N."""
        return len(self.vectors)

    @property
    def _single(self) -> bool:
        return list(self.config.weights) != [ARTIST] and len(self.config.weights) == 1

    def item_vectors(self, content: Content | None = None) -> Floats:
        """(N, D) unit vectors, or (M, D) of new items. UnsupportedError for several families."""
        if not self._single:
            return super().item_vectors(content)
        return self.vectors if content is None else self._new_vectors(content)

    def user_vector(self, profile: ArrayLike) -> Floats:
        """(P, D) the chosen items, whose K largest inner products are averaged; (D,) their mean
        where all are. UnsupportedError for several families."""
        if not self._single:
            return super().user_vector(profile)
        block = self._checked(one_profile(profile, self.n_items))
        if self.config.top == 0:
            mean: Floats = self._user_vectors(block)[0]
            return mean
        return self.vectors[block.items]

    def _user_vectors(self, profiles: Profiles) -> Floats:
        """(B, D) means of the chosen items; what a single family is scored by where `top` is 0."""
        sums = np.add.reduceat(self.vectors[profiles.items], profiles.indptr[:-1], axis=0)
        means: Floats = (sums / profiles.lengths[:, None]).astype(np.float32)
        return means

    def with_items(self, content: Content) -> Self:
        """The model with new items appended."""
        vectors = self._new_vectors(content)
        return replace(
            self,
            vectors=np.concatenate((self.vectors, vectors)),
            artists=np.concatenate((self.artists, _artists(content, len(vectors)))),
        )

    def _families(self) -> list[str]:
        return [name for name in self.config.weights if name != ARTIST]

    def _new_vectors(self, content: Content) -> Floats:
        families = self._families()
        if content.n_items is None:
            raise ShapeError("The content describes no items.")
        rows = _families(content, families)
        if [part.shape[1] for part in rows] != np.diff(self.edges).tolist():
            raise ShapeError("The new features differ in dimension from those of the catalogue.")
        return self._unit(rows, content.n_items)

    def _unit(self, rows: list[Floats], n_items: int) -> Floats:
        """(M, D) of raw features by family: standardised, each family's part of length 1."""
        parts = [np.zeros((n_items, 0), dtype=np.float32)]
        for family, (start, stop) in zip(rows, pairwise(self.edges), strict=True):
            part = (family - self.input_mean[start:stop]) * self.input_weights[start:stop]
            lengths = np.linalg.norm(part, axis=1, keepdims=True)
            parts.append(part / np.maximum(lengths, np.finfo(np.float32).tiny))
        return np.concatenate(parts, axis=1)

    def _scores(self, profiles: Profiles) -> Floats:
        weights = self.config.weights
        if len(weights) == 1:
            return self._family_scores(next(iter(weights)), profiles)
        total = np.zeros((len(profiles), self.n_items), dtype=np.float32)
        for name, weight in weights.items():
            total += np.float32(weight) * _standardised(self._family_scores(name, profiles))
        return total

    def _family_scores(self, name: str, profiles: Profiles) -> Floats:
        """(B, N) of one family, not standardised."""
        if name == ARTIST:
            return _artist_shares(self.artists, profiles)
        place = self._families().index(name)
        vectors = self.vectors[:, self.edges[place] : self.edges[place + 1]]
        if self.config.top == 0:
            sums = np.add.reduceat(vectors[profiles.items], profiles.indptr[:-1], axis=0)
            return np.asarray((sums / profiles.lengths[:, None]).astype(np.float32) @ vectors.T)
        scores = np.empty((len(profiles), self.n_items), dtype=np.float32)
        start = 0
        while start < len(profiles):
            limit = profiles.indptr[start] + _ROWS_AT_ONCE
            stop = max(start + 1, int(np.searchsorted(profiles.indptr, limit, side="right")) - 1)
            edges = profiles.indptr[start : stop + 1]
            cosines = vectors[profiles.items[edges[0] : edges[-1]]] @ vectors.T
            for row in range(start, stop):
                own = cosines[edges[row - start] - edges[0] : edges[row - start + 1] - edges[0]]
                scores[row] = _largest_mean(own, self.config.top)
            start = stop
        return scores


def _largest_mean(cosines: Floats, top: int) -> Floats:
    """(N,) mean of the `top` largest of each column of (P, N)."""
    count = min(top, len(cosines))
    if count == 1:
        largest: Floats = cosines.max(axis=0)
        return largest
    if count < len(cosines):
        cosines = np.partition(cosines, -count, axis=0)[-count:]
    mean: Floats = cosines.mean(axis=0)
    return mean


def _standardised(scores: Floats) -> Floats:
    """(B, N) with mean 0 and deviation 1 in each row; a row of equal scores becomes zeros."""
    centred = scores - scores.mean(axis=1, keepdims=True)
    deviation = centred.std(axis=1, keepdims=True)
    flat = deviation <= 1e-6 * np.maximum(1, np.abs(scores).max(axis=1, keepdims=True))
    result: Floats = np.where(flat, 0, centred / np.where(flat, 1, deviation)).astype(np.float32)
    return result


def _artist_shares(artists: Ints, profiles: Profiles) -> Floats:
    """(B, N) share of each profile that is by the artist of each item; 0 if he is unknown."""
    n_artists = int(artists.max(initial=-1)) + 1
    owners = np.repeat(np.arange(len(profiles)), profiles.lengths)
    chosen = artists[profiles.items]
    # One column more for the unknown, whom nobody shares.
    counts = np.bincount(
        owners * (n_artists + 1) + np.where(chosen < 0, n_artists, chosen),
        minlength=len(profiles) * (n_artists + 1),
    ).reshape(len(profiles), n_artists + 1)
    counts[:, n_artists] = 0
    shares = (counts / profiles.lengths[:, None]).astype(np.float32)
    result: Floats = shares[:, artists]  # -1 is the column of the unknown
    return result


def _families(content: Content, families: list[str]) -> list[Floats]:
    """The families of the settings, as they come."""
    missing = [name for name in families if name not in content.features]
    if missing:
        raise ConfigError(
            f"The weights name {missing}, but the features given are {sorted(content.features)}."
        )
    return [np.asarray(content.features[name], dtype=np.float32) for name in families]


def _artists(content: Content, n_items: int) -> Ints:
    if content.artists is None:
        return np.full(n_items, -1, dtype=np.int64)
    return np.asarray(content.artists, dtype=np.int64)
