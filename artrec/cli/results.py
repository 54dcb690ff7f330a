"""Results of single models on disk, so that a comparison need not be done twice."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, Final

import numpy as np

from artrec.cli.options import write_text
from artrec.cli.protocols import Protocol
from artrec.evaluation.evaluate import Result

_FORMAT: Final = 1
FIT: Final = "fit CPU-s"
PEAK: Final = "peak MiB"
RATE: Final = "examples/s"


def key_of(data: str, protocol: Protocol, model: str, config: Any, *, shuffled: bool) -> str:
    """What a result depends on, as a digest."""
    parts = {
        "format": _FORMAT,
        "data": data,
        "protocol": asdict(protocol),
        "model": model,
        "config": asdict(config),
        "shuffled": shuffled,
    }
    return hashlib.sha256(json.dumps(parts, sort_keys=True, default=str).encode()).hexdigest()


def write(path: Path, result: Result, key: str) -> None:
    """Keep one result, NaN as null. Raises ArtrecError where the disk does not allow it."""
    content = {
        "format": _FORMAT,
        "key": key,
        "model": result.model,
        "task": result.task,
        "users": result.users.tolist(),
        "values": {
            name: [None if np.isnan(value) else value for value in values.tolist()]
            for name, values in result.values.items()
        },
        "catalogue": dict(result.catalogue),
        "n_skipped": result.n_skipped,
        "seconds": result.seconds,
        "details": dict(result.details),
    }
    write_text(path, json.dumps(content, ensure_ascii=False))


def read(path: Path, key: str, name: str) -> Result | None:
    """A kept result under the name it has now; None if there is none of this key."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        if content["key"] != key:
            return None
        return Result(
            model=name,
            task=content["task"],
            users=np.array(content["users"], dtype=np.int64),
            values={each: _numbers(values) for each, values in content["values"].items()},
            catalogue=content["catalogue"],
            n_skipped=content["n_skipped"],
            seconds=content["seconds"],
            details=content["details"],
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None  # absent or cut off: measured again


def pooled(results: Sequence[Result], main: str) -> Result:
    """One result of several seeds: figures of each user averaged, so that users stay the unit.

    How far the seeds lie apart on `main` stands in the details.
    """
    first = results[0]
    if len(results) == 1:
        return first
    means = [float(np.nanmean(each.values[main])) for each in results]
    details: dict[str, str | float] = {
        name: float(np.mean([float(each.details[name]) for each in results]))
        for name in first.details
    }
    details[PEAK] = max(float(each.details[PEAK]) for each in results)
    details |= {"seeds": len(results), f"{main} sd of seeds": float(np.std(means, ddof=1))}
    return replace(
        first,
        values={
            name: np.mean([each.values[name] for each in results], axis=0) for name in first.values
        },
        catalogue={
            name: float(np.mean([each.catalogue[name] for each in results]))
            for name in first.catalogue
        },
        seconds=float(np.mean([each.seconds for each in results])),
        details=details,
    )


def _numbers(values: Sequence[float | None]) -> np.ndarray[Any, np.dtype[np.float64]]:
    return np.array([np.nan if value is None else value for value in values], dtype=np.float64)
