"""TensorBoard scalars of a training, where a folder is given."""

from __future__ import annotations

from pathlib import Path

from torch.utils.tensorboard import SummaryWriter

from artrec.training.runtime import Progress


class ScalarLog:
    """Writes to `folder`; without one it does nothing.

    What an earlier training left there of the epochs from `first` on is no longer shown.
    """

    def __init__(self, folder: Path | None, first: int) -> None:
        self._writer = None
        if folder is not None:
            self._writer = SummaryWriter(str(folder / "tensorboard"), purge_step=first)

    def write(self, progress: Progress, metric: str) -> None:
        """Add one epoch."""
        if self._writer is None:
            return
        values = {
            "loss": progress.loss,
            "lr": progress.lr,
            "examples_per_second": progress.examples_per_second,
        }
        if progress.metric is not None:
            values[f"validation/{metric}"] = progress.metric
        for name, value in values.items():
            self._writer.add_scalar(name, value, progress.epoch)
        self._writer.flush()

    def close(self) -> None:
        """Close the file."""
        if self._writer is not None:
            self._writer.close()
