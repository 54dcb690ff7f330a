"""Triplets per CPU-second, against the same rules in a plain Python loop.

    python -m benchmarks.bench_sampling [--triplets 1000000] [--loop-triplets 60000] [--rounds 3]

The world is synthetic and of UGallery's size: 2,919 users, 13,297 items, 573 artists, 100 clusters,
histories with a median of 1 or 2 and a long tail. Neither side removes repeated triplets. Both are
measured by process_time, in turns within one run; the ratio is that of blocks of 65,536, and more
to be trusted than the rates. `reference` and `icdm` have no loop: their rates depend on how often
the pictures of a data set disagree.

A second table is the sampler of torch, `DeviceSampler`: on the CPU with one thread, by
process_time as above; on the GPU where there is one, by the clock, because that is what a training
waits for.
"""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import get_args

import numpy as np
import torch

from artrec.sampling import Histories, Mode, SamplingConfig, Triplets, TripletSampler, World
from artrec.sampling.on_device import DeviceSampler

Loop = Callable[[int], list[tuple[list[int], int, int, int]]]
"""Number of triplets -> (profile, positive, negative, user) each."""


def make_world(seed: int = 0) -> tuple[World, Histories]:
    """Works of an artist look alike; a user returns to a few artists."""
    rng = np.random.default_rng(seed)
    n_items, n_users, n_artists, n_clusters = 13_297, 2_919, 573, 100
    artists = np.sort((rng.random(n_items) ** 1.5 * n_artists).astype(np.int32))
    home = rng.integers(n_clusters, size=n_artists)
    centres = rng.normal(size=(n_clusters, 200))
    wanders = rng.random(n_items) < 0.4
    clusters = np.where(wanders, rng.integers(n_clusters, size=n_items), home[artists])
    vectors = centres[clusters] + rng.normal(size=(n_items, 200))
    lengths = np.minimum(np.ceil(rng.pareto(1.3, size=n_users) + 0.5), 271).astype(np.int64)
    indptr = np.concatenate(([0], np.cumsum(lengths)))
    favourite = np.repeat(rng.integers(n_items, size=n_users), lengths)
    near = np.clip(favourite + rng.integers(-20, 21, size=indptr[-1]), 0, n_items - 1)
    items = np.where(rng.random(indptr[-1]) < 0.5, near, rng.integers(n_items, size=indptr[-1]))
    baskets = np.cumsum(rng.random(indptr[-1]) < 0.75)
    world = World(n_items, artists, clusters.astype(np.int32), vectors.astype(np.float32))
    return world, Histories(indptr, items.astype(np.int32), baskets)


