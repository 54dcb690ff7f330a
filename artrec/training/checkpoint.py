"""Checkpoints: one file with all that an unbroken training would know at the end of an epoch."""

from __future__ import annotations

import os
import pickle
import uuid
import zipfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import torch

from artrec.errors import BundleError
from artrec.training.runtime import Progress

FORMAT: Final = 1
NAME: Final = "checkpoint.pt"


@dataclass(slots=True)
class State:
    """Where a training stands, beside its parameters."""

    epoch: int = 0
    """Finished epochs."""
    best_epoch: int = 0
    best: float | None = None
    stale: int = 0
    """Epochs since the best."""
    stale_lr: int = 0
    """Epochs since the best or the last cut of the learning rate."""
    lr: float = 0.0


def save(folder: Path, *, key: str, state: State, tensors: dict[str, Any]) -> None:
    """Write atomically; `key` names settings and data, so that another run is not continued."""
    folder.mkdir(parents=True, exist_ok=True)
    partial = folder / f"{NAME}.{uuid.uuid4().hex[:12]}.partial"
    try:
        with partial.open("wb") as file:
            torch.save({"format": FORMAT, "key": key, "state": asdict(state), **tensors}, file)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(folder / NAME)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise


def load(folder: Path, *, key: str) -> tuple[State, dict[str, Any]] | None:
    """What `save` wrote, or None where there is no checkpoint.

    Raises:
        BundleError: If it is damaged, or of other settings or data.
    """
    path = folder / NAME
    if not path.exists():
        return None
    try:
        # weights_only: tensors and plain values, so that loading cannot run code.
        found = torch.load(path, map_location="cpu", weights_only=True)
        wrong = found.pop("format") != FORMAT
        theirs = found.pop("key")
        state = State(**found.pop("state"))
    except (
        OSError,
        EOFError,
        KeyError,
        TypeError,
        AttributeError,
        RuntimeError,
        ValueError,
        pickle.UnpicklingError,
        zipfile.BadZipFile,
    ) as error:
        raise BundleError(
            f"Cannot read the checkpoint {path}: {error}. Remove it to begin anew."
        ) from error
    if wrong or theirs != key:
        raise BundleError(
            f"The checkpoint {path} is of other settings, data or code, so it cannot be gone on "
            f"from. Remove it to begin anew, or choose another folder."
        )
    return state, found


def last_progress(folder: Path) -> Progress | None:
    """The epoch that a checkpoint is of, for those who were killed before they could tell of it;
    None where there is none to read."""
    try:
        found = torch.load(folder / NAME, map_location="cpu", weights_only=True)
        return Progress(**found["progress"])
    except (OSError, EOFError, KeyError, TypeError, RuntimeError, pickle.UnpicklingError):
        return None
