"""Toy worlds whose right answers are known."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from artrec.data import Interactions
from artrec.data.splits import Split
from artrec.models.contract import Content, TrainingData

USERS, ITEMS, NEW = 60, 40, 6


@dataclass(frozen=True)
class World:
    """Users of one camp choose items of the same parity; in each camp low rows are popular.

    Features show the camp, and how popular an item is. The last two items are chosen by nobody.
    """

    split: Split
    data: TrainingData
    new: Content
    """Items that came later: even rows of one camp, odd rows of the other."""


def checkerboard(seed: int = 0) -> World:
    rng = np.random.default_rng(seed)
    rows, columns = np.indices((USERS, ITEMS))
    chance = 0.9 - 0.7 * columns / ITEMS
    chosen = (rows % 2 == columns % 2) & (rng.random((USERS, ITEMS)) < chance)
    chosen[:, -2:] = False
    users, items = np.nonzero(chosen)
    shuffled = rng.permutation(len(users))  # the order of time says nothing
    everything = Interactions.build(
        users[shuffled],
        items[shuffled],
        user_ids=[f"u{row}" for row in range(USERS)],
        item_ids=[f"i{row}" for row in range(ITEMS)],
    )
    test = np.zeros(everything.n_events, dtype=np.bool_)
    for last in (1, 2):  # every user has at least five
        test[everything.indptr[1:] - last] = True
    train = everything.select(~test)
    split = Split(train=train, history=train, test=everything.select(test))
    appeal = 1 - np.arange(ITEMS) / ITEMS
    content = _content(np.arange(ITEMS) % 2, appeal, rng)
    new = _content(np.arange(NEW) % 2, np.linspace(1, 0, NEW), rng)
    return World(split, TrainingData(train, content), new)


def _content(
    camps: np.ndarray[tuple[int, ...], np.dtype[np.int64]],
    appeal: np.ndarray[tuple[int, ...], np.dtype[np.float64]],
    rng: np.random.Generator,
) -> Content:
    looks = 0.1 * rng.normal(size=(len(camps), 8))
    looks[:, 0] += 1 - 2 * camps
    looks[:, 1] += appeal - 0.5
    return Content(
        features={"deep": looks.astype(np.float32)}, artists=(camps + 2 * (appeal > 0.5))
    )


def with_pictures(world: World, size: int = 16, seed: int = 0) -> World:
    """The same with pictures: noise, reddish in the even camp and bluish in the odd one."""
    rng = np.random.default_rng(seed)

    def shown(content: Content, rows: int) -> Content:
        pixels = rng.integers(0, 160, size=(rows, size, size, 3), dtype=np.uint8)
        pixels[::2, ..., 0] += 90
        pixels[1::2, ..., 2] += 90
        return replace(content, pixels=pixels)

    data = TrainingData(world.data.interactions, shown(world.data.content, ITEMS))
    return World(world.split, data, shown(world.new, NEW))
