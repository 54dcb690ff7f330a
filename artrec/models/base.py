"""Everything of the contract that follows from one method: profiles in, scores out.

Letters used in shapes: N items, T vector dimensions, B profiles of a block, C candidates.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from artrec.data import Interactions
from artrec.errors import BundleError, ConfigError, ShapeError, UnsupportedError
from artrec.models import files
from artrec.models.contract import (
    Content,
    Floats,
    Ints,
    Profiles,
    Ranked,
    Scorer,
    Supports,
    TrainingData,
)
from artrec.models.profiles import as_rows, one_profile, profiles_of


@dataclass(frozen=True, eq=False)
class ProfileModel(ABC):
    """A recommender that is a function of the profile. Fields are `config` and plain arrays."""

    name: ClassVar[str]
    Config: ClassVar[type[Any]]
    """A frozen dataclass of JSON values: every setting that changes the result."""
    text: ClassVar[frozenset[str]] = frozenset()
    """Which of the arrays hold text, such as ids; all others hold finite numbers."""

    config: Any

    @classmethod
    @abstractmethod
    def fit(cls, data: TrainingData, config: Any = None) -> Self:
        """Learn from `data`, with the default settings or those given."""

    @property
    @abstractmethod
    def supports(self) -> Supports:
        """What this model allows."""

    @property
    @abstractmethod
    def n_items(self) -> int:
        """N."""

    @abstractmethod
    def _scores(self, profiles: Profiles) -> Floats:
        """(B, N) for checked profiles."""

    def item_vectors(self, content: Content | None = None) -> Floats:
        """(N, T) of the catalogue, or (M, T) of new items. Raises UnsupportedError if there are
        none of a fixed, moderate dimension T."""
        raise UnsupportedError(
            f"{self.name} with these settings has no item vectors whose inner product with a user "
            f"vector is the score; call score() or recommend() instead."
        )

    def user_vector(self, profile: ArrayLike) -> Floats:
        """(T,) or (P, T); see `artrec.models.contract`. Raises UnsupportedError as above."""
        raise UnsupportedError(
            f"{self.name} with these settings has no user vector; call score() or recommend()."
        )

    def with_items(self, content: Content) -> Self:
        """The model with new items appended to its catalogue, in the order of `content`.

        Raises UnsupportedError for methods that know items by who chose them only.
        """
        raise UnsupportedError(
            f"{self.name} knows an item by who chose it and has nothing to say of a new one; fit "
            f"it again once the item was chosen, or use a model whose `supports.new_items` is true."
        )

    def score(self, profile: ArrayLike, candidates: ArrayLike | None = None) -> Floats:
        """(C,) scores of the candidates, or (N,) of the catalogue. Takes time for all N."""
        scores: Floats = self._scores(self._checked(one_profile(profile, self.n_items)))[0]
        if candidates is None:
            return scores
        some: Floats = scores[as_rows(candidates, self.n_items, "Candidates")]
        return some

    def scorer(self, history: Interactions) -> Scorer:
        """Score users by the profiles they have in `history`, which may hold users the model never
        saw. Raises ShapeError if `history` has another catalogue."""
        if history.n_items != self.n_items:
            raise ShapeError(
                f"The history is over {history.n_items} items, the model over {self.n_items}."
            )
        profiles = profiles_of(history)

        def scores(users: Ints) -> Floats:
            return self._scores(self._checked(profiles.take(np.asarray(users, dtype=np.int64))))

        return scores

    def recommend(self, profile: ArrayLike, k: int, *, exclude: ArrayLike | None = None) -> Ranked:
        """The best `k` items without `exclude`, by default the profile; [] leaves nothing out."""
        out = as_rows(profile if exclude is None else exclude, self.n_items, "Items to exclude")
        return best(self.score(profile), k, out)

    def similar_items(self, item: int, k: int) -> Ranked:
        """What the model recommends to somebody who chose only `item`."""
        if not self.supports.similar_items:
            raise UnsupportedError(f"{self.name} does not know which items are alike.")
        return self.recommend([item], k)

    def save(self, path: Path) -> None:
        """Write one .npz file, all of it or nothing."""
        arrays = {name: getattr(self, name) for name in self._array_names()}
        files.write(path, self.name, {"config": asdict(self.config)}, arrays)

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read what `save` wrote. Raises BundleError for anything else."""
        header, arrays = files.read(path, cls.name)
        if set(arrays) != set(cls._array_names()):
            raise BundleError(
                f"{path} is damaged: it holds the arrays {sorted(arrays)}, a {cls.name} model has "
                f"{sorted(cls._array_names())}."
            )
        for name, values in arrays.items():
            if name in cls.text:
                if values.dtype.kind != "U":
                    raise BundleError(f"{path} is damaged: {name} holds something else than text.")
            elif values.dtype.kind not in "fi" or not np.isfinite(values).all():
                raise BundleError(f"{path} is damaged: {name} holds something else than numbers.")
        try:
            return cls(config=cls.Config(**header["config"]), **arrays)
        except (KeyError, TypeError, ConfigError, ShapeError) as error:
            raise BundleError(f"Cannot read the model {path}: {error}") from error

    @classmethod
    def _array_names(cls) -> list[str]:
        return [each.name for each in fields(cls) if each.name != "config"]

    def _checked(self, profiles: Profiles) -> Profiles:
        if not self.supports.empty_profile and np.any(profiles.lengths == 0):
            raise UnsupportedError(
                f"{self.name} needs at least one chosen item per profile; serve those who chose "
                f"nothing yet by popularity."
            )
        return profiles


