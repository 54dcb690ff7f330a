"""Training in batches that encode each item once, against a DataLoader of single triplets.

The slow side is the pattern of the field's published notebooks, written here: triplets drawn up
front, a PyTorch Dataset with one triplet per row, batches of 128, and a forward pass that encodes
the profile, the positive and the negative of every triplet by themselves. It trains the same
network, from the same initial weights, on triplets of the same sampler; that both sides give the
same scores is asserted. Loop 1 has the learning rate of the notebooks, loop 2 a higher one; our
side has that of loop 2 and, as its batches are 32 times larger, four times that.

Every trainer runs on one thread. They take turns, so that a busy machine slows all, and what is
counted is CPU time (process_time). Measuring the held-out AUC is the same code for all and is not
counted; neither is drawing the loop's triplets, while ours are drawn within the time shown. A
trainer ends when its time is up, or when nothing has got better for a while.

    python -m benchmarks.bench_training
    python -m benchmarks.bench_training --data RATINGS.csv --features STORE [--seconds 60]

Without data a world is generated. RATINGS.csv is in MovieLens' format, where 4 stars and more are
a choice; STORE is a feature store as `python -m artrec extract` writes it.
"""

from __future__ import annotations

import argparse
import copy
import itertools
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional
from torch.nn.utils.rnn import pad_sequence
from torch.utils.data import DataLoader, Dataset

from artrec.data import Interactions
from artrec.data.readers.movielens import read_movielens
from artrec.features.store import open_store
from artrec.models.contract import Content, Floats
from artrec.models.curatornet import CuratorNetConfig, CuratorNetwork
from artrec.models.inputs import fit_inputs
from artrec.models.tables import TableNetwork
from artrec.models.vbpr import VBPRConfig
from artrec.sampling import SamplingConfig, Triplets, World, profiles, take
from artrec.training import Runtime, TrainingConfig
from artrec.training.batches import Batch, from_triplets
from artrec.training.loop import example_losses, train
from artrec.training.network import Network
from artrec.training.sources import Source, triplet_source
from artrec.training.validation import HeldOut, hold_out, measure

SAMPLING = SamplingConfig(mode="random")
PER_TURN = 20_000
"""Triplets after which a trainer is measured and the next has its turn."""
Example = tuple[Tensor, int, int, int]
"""Profile, positive, negative, user."""
Padded = tuple[Tensor, Tensor, Tensor, Tensor, Tensor]
"""Profiles (B, L), which of it is no padding, and positives, negatives and users (B,)."""
Gap = Callable[[Any, Padded], Tensor]
Pause = Callable[[], None]


class Rows(Dataset[Example]):
    """One triplet per row."""

    def __init__(self, triplets: Triplets) -> None:
        indptr, items = profiles(triplets)
        self.profiles = [items[a:b].tolist() for a, b in itertools.pairwise(indptr.tolist())]
        self.positive = triplets.positive.tolist()
        self.negative = triplets.negative.tolist()
        self.users = triplets.user.tolist()

    def __len__(self) -> int:
        return len(self.users)

    def __getitem__(self, row: int) -> Example:
        return (
            torch.tensor(self.profiles[row]),
            self.positive[row],
            self.negative[row],
            self.users[row],
        )


def pad(examples: list[Example]) -> Padded:
    some, positive, negative, users = zip(*examples, strict=True)
    profile = pad_sequence(list(some), batch_first=True, padding_value=-1)
    rest = (torch.tensor(each) for each in (positive, negative, users))
    return (profile.clamp(min=0), profile >= 0, *rest)  # type: ignore[return-value]


def curatornet_gap(network: CuratorNetwork, batch: Padded) -> Tensor:
    """(B,) by how much the positive wins."""
    profile, real, positive, negative, _ = batch
    chosen = network.item_tower(network.features[profile])
    mean = (chosen * real[:, :, None]).sum(dim=1) / real.sum(dim=1, keepdim=True)
    largest = chosen.masked_fill(~real[:, :, None], -torch.inf).amax(dim=1)
    users = network.user_tower(torch.cat((mean, largest), dim=1))
    winner = network.item_tower(network.features[positive])
    loser = network.item_tower(network.features[negative])
    gap: Tensor = (users * winner).sum(dim=1) - (users * loser).sum(dim=1)
    return gap


def vbpr_gap(network: TableNetwork, batch: Padded) -> Tensor:
    """(B,) by how much the positive wins."""
    _, _, positive, negative, users = batch
    factors = network.users[users]
    width = network.items.shape[1]

    def score(items: Tensor) -> Tensor:
        assert network.visual is not None
        looks = network.features[items] @ network.visual
        latent = (factors[:, :width] * network.items[items]).sum(dim=1)
        visual = (factors[:, width:] * looks[:, :-1]).sum(dim=1)
        return latent + visual + network.biases[items, 0] + looks[:, -1]

    return score(positive) - score(negative)


