"""TensorBoard scalars of a training, where it is installed and a folder is given."""

from __future__ import annotations

from pathlib import Path

from torch.utils.tensorboard import SummaryWriter

from artrec.training.runtime import Progress


class ScalarLog:
    """Writes to `folder`; without one it does nothing."""

    def __init__(self, folder: Path | None) -> None:
        self._writer = None if folder is None else SummaryWriter(str(folder / "tensorboard"))

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
