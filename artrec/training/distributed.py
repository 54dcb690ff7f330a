"""Several processes training one network, as `torchrun` starts them; one process otherwise."""

from __future__ import annotations

import atexit
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import torch
from torch import distributed, nn

from artrec.training.batches import Batch


@dataclass(frozen=True, slots=True)
class Group:
    """This process among its peers."""

    rank: int = 0
    local_rank: int = 0
    """Among those on this machine; chooses the GPU."""
    size: int = 1

    @property
    def first(self) -> bool:
        """Whether this is the process that validates, writes and reports."""
        return self.rank == 0

    def average_gradients(self, network: nn.Module) -> None:
        """Replace every gradient by its mean over all processes."""
        if self.size == 1:
            return
        for parameter in network.parameters():
            if parameter.requires_grad:
                # A process whose batch did not touch a table takes part all the same.
                if parameter.grad is None:
                    parameter.grad = torch.zeros_like(parameter)
                distributed.all_reduce(parameter.grad)
                parameter.grad /= self.size

    def from_first(self, measure: Callable[[], float]) -> float:
        """What the first process measures, on all of them."""
        if self.size == 1:
            return measure()
        box = [measure() if self.first else 0.0]
        distributed.broadcast_object_list(box, src=0)
        return box[0]

    def in_step(self, batches: Iterable[Batch]) -> Iterator[Batch]:
        """The batches, as long as every process has one: a lone one would wait for ever."""
        mine = iter(batches)
        while True:
            batch = next(mine, None)
            if not self._all(batch is not None) or batch is None:
                return
            yield batch

    def _all(self, ready: bool) -> bool:
        if self.size == 1:
            return ready
        flags: list[bool] = [False] * self.size
        distributed.all_gather_object(flags, ready)
        return all(flags)


def group() -> Group:
    """The processes that `torchrun` started, or this one alone."""
    if not distributed.is_torchelastic_launched():
        return Group()
    if not distributed.is_initialized():
        distributed.init_process_group(
            "cpu:gloo,cuda:nccl" if torch.cuda.is_available() else "gloo"
        )
        # For all trainings of this process: peers that come back for another group wait for ever.
        atexit.register(distributed.destroy_process_group)
    return Group(
        rank=distributed.get_rank(),
        local_rank=distributed.get_node_local_rank(fallback_rank=0),
        size=distributed.get_world_size(),
    )
