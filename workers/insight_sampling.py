"""The triplets that the sampling guidelines draw for one visitor, and how often they cannot.

Drawn is from what a training would see now (`workers.snapshot`), with fewer runs of k-means than
a training makes, for somebody waits. Guidelines that make profiles of a single work are shown for
the visitor's works.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Final, cast

import numpy as np
from django.db.models import Max
from django.utils import timezone
from numpy.typing import NDArray

from artrec.errors import DataError
from artrec.models.contract import TrainingData
from artrec.models.neural import world_of
from artrec.sampling import Histories, Mode, SamplingConfig, StrategyReport, TripletSampler
from artrec.sampling.plans import Plan, Proposals, fill
from webapp.catalog.queries import visible
from webapp.insight.models import Draw
from webapp.lab.models import Run
from webapp.lab.queries import choices
from webapp.vectors.queries import live_space
from workers import snapshot

SHOWN: Final = 5
"""Triplets of each guideline."""
PROFILE: Final = 12
"""Works of a profile that are kept, the newest."""
ASKED: Final = 6_000
"""Triplets drawn for everybody, to count how often a guideline cannot be satisfied."""
RUNS: Final = 3
"""Of k-means; a training makes 20 and keeps the best."""

Ints = NDArray[np.int64]


def triplets(row: Draw) -> dict[str, Any]:
    """What `webapp.insight.sampling` reads: {"works", "visitors", "events", "strategies": […]}.

    Raises:
        DataError: If there is too little to draw from, or nothing of this visitor; a sentence for
            the curator.
    """
    data, artworks = _seen(*_state())
    log = data.interactions
    if str(row.visitor_id) not in log.user_ids:
        raise DataError("This visitor chose nothing that a training would learn from.")
    user = log.user_ids.index(str(row.visitor_id))
    config = SamplingConfig(mode=cast(Mode, row.mode), runs=RUNS)
    histories = Histories(log.indptr, log.items.astype(np.int32), log.baskets)
    sampler = TripletSampler(world_of(data.content, log.n_items, config), histories, config)
    sampler.draw(ASKED, np.random.default_rng(row.seed))
    reports = {each.strategy: each for each in sampler.report()}
    rng = np.random.default_rng(row.seed)
    return {
        "works": log.n_items,
        "visitors": log.n_users,
        "events": log.n_events,
        "strategies": [
            _strategy(plan, user, sampler, artworks, reports[plan.strategy], rng)
            for plan in sampler.plans
        ],
    }


def _strategy(
    plan: Plan,
    user: int,
    sampler: TripletSampler,
    artworks: list[int],
    everybody: StrategyReport,
    rng: np.random.Generator,
) -> dict[str, Any]:
    index = sampler.index
    own = np.unique(index.items[index.indptr[user] : index.indptr[user + 1]])
    can_be = np.intersect1d(np.array([user]) if plan.of_users else own, plan.sources)
    sources = can_be if not plan.of_users else np.repeat(can_be, SHOWN)
    if not plan.of_users:
        sources = np.sort(rng.choice(can_be, min(SHOWN, len(can_be)), replace=False))
    found, turned_down = fill(plan, sources.astype(np.int64), sampler.config.max_tries, rng)
    return {
        "strategy": int(plan.strategy),
        "need": plan.need,
        "of_users": plan.of_users,
        "asked": len(sources),
        "turned_down": turned_down,
        "triplets": [
            {
                **_profile(found, row, index.pool, artworks),
                "positive": artworks[found.positive[row]],
                "negative": artworks[found.negative[row]],
                "missing": artworks[index.pool[found.hole[row]]] if found.hole[row] >= 0 else None,
            }
            for row in np.flatnonzero(found.accepted).tolist()
        ],
        "everybody": {
            name: getattr(everybody, name)
            for name in ("asked", "drawn", "turned_down", "served", "sources", "kind")
        },
    }


def _profile(
    found: Proposals, row: int, pool: NDArray[np.int32], artworks: list[int]
) -> dict[str, Any]:
    """The newest works of a profile, oldest first, and how many it has in all."""
    places = np.arange(found.start[row], found.stop[row])
    items = pool[places[places != found.hole[row]]]
    return {
        "profile": [artworks[item] for item in items[-PROFILE:].tolist()],
        "size": len(items),
    }


def _state() -> tuple[str, int, int, int, int]:
    """What a snapshot depends on: the extractor of the live look, choices and works."""
    live = live_space()
    if live is None:
        raise DataError("The gallery has not looked at its pictures yet.")
    events = choices()
    newest = events.aggregate(last=Max("pk"))["last"] or 0
    works = visible().aggregate(last=Max("pk"))["last"] or 0
    return live.extractor, events.count(), newest, visible().count(), works


@lru_cache(maxsize=1)
def _seen(extractor: str, *_state: int) -> tuple[TrainingData, list[int]]:
    """What a CuratorNet would be trained on now, and its artworks; kept while nothing changes.

    The visual clusters of one such content are kept with it.
    """
    found = snapshot.draw(Run(model="curatornet", extractor=extractor), now=timezone.now())
    return found.data(), found.artworks