@dataclass
class Trainer:
    """One way to train, and how far it got."""

    name: str
    network: Network
    turns: Iterator[None]
    examples: list[int] = field(default_factory=lambda: [0])
    """What was trained on; a list, so that the one who trains can count it up."""
    cpu: float = 0.0
    curve: list[tuple[float, float]] = field(default_factory=list)
    """CPU-seconds and held-out AUC after each turn."""

    @property
    def best(self) -> tuple[float, float]:
        """CPU-seconds and AUC of the best turn."""
        return max(self.curve, key=lambda point: point[1])

    def reached(self, auc: float) -> float | None:
        """CPU-seconds after which the AUC was there."""
        return next((cpu for cpu, value in self.curve if value >= auc), None)

    def turn(self, held: HeldOut) -> None:
        """Train on, then measure."""
        started = time.process_time()
        next(self.turns)
        self.cpu += time.process_time() - started
        self.network.eval()
        self.curve.append((self.cpu, measure(self.network, held, "auc")))
        self.network.train()

    def done(self, seconds: float, patience: int) -> bool:
        """Whether the time is up or nothing has got better for `patience` turns."""
        if self.cpu >= seconds:
            return True
        return (
            len(self.curve) - 1 - self.curve.index(self.best) >= patience if self.curve else False
        )


def by_loader(
    name: str, network: Network, gap: Gap, triplets: Triplets, lr: float, seed: int
) -> Trainer:
    """The slow side."""
    trainer = Trainer(name, network, iter(()))
    rows = Rows(triplets)

    def work() -> Iterator[None]:
        shuffled = torch.Generator().manual_seed(seed)
        loader = DataLoader(rows, batch_size=128, shuffle=True, collate_fn=pad, generator=shuffled)
        # As the notebooks: sums of losses, and the decay on every parameter.
        optimizer = torch.optim.Adam(network.parameters(), lr=lr, weight_decay=1e-4)
        turns = 1
        while True:
            for batch in loader:
                optimizer.zero_grad()
                torch.autograd.backward(functional.softplus(-gap(network, batch)).sum())
                optimizer.step()
                trainer.examples[0] += len(batch[-1])
                if trainer.examples[0] >= turns * PER_TURN:
                    turns += 1
                    yield

    trainer.turns = work()
    return trainer


@dataclass
class Counted:
    """A source that counts what it gives."""

    source: Source
    count: list[int]

    @property
    def examples(self) -> int:
        """As the source."""
        return self.source.examples

    def epoch(self, rng: np.random.Generator, share: int = 1) -> Iterator[Batch]:
        """As the source."""
        for batch in self.source.epoch(rng, share):
            self.count[0] += len(batch.rows)
            yield batch


def by_artrec(name: str, network: Network, log: Interactions, config: TrainingConfig) -> Trainer:
    """The fast side: the loop of the library as it is, with one epoch a turn."""
    trainer = Trainer(name, network, iter(()))

    def work(pause: Pause) -> None:
        source = triplet_source(World(log.n_items), log, SAMPLING, config)
        runtime = Runtime(device="cpu", threads=1, on_progress=lambda _: pause())
        counted = Counted(source, trainer.examples)
        train(network, counted, HeldOut(log, None, log), config, runtime)

    trainer.turns = stepwise(work)
    return trainer


def stepwise(work: Callable[[Pause], None]) -> Iterator[None]:
    """Run `work` in a thread, but only between two pauses at a time."""
    mine, yours = threading.Semaphore(0), threading.Semaphore(0)
    failed: list[BaseException] = []

    def pause() -> None:
        mine.release()
        yours.acquire()

    def body() -> None:
        yours.acquire()
        try:
            work(pause)
        except BaseException as error:
            failed.append(error)
        mine.release()

    threading.Thread(target=body, daemon=True).start()
    while not failed:
        yours.release()
        mine.acquire()
        if failed:
            raise failed[0]
        yield


def generated(seed: int) -> tuple[Interactions, Floats]:
    """600 users choose 30 of 3,000 items each, by a taste in 12 traits that the features show."""
    rng = np.random.default_rng(seed)
    n_users, n_items, traits = 600, 3000, 12
    looks = rng.normal(size=(n_items, traits))
    taste = 0.6 * rng.normal(size=(n_users, traits))
    appeal = taste @ looks.T + rng.normal(size=n_items) + rng.gumbel(size=(n_users, n_items))
    items = np.argsort(-appeal, axis=1)[:, :30]
    items = rng.permuted(items, axis=1)  # the order of time says nothing
    log = Interactions.build(
        np.repeat(np.arange(n_users), 30),
        items.ravel(),
        user_ids=[f"u{row}" for row in range(n_users)],
        item_ids=[f"i{row}" for row in range(n_items)],
    )
    hidden = looks @ rng.normal(size=(traits, 512)) + 2 * rng.normal(size=(n_items, 512))
    return log, np.maximum(hidden, 0).astype(np.float32)


def read(ratings: Path, store: Path) -> tuple[Interactions, Floats]:
    opened = open_store(store)
    data = read_movielens(ratings).with_features([Path(key).stem for key in opened.ids])
    rows: Floats = np.asarray(opened.matrix[data.feature_rows], dtype=np.float32)
    return data.interactions, rows