class PlainLoops:
    """What one writes first: sets, lists and `random.choice`, one triplet at a time."""

    def __init__(self, world: World, histories: Histories) -> None:
        assert world.artists is not None
        assert world.clusters is not None
        self.n = world.n_items
        self.artist, self.cluster = world.artists.tolist(), world.clusters.tolist()
        self.history = [
            histories.items[a:b].tolist()
            for a, b in zip(histories.indptr, histories.indptr[1:], strict=False)
        ]
        self.sets = [set(history) for history in self.history]
        self.artists = [{self.artist[i] for i in history} for history in self.history]
        self.clusters = [{self.cluster[i] for i in history} for history in self.history]
        self.by_artist: dict[int, list[int]] = {}
        for item, artist in enumerate(self.artist):
            self.by_artist.setdefault(artist, []).append(item)
        self.baskets = [list(self._baskets(histories, u)) for u in range(len(self.history))]

    def _baskets(self, histories: Histories, user: int) -> Iterator[list[int]]:
        assert histories.baskets is not None
        first, last = int(histories.indptr[user]), int(histories.indptr[user + 1])
        cuts = [
            e for e in range(first + 1, last) if histories.baskets[e] != histories.baskets[e - 1]
        ]
        for a, b in zip([first, *cuts], [*cuts, last], strict=True):
            yield histories.items[a:b].tolist()

    def random(self, n: int) -> list[tuple[list[int], int, int, int]]:
        """Mode `random`."""
        found = []
        for user in self._rounds(range(len(self.history)), n):
            history = self.history[user]
            place = random.randrange(len(history))
            negative = random.randrange(self.n)
            while negative in self.sets[user]:
                negative = random.randrange(self.n)
            window = history[max(0, place - 9) : place + 1]
            found.append((window, history[place], negative, user))
        return found

    def paper(self, n: int) -> list[tuple[list[int], int, int, int]]:
        """Mode `paper`, n / 6 of each strategy."""
        share, users = n // 6, range(len(self.history))
        found = []
        for user in self._rounds([u for u in users if max(map(len, self.baskets[u])) > 1], share):
            basket = random.choice([b for b in self.baskets[user] if len(b) > 1])
            place = random.randrange(len(basket))
            rest = basket[:place] + basket[place + 1 :]
            found.append((rest, basket[place], self._disliked(user), user))
        for user in self._rounds([u for u in users if len(self.baskets[u]) > 1], share):
            k = random.randrange(1, len(self.baskets[user]))
            before = [item for basket in self.baskets[user][:k] for item in basket]
            positive = random.choice(self.baskets[user][k])
            found.append((before, positive, self._disliked(user), user))
        for user in self._rounds(users, share):
            for _ in range(20):
                positive = random.choice(
                    self.by_artist[self.artist[random.choice(self.history[user])]]
                )
                if (
                    self.cluster[positive] in self.clusters[user]
                    and positive not in self.sets[user]
                ):
                    found.append((self.history[user], positive, self._disliked(user), user))
                    break
        for user in self._rounds(users, share):
            negative = random.randrange(self.n)
            while negative in self.sets[user]:
                negative = random.randrange(self.n)
            found.append((self.history[user], random.choice(self.history[user]), negative, user))
        for item in self._rounds(range(self.n), share):
            negative = random.randrange(self.n)
            while negative == item:
                negative = random.randrange(self.n)
            found.append(([item], item, negative, -1))
        several = [i for i in range(self.n) if len(self.by_artist[self.artist[i]]) > 1]
        for item in self._rounds(several, share):
            positive = random.choice(self.by_artist[self.artist[item]])
            while positive == item:
                positive = random.choice(self.by_artist[self.artist[item]])
            negative = random.randrange(self.n)
            while self.artist[negative] == self.artist[item]:
                negative = random.randrange(self.n)
            found.append(([item], positive, negative, -1))
        return found

    def _rounds(self, sources: range | list[int], n: int) -> Iterator[int]:
        for _ in range(n // len(sources)):
            yield from sources
        yield from random.sample(sources, n % len(sources))

    def _disliked(self, user: int) -> int:
        while True:
            item = random.randrange(self.n)
            new_look = self.cluster[item] not in self.clusters[user]
            if new_look and self.artist[item] not in self.artists[user]:
                return item


def rate(draw: Callable[[], int], clock: Callable[[], float] = time.process_time) -> float:
    """Triplets per second of one call, CPU-seconds unless told otherwise."""
    begin = clock()
    n = draw()
    return n / (clock() - begin)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--triplets", type=int, default=1_000_000)
    parser.add_argument("--loop-triplets", type=int, default=60_000)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    torch.set_num_threads(1)
    world, histories = make_world()
    samplers = {
        mode: TripletSampler(world, histories, SamplingConfig(mode=mode)) for mode in get_args(Mode)
    }
    against_loops(samplers, PlainLoops(world, histories), options)
    for device in ("cpu", *(["cuda"] if torch.cuda.is_available() else [])):
        by_torch(samplers, torch.device(device), options)


def against_loops(
    samplers: dict[Mode, TripletSampler], plain: PlainLoops, options: argparse.Namespace
) -> None:
    """Print the table of the NumPy sampler and the loops."""
    loops: dict[Mode, Loop] = {"random": plain.random, "paper": plain.paper}
    sizes = (4_096, 65_536, options.triplets)
    heads = " | ".join(f"blocks of {size:,}" for size in sizes)
    print(f"| mode | {heads} | plain loop | ratio | short | bytes each |")
    print("|---|---:|---:|---:|---:|---:|---:|---:|")
    for mode, sampler in samplers.items():
        rng = np.random.default_rng(0)
        drawn = sampler.draw(options.triplets, rng)  # warms the caches, and is counted below
        ours: dict[int, list[float]] = {size: [] for size in sizes}
        theirs = []
        for _ in range(options.rounds):
            for size in sizes:
                ours[size].append(rate(partial(draw_blocks, sampler, rng, options.triplets, size)))
            if mode in loops:
                theirs.append(rate(partial(count, loops[mode], options.loop_triplets)))
        rates = [float(np.median(ours[size])) for size in sizes]
        loop = float(np.median(theirs)) if theirs else 0.0
        against = f"{loop:,.0f} | {rates[1] / loop:.0f}x" if loop else "- | -"
        print(
            f"| {mode} | {' | '.join(f'{each:,.0f}' for each in rates)} | {against} "
            f"| {1 - len(drawn) / options.triplets:.2%} | {bytes_each(drawn)} |"
        )


def by_torch(
    samplers: dict[Mode, TripletSampler], device: torch.device, options: argparse.Namespace
) -> None:
    """Print the table of the torch sampler on a device."""
    name = "cpu" if device.type == "cpu" else torch.cuda.get_device_name(device)
    clock = time.process_time if device.type == "cpu" else time.perf_counter
    sizes = (4_096, 65_536, options.triplets)
    print(f"\n| mode, torch on {name} | {' | '.join(f'blocks of {size:,}' for size in sizes)} |")
    print("|---|---:|---:|---:|")
    for mode, host in samplers.items():
        sampler = DeviceSampler(host, device)
        dice = torch.Generator(device).manual_seed(0)
        sampler.draw(options.triplets, dice)  # warms the caches
        rates = []
        for size in sizes:
            draw = partial(device_blocks, sampler, dice, options.triplets, size)
            rates.append(float(np.median([rate(draw, clock) for _ in range(options.rounds)])))
        print(f"| {mode} | {' | '.join(f'{each:,.0f}' for each in rates)} |")


def device_blocks(sampler: DeviceSampler, dice: torch.Generator, n: int, size: int) -> int:
    """Draw n triplets by blocks and wait for them; the number that came."""
    drawn = sum(len(sampler.draw(size, dice)) for _ in range(n // size))
    if sampler.device.type == "cuda":
        torch.cuda.synchronize(sampler.device)
    return drawn


def draw_blocks(sampler: TripletSampler, rng: np.random.Generator, n: int, size: int) -> int:
    """Draw n triplets by blocks; the number that came."""
    return sum(len(sampler.draw(size, rng)) for _ in range(n // size))


def count(loop: Loop, n: int) -> int:
    """Draw n triplets by a loop; the number that came."""
    return len(loop(n))


def bytes_each(drawn: Triplets) -> int:
    """Memory of one triplet, whatever the length of its profile."""
    columns = [getattr(drawn, name) for name in vars(drawn) if name != "pool"]
    return sum(column.itemsize for column in columns)


if __name__ == "__main__":
    main()