@dataclass(frozen=True, eq=False)
class VectorModel(ProfileModel):
    """A model whose score is the inner product of a user vector and an item vector."""

    vectors: Floats
    """(N, T)"""

    def __post_init__(self) -> None:
        if self.vectors.ndim != 2:
            raise ShapeError(f"vectors must be (N, T); they are {self.vectors.shape}.")

    @abstractmethod
    def _user_vectors(self, profiles: Profiles) -> Floats:
        """(B, T) for checked profiles."""

    def _new_vectors(self, content: Content) -> Floats:
        """(M, T) of new items; overridden where `supports.new_items`."""
        raise UnsupportedError(
            f"{self.name} knows an item by who chose it and has no vector for a new one."
        )

    @property
    def supports(self) -> Supports:
        """Vectors, for everyone who chose something."""
        return Supports()

    @property
    def n_items(self) -> int:
        """N."""
        return len(self.vectors)

    def item_vectors(self, content: Content | None = None) -> Floats:
        """(N, T) of the catalogue, or (M, T) of new items where `supports.new_items`."""
        return self.vectors if content is None else self._new_vectors(content)

    def user_vector(self, profile: ArrayLike) -> Floats:
        """(T,)"""
        vector: Floats = self._user_vectors(self._checked(one_profile(profile, self.n_items)))[0]
        return vector

    def with_items(self, content: Content) -> Self:
        """The model with new items appended, where `supports.new_items`."""
        return replace(self, vectors=np.concatenate((self.vectors, self._new_vectors(content))))

    def _scores(self, profiles: Profiles) -> Floats:
        return self._user_vectors(profiles) @ self.vectors.T


def best(scores: Floats, k: int, exclude: Ints) -> Ranked:
    """The best `k` of `scores` (N,) without the rows `exclude`; equal scores: lower row first."""
    if k < 1:
        raise ConfigError(f"k must be at least 1; it is {k}.")
    allowed = np.ones(len(scores), dtype=np.bool_)
    allowed[exclude] = False
    rows = np.flatnonzero(allowed)
    values = scores[rows]
    if k < len(rows):
        # Keep all that tie with the last place, so that the order among them is ours to set.
        keep = values >= np.partition(values, -k)[-k]
        rows, values = rows[keep], values[keep]
    order = np.argsort(-values, kind="stable")[:k]
    return Ranked(rows[order], values[order])


def require(ok: bool, name: str, rule: str, value: object) -> None:
    """Raise ConfigError saying that setting `name` must be `rule`, unless `ok`."""
    if not ok:
        raise ConfigError(f"{name} must be {rule}; it is {value!r}.")


def same_rows(n_items: int, **arrays: NDArray[Any]) -> None:
    """Raise ShapeError unless every array has one row per item."""
    for name, values in arrays.items():
        if len(values) != n_items:
            raise ShapeError(f"{name} has {len(values)} rows for {n_items} items.")
