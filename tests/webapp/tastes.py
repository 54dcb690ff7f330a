"""Makers of spaces that a model serves from."""

from __future__ import annotations

from typing import Any

from artrec.serving.bundle import Bundle
from webapp.vectors.models import Space


def mean_bundle(**changes: Any) -> Bundle:
    """The smallest head there is: the mean of what was chosen, in four columns."""
    parts: dict[str, Any] = {
        "model": "mean",
        "head": "mean",
        "dim": 4,
        "scored": 4,
        "profile": (0, 4),
    }
    return Bundle(**(parts | changes))


def make_taste(head: bytes | Bundle, *, state: str = Space.State.LIVE, dim: int = 4) -> Space:
    """Make a space of a trained model, or of bytes that are none."""
    bundle = head if isinstance(head, Bundle) else None
    dim = bundle.dim if bundle else dim
    return Space.objects.create(
        purpose="taste",
        name=bundle.model if bundle else "damaged",
        dim=dim,
        scored=bundle.scored if bundle else dim,
        transform=b"",
        head=head.to_bytes() if isinstance(head, Bundle) else head,
        fitted_on=0,
        state=state,
    )
