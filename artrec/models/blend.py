"""Blend: what looks, taste and fame each say of a work, believed as far as choices bear them out.

No single signal is best everywhere: among works nobody has chosen yet only looks speak, among known
ones what others chose says most. The blend adds the standardised scores of several models,

    s(u,i) = Σ_c w_c z_c(u,i),   z_c(u,i) = (s_c(u,i) - mean_c(u)) / deviation_c(u),

mean and deviation over the catalogue for this user. The weights are those under which held-out
choices are most likely (`artrec.models.mixing`); "held out" is the last item of each user, or whole
items for a gallery of one-of-a-kind works. Everything is an inner product: the deviation of u . v
over the catalogue is the root of u' Σ u with the covariance Σ of the item vectors, so that it goes
into the user vector, and the mean is the same for all items of a user.

Hybrids of several visual and other scores go back to Messina et al., UMUAI 2019,
https://doi.org/10.1007/s11257-018-9206-9, with weights from a grid.

Letters used in shapes: N items, C parts, T dimensions of all parts together, B profiles.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, ClassVar, Final, Self

import numpy as np
from numpy.typing import NDArray

from artrec.data import Interactions
from artrec.errors import BundleError, ConfigError, DataError, ShapeError
from artrec.evaluation.tasks import Task
from artrec.models import files
from artrec.models.base import VectorModel
from artrec.models.blend_config import BlendConfig
from artrec.models.contract import Content, Floats, Profiles, Supports, TrainingData
from artrec.models.inputs import Inputs, fit_inputs
from artrec.models.mixing import fit_weights
from artrec.models.neural import NeuralModel
from artrec.models.profiles import profiles_of
from artrec.models.registry import model_class
from artrec.serving.blend import standard
from artrec.training import distributed
from artrec.training.runtime import Outcome, Runtime
from artrec.training.validation import HeldOut, hold_out

_REDUCED: Final = frozenset({"visrank"})
"""Parts that see principal components, since what they see is what has to be stored per item. The
others do better with all of the features, and end in few dimensions by themselves."""

_NEGATIVES: Final = 1000  # items sampled per user for the weights
_POSITIVES: Final = 20  # choices per user that count at most, so that nobody drowns out the rest
_USERS_AT_ONCE: Final = 64


@dataclass(frozen=True, eq=False)
class Blend(VectorModel):
    """Fitted parts and their weights; `vectors` are theirs side by side, less `centre`."""

    name: ClassVar[str] = "blend"
    Config: ClassVar[type[BlendConfig]] = BlendConfig
    trains: ClassVar[bool] = True
    """As `NeuralModel.trains`: `fit` takes a `Runtime`."""

    parts: tuple[Any, ...]
    weights: Floats
    """(C,)"""
    centre: Floats
    """(T,) mean of the parts' item vectors over the catalogue. Taken off them it changes no order,
    and leaves half floats what differs between works to store."""
    spread: Floats
    """(T, T) covariance of each part's item vectors over the catalogue, zero between parts."""
    input_mean: Floats
    input_weights: Floats

    def __post_init__(self) -> None:
        VectorModel.__post_init__(self)
        dim = self.vectors.shape[1]
        fits = [part.name for part in self.parts] == list(self.config.parts)
        shapes = (self.weights.shape, self.centre.shape, self.spread.shape)
        if not fits or shapes != ((len(self.parts),), (dim,), (dim, dim)):
            raise ShapeError(
                "The parts, weights, centre and spread of the blend do not fit together."
            )
        if self.input_weights.ndim != 2 or len(self.input_weights) != len(self.input_mean):
            raise ShapeError("The mean and the weights of the inputs do not fit together.")

    @classmethod
    def fit(
        cls,
        data: TrainingData,
        config: BlendConfig | None = None,
        *,
        runtime: Runtime | None = None,
    ) -> Self:
        """Fit the parts without what is held out, learn the weights on it, fit them on everything.

        Ctrl-C ends the training of one part, which keeps its best epoch; the rest goes on. While a
        part without epochs is fitted it ends everything.

        Raises:
            ConfigError: If the settings of a part do not suit it.
            DataError: If nothing can be held out.
            ShapeError: Without features.
            TrainingError: If the training of a part diverges.
        """
        started = time.perf_counter()
        settings = config or BlendConfig()
        runtime = runtime or Runtime()
        outcomes: list[Outcome] = []
        quiet = replace(runtime, folder=None, resume=False, on_end=outcomes.append)
        inputs = fit_inputs(data.content, "pca", dim=settings.input_dim)
        contents = _contents(inputs, data.content)
        try:
            held = hold_out(data.interactions, settings.validation)
            first = _fit_parts(held.train, contents, settings, quiet)
        except DataError as error:
            raise DataError(
                "The blend learns its weights from choices that are held out, and trained parts "
                "hold out more of them; there are too few. Use more interactions, or one model "
                "alone."
            ) from error
        weights = _learn_weights(first, held, settings)
        parts = _fit_parts(data.interactions, contents, settings, quiet)
        if runtime.on_end is not None and distributed.group().first:
            runtime.on_end(_together(outcomes, time.perf_counter() - started))
        vectors = _vectors(parts)
        centre = vectors.mean(axis=0, dtype=np.float64).astype(np.float32)
        return cls(
            settings,
            vectors - centre,
            parts,
            weights.astype(np.float32),
            centre,
            _spread(parts, vectors),
            inputs.mean,
            inputs.weights,
        )

    @property
    def supports(self) -> Supports:
        """Scores new items, for everyone who chose something."""
        return Supports(new_items=True)

    @property
    def edges(self) -> list[int]:
        """(C + 1,) first column of each part."""
        return [0, *np.cumsum([part.item_vectors().shape[1] for part in self.parts]).tolist()]

    def with_items(self, content: Content) -> Self:
        """The model with new items appended; parts that know nothing of them stay silent."""
        contents = _contents(Inputs(self.input_mean, self.input_weights), content)
        parts = tuple(_with_items(part, contents(part.name)) for part in self.parts)
        return replace(self, parts=parts, vectors=_vectors(parts) - self.centre)

    def _new_vectors(self, content: Content) -> Floats:
        return self.with_items(content).vectors[self.n_items :]

    def _user_vectors(self, profiles: Profiles) -> Floats:
        columns = []
        for part, weight, start, stop in zip(
            self.parts, self.weights, self.edges, self.edges[1:], strict=False
        ):
            users = part._user_vectors(profiles)
            columns.append(weight * standard(users, self.spread[start:stop, start:stop]))
        return np.concatenate(columns, axis=1, dtype=np.float32)

    def save(self, path: Path) -> None:
        """Write one .npz file, all of it or nothing."""
        arrays = {name: getattr(self, name) for name in _OWN}
        for place, part in enumerate(self.parts):
            for name in part._array_names():
                arrays[f"{place}.{name}"] = getattr(part, name)
        header = {
            "config": asdict(self.config),
            "parts": [asdict(part.config) for part in self.parts],
        }
        files.write(path, self.name, header, arrays)

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read what `save` wrote. Raises BundleError for anything else."""
        header, arrays = files.read(path, cls.name)
        try:
            config = BlendConfig(**header["config"])
            parts = tuple(
                _part(name, chosen, place, arrays)
                for place, (name, chosen) in enumerate(
                    zip(config.parts, header["parts"], strict=True)
                )
            )
            own = {name: _plain(arrays[name], name) for name in _OWN}
            vectors = _vectors(parts) - own["centre"]
            return cls(config=config, vectors=vectors, parts=parts, **own)
        except (
            AttributeError,
            IndexError,
            KeyError,
            TypeError,
            ValueError,
            ConfigError,
            ShapeError,
        ) as error:
            raise BundleError(f"Cannot read the model {path}: {error}") from error


_OWN: Final = ("weights", "centre", "spread", "input_mean", "input_weights")


def _contents(inputs: Inputs, content: Content) -> Callable[[str], Content]:
    """What each part is shown, by its name."""
    reduced = Content({"looks": inputs.apply(content)}, content.artists)
    return lambda name: reduced if name in _REDUCED else content


def _fit_parts(
    log: Interactions, contents: Callable[[str], Content], settings: BlendConfig, runtime: Runtime
) -> tuple[Any, ...]:
    parts = []
    for name in settings.parts:
        kind: Any = model_class(name)
        config = settings.part(name)
        data = TrainingData(log, contents(name))
        if issubclass(kind, NeuralModel):
            parts.append(kind.fit(data, config, runtime=runtime))
        else:
            parts.append(kind.fit(data, config))
    return tuple(parts)


def _part(name: str, config: Any, place: int, arrays: Mapping[str, NDArray[Any]]) -> Any:
    kind: Any = model_class(name)
    own = {
        each: _plain(arrays[f"{place}.{each}"], f"{place}.{each}", text=each in kind.text)
        for each in kind._array_names()
    }
    return kind(config=kind.Config(**config), **own)


def _plain(values: NDArray[Any], name: str, *, text: bool = False) -> NDArray[Any]:
    """The array itself, if it holds finite numbers or, with `text`, text. ShapeError otherwise."""
    kind = values.dtype.kind
    if kind != "U" if text else kind not in "fi" or not np.isfinite(values).all():
        raise ShapeError(f"{name} holds something else than {'text' if text else 'numbers'}.")
    return values


def _together(outcomes: list[Outcome], seconds: float) -> Outcome:
    """How the trainings of all parts went."""
    return Outcome(
        epochs=sum(each.epochs for each in outcomes),
        best_epoch=sum(each.best_epoch for each in outcomes),
        best=None,
        interrupted=any(each.interrupted for each in outcomes),
        examples=sum(each.examples for each in outcomes),
        seconds=seconds,
    )


def _with_items(part: Any, content: Content) -> Any:
    if part.supports.new_items:
        return part.with_items(content)
    silent = np.zeros((content.n_items or 0, part.vectors.shape[1]), dtype=np.float32)
    return replace(part, vectors=np.concatenate((part.vectors, silent)))


def _vectors(parts: tuple[Any, ...]) -> Floats:
    columns = [part.item_vectors() for part in parts]
    return np.concatenate(columns, axis=1, dtype=np.float32)


def _spread(parts: tuple[Any, ...], vectors: Floats) -> Floats:
    spread = np.zeros((vectors.shape[1],) * 2, dtype=np.float32)
    start = 0
    for part in parts:
        stop = start + part.item_vectors().shape[1]
        spread[start:stop, start:stop] = _covariance(vectors[:, start:stop])
        start = stop
    return spread


def _covariance(vectors: Floats) -> Floats:
    centred = vectors - vectors.mean(axis=0, dtype=np.float64)
    result: Floats = (centred.T @ centred / len(vectors)).astype(np.float32)
    return result


def _learn_weights(
    parts: tuple[Any, ...], held: HeldOut, settings: BlendConfig
) -> NDArray[np.float64]:
    """(C,) weights under which the held-out choices are most likely."""
    task = held.task
    if task is None:
        raise ConfigError("Nothing was held out to learn the weights on.")
    rng = np.random.default_rng(settings.validation.seed)
    profiles = profiles_of(held.history).take(task.users)
    # Centred, since what all items have in common would cost digits and says nothing.
    catalogue = [part.item_vectors() for part in parts]
    catalogue = [
        (rows - rows.mean(axis=0, dtype=np.float64)).astype(np.float32) for rows in catalogue
    ]
    covariances = [_covariance(rows) for rows in catalogue]
    sampled = min(_NEGATIVES, task.n_items)
    chosen, others, owners, counts, importance = [], [], [], [], []
    for start in range(0, len(task), _USERS_AT_ONCE):
        stop = min(start + _USERS_AT_ONCE, len(task))
        block = profiles.take(np.arange(start, stop))
        scores = np.stack(
            [
                standard(part._user_vectors(block), covariance) @ rows.T
                for part, rows, covariance in zip(parts, catalogue, covariances, strict=True)
            ],
            axis=-1,
        )
        for row, free in enumerate(_free(task, start, stop)):
            if not len(free):
                continue
            wanted = task.relevant[start + row]
            wanted = rng.permutation(wanted)[:_POSITIVES]
            drawn = rng.choice(free, size=sampled)
            chosen.append(scores[row, wanted])
            others.append(scores[row, drawn])
            owners.append(np.full(len(wanted), len(others) - 1))
            counts.append(len(free))
            importance.append(np.full(len(wanted), 1 / len(wanted)))
    if not others:
        raise DataError(
            "The blend learns its weights from choices against what was not chosen, and everybody "
            "who could be asked chose everything there is."
        )
    return fit_weights(
        np.concatenate(chosen).astype(np.float64),
        np.stack(others).astype(np.float64),
        np.concatenate(owners),
        counts=np.array(counts, dtype=np.float64),
        importance=np.concatenate(importance),
        prior=settings.prior,
        l2=settings.l2,
    )


def _free(task: Task, start: int, stop: int) -> list[NDArray[np.int64]]:
    """Candidates of each query that are not to be found."""
    mask = task.mask(start, stop)
    mask[task.relevant.pairs(start, stop)] = False
    return [np.flatnonzero(row) for row in mask]
