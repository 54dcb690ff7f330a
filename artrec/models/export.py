"""From a fitted model to what a web request serves: a bundle, and one row to store per item.

Letters used in shapes: N items, M new items, S stored columns, T scored columns.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

import numpy as np

from artrec.errors import UnsupportedError
from artrec.models.base import ProfileModel
from artrec.models.contract import Content, Floats, Profiles
from artrec.serving.bundle import Bundle

_LARGEST: Final = 16.0
"""Stored rows are brought to at most this magnitude: far from 65,504, where half floats end, so
that new items may be larger, and far above 6e-5, where they become coarse."""


def export(model: ProfileModel, *, version: str = "") -> tuple[Bundle, Floats]:
    """The bundle of a model, and the rows (N, S) float32 that it expects to be stored.

    A row of zeros belongs to an item the model knows nothing about, such as one that nobody chose
    for ALS. It scores 0; a store that takes no such rows may leave the item out.

    Args:
        model: A fitted model.
        version: Which training it is of; free text.

    Raises:
        UnsupportedError: For a model whose scores are no inner products of vectors, or whose user
            vectors are not made of item vectors. `model.score` still serves it, slowly.
    """
    if model.name not in _HEADS or not model.supports.item_vectors:
        raise UnsupportedError(
            f"{model.name} with these settings does not end as item vectors and a small head, so "
            f"it cannot be served from a vector index; choose one of {', '.join(_HEADS)}, VisRank "
            f"with a single family."
        )
    rows = _rows(model)
    largest = float(np.abs(rows).max(initial=0)) or 1.0
    scale = float(2.0 ** np.clip(np.floor(np.log2(_LARGEST / largest)), -60, 60))
    scored = model.item_vectors().shape[1]
    profile = (scored, rows.shape[1]) if model.name in _PROFILES else (0, scored)
    bundle = Bundle(
        model=model.name,
        version=version,
        dim=rows.shape[1],
        scored=scored,
        scale=scale,
        empty_profile=model.supports.empty_profile,
        **({"profile": profile} | _HEADS[model.name](model)),
    )
    return bundle, rows * np.float32(scale)


def stored_rows(model: ProfileModel, bundle: Bundle, content: Content) -> Floats:
    """(M, S) rows to store for new items, for a bundle made of the same model.

    Raises UnsupportedError for models without `supports.new_items`.
    """
    new = _rows(model.with_items(content))[model.n_items :]
    return new * np.float32(bundle.scale)


def _rows(model: ProfileModel) -> Floats:
    """(N, S) before they are scaled."""
    vectors = model.item_vectors()
    if model.name not in _PROFILES:
        return vectors
    return np.concatenate((vectors, _PROFILES[model.name](model)), axis=1)


def _constant(model: Any) -> dict[str, Any]:
    return {"head": "constant", "arrays": {"query": model.user_vector([])}}


def _visrank(model: Any) -> dict[str, Any]:
    if model.config.top == 0:
        return {"head": "mean"}
    return {"head": "rows", "settings": {"top": model.config.top}}


def _als(model: Any) -> dict[str, Any]:
    settings = {"alpha": model.config.alpha, "l2": model.config.l2}
    return {"head": "als", "settings": settings, "arrays": {"gram": model.gram}}


def _fold_in(model: Any) -> dict[str, Any]:
    settings = {"l2": model.config.fold_in_l2}
    return {"head": "fold-in", "settings": settings, "arrays": {"references": model.references}}


def _acf(model: Any) -> dict[str, Any]:
    nobody = Profiles(np.array([0, 0]), np.zeros(0, dtype=np.int64))
    return {"head": "acf", "arrays": {"base": model._user_vectors(nobody)[0]}}


def _curatornet(model: Any) -> dict[str, Any]:
    arrays = {}
    for place, (weights, bias) in enumerate(model.user_layers()):
        arrays[f"weights_{place}"] = weights
        arrays[f"bias_{place}"] = bias
    return {"head": "curatornet", "arrays": arrays}


def _towers(model: Any) -> dict[str, Any]:
    temperature = float(model.temperature[0])
    settings = {"temperature": temperature, "normalise": int(model.config.normalise)}
    return {"head": "towers", "settings": settings}


def _gru4rec(model: Any) -> dict[str, Any]:
    settings = {"longest": model.config.longest}
    head = {"head": "gru", "settings": settings, "arrays": model.gates._asdict()}
    # Tied inputs are the vectors without the bias, and need no columns of their own.
    return head if model.inputs.shape[1] else head | {"profile": (0, model.vectors.shape[1] - 1)}


def _blend(model: Any) -> dict[str, Any]:
    parts: list[dict[str, Any]] = []
    arrays = {"weights": model.weights}
    edges = model.edges
    width = edges[-1]
    for place, (part, start, stop) in enumerate(zip(model.parts, edges, edges[1:], strict=False)):
        head = {"settings": {}, "arrays": {}} | _HEADS[part.name](part)
        profile, centre = [start, stop], model.centre[start:stop]
        if part.name in _PROFILES:
            profile = [width, width + _PROFILES[part.name](part).shape[1]]
            width = profile[1]
            centre = np.zeros(profile[1] - profile[0], dtype=np.float32)
        settings = {"head": head["head"], "settings": head["settings"]}
        parts.append(settings | {"scored": stop - start, "profile": profile})
        arrays[f"centre_{place}"] = centre
        arrays[f"spread_{place}"] = model.spread[start:stop, start:stop]
        arrays |= {f"{place}.{name}": values for name, values in head["arrays"].items()}
    # The head is given whole rows, of which each part takes its own.
    settings = {"parts": parts}
    return {"head": "blend", "settings": settings, "arrays": arrays, "profile": (0, width)}


def _blend_profiles(model: Any) -> Floats:
    known = [_PROFILES[part.name](part) for part in model.parts if part.name in _PROFILES]
    return np.concatenate([model.vectors[:, :0], *known], axis=1)


# By name, so that exporting one model does not load what another needs.
_HEADS: Final[Mapping[str, Callable[[Any], dict[str, Any]]]] = {
    "popularity": _constant,
    "visual-popularity": _constant,
    "visrank": _visrank,
    "als": _als,
    "factor-regression": _als,
    "bpr-mf": _fold_in,
    "vbpr": _fold_in,
    "dvbpr": _fold_in,
    "acf": _acf,
    "acf-content": _acf,
    "curatornet": _curatornet,
    "curatornet-plus": _towers,
    "item2vec": lambda model: {"head": "mean"},
    "gru4rec": _gru4rec,
    "blend": _blend,
}

_PROFILES: Final[Mapping[str, Callable[[Any], Floats]]] = {
    "factor-regression": lambda model: model.profile_vectors,
    "curatornet-plus": lambda model: model.profile_vectors,
    "blend": _blend_profiles,
    "gru4rec": lambda model: model.inputs,
    "acf": lambda model: np.column_stack((model.chosen, model.logits)),
    "acf-content": lambda model: np.column_stack((model.chosen, model.logits)),
}
"""Models for which a chosen item says something else of a user than it scores by: that, (N, W)."""
