"""Training of the models that learn by gradient: batches, losses, one loop, checkpoints.

Reading order: `config` (every setting), `batches` (what a step sees), `network` (what a model must
provide), `losses`, `loop`.
"""

from __future__ import annotations

from artrec.training.config import Loss, TrainingConfig, Validation
from artrec.training.runtime import Outcome, Progress, Runtime

__all__ = ["Loss", "Outcome", "Progress", "Runtime", "TrainingConfig", "Validation"]
