"""What the report of a run asks for: choices that the measured model has not seen.

Some works are hidden whole, with all that was chosen of them, as works are that joined yesterday;
of what is left, each visitor's last choice is hidden. One model, trained on the rest, answers both.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from artrec.data import Interactions
from artrec.data.splits import Split, cold_start_items, leave_last_item
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


def hold_out(log: Interactions, *, seed: int) -> Held:
    """Hide works and last choices.

    Raises:
        DataError: If nobody chose enough to be asked.
    """
    cold = cold_start_items(log, share=COLD_SHARE, seed=seed)
    last = leave_last_item(cold.train, at_least=_AT_LEAST)
    if not last.test.n_events or not last.train.n_events:
        raise DataError(
            f"Nobody chose {_AT_LEAST} works or more, so a model could not be measured. Wait for "
            f"more likes, saves and purchases, or choose a longer window."
        )
    return Held(last.train, last, Split(last.train, last.train, cold.test))
