"""One scorer, one task, every metric."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from artrec.evaluation import beyond, metrics
from artrec.evaluation.ranking import Scorer, rank
from artrec.evaluation.tasks import IntArray, Task

RARE = 5
"""Training events below which an item counts as a cold start (He & McAuley 2016)."""


@dataclass(frozen=True, eq=False)
class Result:
    """How one model did on one task."""

    model: str
    task: str
    users: IntArray
    """(Q,) user row of each query."""
    values: Mapping[str, NDArray[np.float64]]
    """Metric name to (Q,) values; NaN where a metric is undefined for a query."""
    catalogue: Mapping[str, float]
    """Figures of all lists together: coverage, Gini."""
    n_skipped: int
    seconds: float
    """Wall time of scoring and ranking."""
    details: Mapping[str, str | float] = field(default_factory=dict)
    """What else belongs in the table: training seconds, settings, seed."""

    def means(self) -> dict[str, float]:
        """Mean over queries of each metric, with the figures of the catalogue."""
        values = {name: float(np.nanmean(each)) for name, each in self.values.items()}
        return values | dict(self.catalogue)


@dataclass(frozen=True, eq=False)
class Background:
    """What the figures beyond accuracy need to know; each one is left out without its part."""

    item_counts: IntArray | None = None
    """(N,) training events per item, for novelty and the slice of rare items."""
    n_users: int = 0
    """Users in training, for novelty."""
    features: NDArray[np.floating] | None = None
    """(N, D), for intra-list diversity."""
    artists: IntArray | None = None
    """(N,) artist rows, -1 unknown, for artist diversity."""


def evaluate(
    model: str,
    scorer: Scorer,
    task: Task,
    *,
    ks: tuple[int, ...] = (20, 100),
    top: int = 20,
    background: Background | None = None,
    block: int | None = None,
    details: Mapping[str, str | float] | None = None,
) -> Result:
    """Every metric of `metrics.all_metrics` at each of `ks`, and those beyond accuracy at `top`.

    With `top` 0 no lists are made and only accuracy is measured, which is faster. Raises
    ShapeError for scores of the wrong shape or not finite.
    """
    started = time.perf_counter()
    ranking = rank(scorer, task, top=top, block=block)
    seconds = time.perf_counter() - started
    values = metrics.all_metrics(ranking.ranks, ks, task.n_items)
    if background is not None and background.item_counts is not None:
        values |= _rare(task, background.item_counts, values["auc"])
    catalogue: dict[str, float] = {}
    if top:
        catalogue[f"coverage@{top}"] = beyond.coverage(ranking.top, task.n_items)
        catalogue[f"gini@{top}"] = beyond.gini(ranking.top, task.n_items)
        values |= _beyond(ranking.top, background or Background(), top)
    return Result(
        model=model,
        task=task.name,
        users=task.users,
        values=values,
        catalogue=catalogue,
        n_skipped=task.skipped,
        seconds=seconds,
        details=dict(details or {}),
    )


def _rare(
    task: Task, item_counts: IntArray, auc: NDArray[np.float64]
) -> dict[str, NDArray[np.float64]]:
    """AUC of the queries for rare items only, if there are any: the cold-start slice."""
    most = np.maximum.reduceat(item_counts[task.relevant.items], task.relevant.offsets[:-1])
    asked = most < RARE
    return {"auc_rare": np.where(asked, auc, np.nan)} if asked.any() else {}


def _beyond(lists: IntArray, background: Background, top: int) -> dict[str, NDArray[np.float64]]:
    values = {}
    if background.item_counts is not None:
        novelty = beyond.novelty(lists, background.item_counts, background.n_users)
        values[f"novelty@{top}"] = novelty
    if background.features is not None:
        values[f"diversity@{top}"] = beyond.intra_list_diversity(lists, background.features)
    if background.artists is not None:
        values[f"artist_diversity@{top}"] = beyond.artist_diversity(lists, background.artists)
    return values
