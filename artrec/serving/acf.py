"""Attentive collaborative filtering for a web request: chosen works in, one query vector out.

Chen, Zhang, He, Nie, Liu & Chua, "Attentive collaborative filtering", SIGIR 2017,
https://doi.org/10.1145/3077136.3080797. `artrec.models.acf` trains it. NumPy only.

For somebody without a trained vector u is the same for all, so what attention says of an item does
not depend on who asks. Two things per item are then enough to serve: its vector in profiles, p_l,
and one number, its attention a(l). Only a trained user needs the parts of the pictures too.

Letters used in shapes: B profiles, L entries of all profiles together, T dimensions of users and
items, n pairs of a user and an item, M parts of a picture, d dimensions of a part, H hidden units.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from artrec.errors import ShapeError

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Attention:
    """w . ReLU(sum of x_k W_k + b), one number for inputs x_k.

    The constant c that the paper adds cancels in the softmax and is left out.
    """

    maps: Sequence[Floats]
    """W_k (in_k, H) of each input."""
    bias: Floats
    """b (H,)"""
    out: Floats
    """w (H,)"""

    def logits(self, inputs: Sequence[Floats]) -> Floats:
        """(..., in_k) of each input, broadcast against each other, to (...)."""
        hidden = sum((x @ weights for x, weights in zip(inputs, self.maps, strict=True)), self.bias)
        result: Floats = np.maximum(hidden, 0) @ self.out
        return result


def pictures(users: Floats, parts: NDArray[np.floating], attention: Attention) -> Floats:
    """(n, d) what each user sees of each picture: the mean of its parts, weighted by attention.

    Args:
        users: (n, T), or (1, T) if all are the same.
        parts: (n, M, d)
        attention: Over the parts; its inputs are the user and a part.
    """
    parts = np.asarray(parts, dtype=np.float32)
    if parts.shape[1] == 1:
        return parts[:, 0]
    logits = attention.logits([users[:, None], parts])
    weights = np.exp(logits - logits.max(axis=1, keepdims=True))
    weights /= weights.sum(axis=1, keepdims=True)
    seen: Floats = np.einsum("nm,nmd->nd", weights, parts)
    return seen


def softmax(logits: Floats, indptr: Ints) -> Floats:
    """(L,) attention within each profile, summing to 1; profile b is indptr[b]:indptr[b + 1]."""
    lengths = np.diff(indptr)
    filled = lengths > 0  # reduceat would take the next profile's first entry for an empty one
    begins, lengths = indptr[:-1][filled], lengths[filled]
    if not len(begins):
        return np.zeros(0, dtype=np.float32)
    largest = np.maximum.reduceat(logits, begins)
    weights = np.exp(logits - np.repeat(largest, lengths))
    result: Floats = weights / np.repeat(np.add.reduceat(weights, begins), lengths)
    return result


def user_vectors(base: Floats, chosen: Floats, logits: Floats, indptr: Ints) -> Floats:
    """(B, T) query vectors: u + sum of alpha(l) p_l over each profile, u alone if it is empty.

    Args:
        base: u, (T,) the same for all, or (B, T).
        chosen: p_l, (L, T), profile after profile.
        logits: a(l), (L,).
        indptr: (B + 1,) start of each profile.

    Raises ShapeError if these do not fit together.
    """
    if chosen.shape != (len(logits), base.shape[-1]) or indptr[-1] != len(logits):
        raise ShapeError(
            f"Profiles of {indptr[-1]} items need as many attentions and vectors of "
            f"{base.shape[-1]} dimensions; got {logits.shape} and {chosen.shape}."
        )
    result = np.zeros((len(indptr) - 1, base.shape[-1]), dtype=np.float32)
    filled = np.diff(indptr) > 0
    if filled.any():
        weighted = softmax(logits, indptr)[:, None] * chosen
        result[filled] = np.add.reduceat(weighted, indptr[:-1][filled], axis=0)
    return result + base


def left_out(base: Floats, chosen: Floats, logits: Floats) -> Floats:
    """(L, T) query vectors of one profile, L at least 2, without each of its items.

    Args:
        base: u, (T,).
        chosen: p_l, (L, T).
        logits: a(l), (L,).
    """
    others = np.repeat(logits[None], len(logits), axis=0)
    np.fill_diagonal(others, -np.inf)
    weights = np.exp(others - others.max(axis=1, keepdims=True))
    weights /= weights.sum(axis=1, keepdims=True)
    result: Floats = (weights @ chosen + base).astype(np.float32)
    return result