def curatornet(log: Interactions, content: Content) -> tuple[Network, TrainingConfig]:
    training = TrainingConfig(lr=1e-3, l2=1e-4, batch=4096)
    config = CuratorNetConfig(sampling=SAMPLING, training=training)
    features = fit_inputs(content, config.scaling).apply(content)
    return CuratorNetwork(features, config), config.training


def vbpr(log: Interactions, content: Content) -> tuple[Network, TrainingConfig]:
    """With the dimensions of the notebooks."""
    training = TrainingConfig(lr=5e-3, l2=1e-2, batch=4096)
    config = VBPRConfig(
        latent_dim=200, visual_dim=100, scaling="zscore", sampling=SAMPLING, training=training
    )
    features = fit_inputs(content, config.scaling).apply(content)
    network = TableNetwork(
        log, config, features=features, visual_dim=100, visual_l2=config.visual_l2
    )
    return network, config.training


Maker = Callable[[Interactions, Content], tuple[Network, TrainingConfig]]
MODELS: dict[str, tuple[Maker, Gap, float]] = {
    "curatornet": (curatornet, curatornet_gap, 1e-4),
    "vbpr": (vbpr, vbpr_gap, 1e-3),
}


def check(network: Network, gap: Gap, triplets: Triplets) -> None:
    """Assert that both sides give the same losses."""
    rows = Rows(triplets)
    theirs = functional.softplus(-gap(network, pad([rows[row] for row in range(len(rows))])))
    batch = from_triplets(triplets, network.n_items)
    encoded = network.encode(batch.items)
    users, items = network.user_vectors(batch, encoded), network.item_vectors(encoded)
    ours = example_losses(users, items, batch, TrainingConfig(), network.n_items)
    torch.testing.assert_close(ours, theirs, rtol=1e-4, atol=1e-4)


def trainers(name: str, held: HeldOut, content: Content, triplets: Triplets) -> list[Trainer]:
    make, gap, lr = MODELS[name]
    torch.manual_seed(0)
    network, config = make(held.train, content)
    check(network, gap, take(triplets, slice(0, 500)))
    forever = replace(config, epoch_examples=PER_TURN, validation="none", epochs=1_000_000)

    def fresh() -> Network:
        return copy.deepcopy(network)

    return [
        by_loader(f"loop 1, lr {lr:g}", fresh(), gap, triplets, lr, seed=1),
        by_loader(f"loop 2, lr {config.lr:g}", fresh(), gap, triplets, config.lr, seed=1),
        *(
            by_artrec(f"artrec, lr {each.lr:g}", fresh(), held.train, each)
            for each in (forever, replace(forever, lr=4 * config.lr))
        ),
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--data", type=Path)
    parser.add_argument("--features", type=Path)
    parser.add_argument("--models", nargs="+", default=list(MODELS), choices=list(MODELS))
    parser.add_argument("--seconds", type=float, default=60, help="CPU time of each trainer")
    parser.add_argument("--patience", type=int, default=12, help="turns without a better AUC")
    parser.add_argument("--triplets", type=int, default=400_000, help="drawn for the DataLoader")
    options = parser.parse_args()
    if (options.data is None) != (options.features is None):
        parser.error("--data and --features go together")
    torch.set_num_threads(1)
    log, rows = generated(0) if options.data is None else read(options.data, options.features)
    held = hold_out(log, TrainingConfig(validation="last-item"))
    assert held.task is not None
    source = triplet_source(World(log.n_items), held.train, SAMPLING, TrainingConfig())
    triplets = source.sampler.draw(options.triplets, np.random.default_rng(0))
    print(
        f"{held.train.n_events:,} choices of {log.n_users:,} users among {log.n_items:,} items, "
        f"{rows.shape[1]} features; {len(held.task)} held out; one thread\n"
    )
    print(
        "| model | trainer | triplets/CPU-s | best AUC | CPU-s to it "
        "| CPU-s to the best of loop 1 | CPU-s to the best of loop 2 |"
    )
    print("|---|---|---:|---:|---:|---:|---:|")
    for name in options.models:
        every = trainers(name, held, Content({"features": rows}), triplets)
        while going := [one for one in every if not one.done(options.seconds, options.patience)]:
            min(going, key=lambda one: one.cpu).turn(held)
        for one in every:
            cpu, auc = one.best
            rate = f"{one.examples[0] / one.cpu:,.0f}"
            compared = " | ".join(beside(one, loop) for loop in every[:2])
            print(f"| {name} | {one.name} | {rate} | {auc:.4f} | {cpu:.1f} | {compared} |")


def beside(one: Trainer, loop: Trainer) -> str:
    """CPU-seconds to the best AUC of a loop, and how many times fewer than the loop's."""
    cpu, auc = loop.best
    reached = one.reached(auc)
    return "never" if reached is None else f"{reached:.1f} ({cpu / reached:.1f}x)"


if __name__ == "__main__":
    main()
