"""The evaluation protocols by name."""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from typing import Final

from artrec.cli.dataset import Prepared
from artrec.data import Dataset
from artrec.data.splits import Split, cold_start_items, cold_start_users
from artrec.evaluation import protocols
from artrec.evaluation.evaluate import Background
from artrec.evaluation.tasks import Task

NAMES: Final = (
    "leave-last",
    "leave-last-basket",
    "paper",
    "tutorial",
    "cold-items",
    "cold-users",
)
_DRAWN: Final = ("cold-items", "cold-users")


@dataclass(frozen=True, slots=True)
class Protocol:
    """A protocol and, where it draws, what decides the draw."""

    name: str
    share: float | None = None
    """Share of the items or users hidden."""
    seed: int | None = None

    def __str__(self) -> str:
        drawn = f" with share {self.share:g} and seed {self.seed}" if self.share else ""
        return f"{self.name}{drawn}"


def add_protocol_arguments(parser: argparse.ArgumentParser, *, default: str | None) -> None:
    """Add which choices are hidden to be found."""
    group = parser.add_argument_group("protocol")
    group.add_argument(
        "--protocol",
        choices=NAMES,
        default=default,
        help=f"what is hidden and asked for (default: {default or 'nothing'})",
    )
    group.add_argument(
        "--share",
        type=_share,
        default=0.2,
        metavar="S",
        help="share of items or users hidden by cold-items and cold-users (default 0.2)",
    )
    group.add_argument(
        "--seed", type=int, default=0, metavar="N", help="of the items or users drawn (default 0)"
    )


def chosen(options: argparse.Namespace) -> Protocol | None:
    """The protocol of the arguments, None where none is named."""
    if options.protocol is None:
        return None
    if options.protocol in _DRAWN:
        return Protocol(options.protocol, options.share, options.seed)
    return Protocol(options.protocol)


def make(protocol: Protocol, dataset: Dataset) -> tuple[Split, Task]:
    """The split to train on and the task to answer.

    With `cold-items` the candidates are the hidden items alone: works nobody has chosen yet are
    ranked among themselves. Raises DataError where nobody can be tested.
    """
    log, share, seed = dataset.interactions, protocol.share or 0.0, protocol.seed or 0
    if protocol.name == "leave-last":
        return protocols.leave_last(log)
    if protocol.name == "leave-last-basket":
        return protocols.leave_last(log, unit="basket")
    if protocol.name == "paper":
        return protocols.paper(dataset)
    if protocol.name == "tutorial":
        return protocols.tutorial(log)
    if protocol.name == "cold-users":
        split = cold_start_users(log, share=share, seed=seed)
        return split, protocols.from_split(split, name="cold-users")
    split = cold_start_items(log, share=share, seed=seed)
    hidden = split.test.item_counts > 0
    return split, protocols.from_split(split, name="cold-items", candidates=hidden)


def background(prepared: Prepared, split: Split) -> Background:
    """What the figures beyond accuracy need; diversity is measured on the features as given."""
    items = prepared.dataset.items
    return Background(
        item_counts=split.train.item_counts,
        n_users=int((split.train.user_counts > 0).sum()),
        features=prepared.content.matrix() if prepared.has_features else None,
        artists=items.artists if items.n_artists else None,
    )


def _share(text: str) -> float:
    try:
        share = float(text)
    except ValueError:
        share = 0.0
    if not 0 < share < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number between 0 and 1")
    return share
