"""The trainer, but that a run stops after three epochs for as long as a test wants it to."""

from __future__ import annotations

import importlib
from typing import Any

trainer: Any = importlib.import_module("workers.trainer")  # first, for it readies Django
app = trainer.app
trainer.POLITE = 0  # beside other tests it would hardly come to anything

pause: Any = importlib.import_module("tests.workers.pausing").pause
chart: Any = importlib.import_module("workers.training")._Chart
write = chart.write


def write_and_pause(self: Any, progress: Any) -> None:
    write(self, progress)
    if progress.epoch >= 3:
        pause("training")


chart.write = write_and_pause
