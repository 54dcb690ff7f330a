"""What the report of a run asks for: choices that the measured model has not seen.

Some works are hidden whole, with all that was chosen of them, as works are that joined yesterday;
of what is left, each visitor's last choice is hidden. One model, trained on the rest, answers both.
Every run hides the same works, whatever its seed and as the gallery grows, so that versions of
different days are asked the same and can be compared.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Final

import numpy as np

from artrec.data import Interactions
from artrec.data.interactions import BoolArray
from artrec.data.splits import Split, leave_last_item
from artrec.errors import DataError

COLD_SHARE: Final = 0.05
"""Of the chosen works; enough to measure, and little to miss in training."""
_AT_LEAST: Final = 3  # choices of somebody whose last one is hidden


@dataclass(frozen=True, eq=False)
class Held:
    """Two questions to a model that was trained on `train`."""

    train: Interactions
    last: Split
    """Each visitor's last choice among the works that are known; `history` is `train`."""
    cold: Split
    """Choices of the hidden works, which are those with `test.item_counts > 0`."""


def hold_out(log: Interactions) -> Held:
    """Hide works and last choices.

    Raises:
        DataError: If nobody chose enough to be asked.
    """
    cold = _cold(log)[log.items]
    known = log.select(~cold)
    last = leave_last_item(known, at_least=_AT_LEAST)
    if not last.test.n_events or not last.train.n_events:
        raise DataError(
            f"Nobody chose {_AT_LEAST} works or more, so a model could not be measured. Wait for "
            f"more likes, saves and purchases, or choose a longer window."
        )
    return Held(last.train, last, Split(last.train, last.train, log.select(cold)))


def lot(name: str) -> float:
    """A number from 0 to 1 that is arbitrary, yet the same for this name each time."""
    digest = hashlib.blake2b(name.encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") / 2**64


def _cold(log: Interactions) -> BoolArray:
    """(N,) works to hide: about COLD_SHARE of those chosen, at least one."""
    lots = np.array([lot(name) for name in log.item_ids])
    lots[log.item_counts == 0] = np.inf
    hidden: BoolArray = lots < max(COLD_SHARE, np.nextafter(lots.min(), 1))
    return hidden
