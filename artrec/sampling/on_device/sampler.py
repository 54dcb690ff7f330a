"""Drawing triplets on a device."""

from __future__ import annotations

from dataclasses import dataclass, fields

import torch
from torch import Tensor

from artrec.sampling.on_device.guidelines import Propose, proposals_of
from artrec.sampling.on_device.hybrid import hybrid_proposals
from artrec.sampling.on_device.lookup import chances, contains, tensor_on, whole
from artrec.sampling.on_device.tables import Tables, tables_on
from artrec.sampling.on_device.triplets import (
    COLUMNS,
    DeviceTriplets,
    Proposals,
    no_hole,
    take,
)
from artrec.sampling.plans import Plan
from artrec.sampling.report import StrategyReport, no_counts, reports_of
from artrec.sampling.sampler import TripletSampler, apportion

UNCHOSEN_ROUNDS = 8
"""Times that further negatives are drawn again; a handful leaves hardly any in a history."""


@dataclass(frozen=True, eq=False)
class _Drawer:
    plan: Plan
    sources: Tensor
    propose: Propose


class DeviceSampler:
    """Draws by the world, the histories and the settings of a `TripletSampler`, on a device.

    The same distribution, not the same triplets: random numbers are those of torch on that device.
    They come from the generator alone, so that its state is all one needs to go on from.
    """

    def __init__(self, sampler: TripletSampler, device: torch.device) -> None:
        self.device = device
        self.config = sampler.config
        self.rules = sampler.rules
        self.plans = sampler.plans
        self._tables = tables_on(sampler.index, device)
        self._drawers = [
            _Drawer(plan, tensor_on(plan.sources, device), self._proposals(plan))
            for plan in self.plans
        ]
        self._counts = no_counts(self.plans)

    def draw(self, n: int, dice: torch.Generator) -> DeviceTriplets:
        """Up to `n` triplets, shuffled; see `TripletSampler.draw`.

        `dice` must be a generator of the same device; equal states give equal triplets there.
        """
        shares = [self.rules.shares[plan.strategy] for plan in self.plans]
        counts = apportion(n, shares, float(chances(1, dice)))
        parts = [
            self._draw_strategy(drawer, int(count), dice)
            for drawer, count in zip(self._drawers, counts, strict=True)
        ]
        together = {name: torch.cat([getattr(part, name) for part in parts]) for name in COLUMNS}
        drawn = DeviceTriplets(pool=self._tables.pool, **together)
        return take(drawn, torch.randperm(len(drawn), generator=dice, device=self.device))

    def unchosen(self, users: Tensor, count: int, dice: torch.Generator) -> Tensor:
        """(B, count) uniform items that each user has not chosen; any item for nobody (-1)."""
        n_items = self._tables.n_items
        owners = torch.repeat_interleave(users, count)
        drawn = whole(len(owners), n_items, dice)
        for _ in range(UNCHOSEN_ROUNDS):
            owned = contains(self._tables.owned_keys, owners * n_items + drawn) & (owners >= 0)
            wrong = torch.nonzero(owned)[:, 0]
            if not len(wrong):
                break
            drawn[wrong] = whole(len(wrong), n_items, dice)
        return drawn.reshape(len(users), count)

    def report(self) -> list[StrategyReport]:
        """Counts of all draws so far, one entry per strategy with a share."""
        return reports_of(self.plans, self._counts)

    def _proposals(self, plan: Plan) -> Propose:
        tables: Tables = self._tables
        if self.config.mode == "icdm" and tables.clusters is not None and tables.unit is not None:
            return hybrid_proposals(plan.strategy, tables, tables.clusters, tables.unit, self.rules)
        return proposals_of(plan, tables, self.rules)

    def _draw_strategy(self, drawer: _Drawer, count: int, dice: torch.Generator) -> DeviceTriplets:
        sources = equal_rounds(drawer.sources, count, dice)
        found, turned_down = _fill(drawer.propose, sources, self.config.max_tries, dice)
        users = sources if drawer.plan.of_users else no_hole(sources)
        drawn = DeviceTriplets(
            user=users,
            positive=found.positive,
            negative=found.negative,
            strategy=torch.full_like(users, int(drawer.plan.strategy)),
            start=found.start,
            stop=found.stop,
            hole=found.hole,
            pool=self._tables.pool,
        )
        if turned_down:
            drawn = take(drawn, torch.nonzero(found.accepted)[:, 0])
        self._counts[drawer.plan.strategy] += (count, len(drawn), turned_down)
        return drawn


def equal_rounds(sources: Tensor, n: int, dice: torch.Generator) -> Tensor:
    """n of the sources, ascending, each as often as any other to within one."""
    if len(sources) == 0:
        return sources
    rounds, rest = divmod(n, len(sources))
    times = torch.full_like(sources, rounds)
    more = torch.randperm(len(sources), generator=dice, device=sources.device)[:rest]
    times[more] += 1
    return torch.repeat_interleave(sources, times, output_size=n)


def _fill(
    propose: Propose, sources: Tensor, tries: int, dice: torch.Generator
) -> tuple[Proposals, int]:
    """See `artrec.sampling.plans.fill`."""
    if len(sources) == 0:
        none = sources
        return Proposals(none, none, none, none, none, none.bool()), 0
    best = propose(sources, dice)
    turned_down = 0
    for attempt in range(1, tries + 1):
        pending = torch.nonzero(~best.accepted)[:, 0]
        turned_down += len(pending)
        if len(pending) == 0 or attempt == tries:
            break
        again = propose(sources[pending], dice)
        # Copies, because a proposal may hold its sources themselves.
        best = Proposals(
            **{
                each.name: getattr(best, each.name).index_copy(
                    0, pending, getattr(again, each.name)
                )
                for each in fields(Proposals)
            }
        )
    return best, turned_down
