"""Where a step runs, and in which precision."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext

import torch
from torch.amp.grad_scaler import GradScaler

from artrec.errors import ConfigError
from artrec.training.distributed import Group
from artrec.training.runtime import Precision


def choose_device(name: str, peers: Group) -> torch.device:
    """The device called `name`; `auto` is this process's GPU, or the CPU where there is none.

    Raises ConfigError for a device that this machine does not have.
    """
    if name == "auto":
        if not torch.cuda.is_available():
            return torch.device("cpu")
        return torch.device("cuda", peers.local_rank % torch.cuda.device_count())
    try:
        device = torch.device(name)
        torch.empty(0, device=device)
    except (RuntimeError, AssertionError) as error:
        raise ConfigError(f"There is no device {name!r} here: {error}") from error
    return device


def autocast(precision: Precision, device: torch.device) -> AbstractContextManager[object]:
    """The context of a forward pass."""
    dtype = _dtype(precision, device)
    return nullcontext() if dtype is None else torch.autocast(device.type, dtype=dtype)


def scaler_for(precision: Precision, device: torch.device) -> GradScaler:
    """Loss scaling, which float16 needs against underflow; it does nothing otherwise."""
    return GradScaler(device.type, enabled=_dtype(precision, device) is torch.float16)


def _dtype(precision: Precision, device: torch.device) -> torch.dtype | None:
    if precision == "auto":
        # A CPU without hardware support is many times slower in bfloat16.
        fits = device.type == "cuda" and torch.cuda.is_bf16_supported()
        return torch.bfloat16 if fits else None
    known = {"float32": None, "bfloat16": torch.bfloat16, "float16": torch.float16}
    if precision not in known:
        raise ConfigError(
            f"precision {precision!r} is unknown; choose of auto, {', '.join(known)}."
        )
    return known[precision]
