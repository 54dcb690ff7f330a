"""The file of a fitted model: an .npz of plain arrays and a JSON header. Never pickled, so loading
one cannot run code."""

from __future__ import annotations

import json
import os
import uuid
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from artrec.errors import BundleError

FORMAT: Final = 1
_HEADER: Final = "header"

Arrays = Mapping[str, NDArray[Any]]
Header = Mapping[str, Any]


def write(path: Path, model: str, header: Header, arrays: Arrays) -> None:
    """Write atomically: readers find the old file or the new one, never half of one."""
    text = json.dumps({"format": FORMAT, "model": model, **header}, ensure_ascii=False)
    partial = path.with_name(f"{path.name}.{uuid.uuid4().hex[:12]}.partial")
    try:
        with partial.open("wb") as file:
            np.savez(file, allow_pickle=False, **{_HEADER: np.array(text)}, **arrays)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise


def read(path: Path, model: str) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
    """Header and arrays of a file that `write` made for the same `model`.

    Raises:
        BundleError: If the file is missing, damaged, of another format or of another model.
    """
    header, arrays = _read(path)
    if header.get("model") != model:
        raise BundleError(f"{path} holds a {header.get('model')!r} model, not {model!r}.")
    return header, arrays


def model_name(path: Path) -> str:
    """Which model a file holds. Raises BundleError as `read` does."""
    header, _ = _read(path, arrays=False)
    return str(header.get("model"))


def _read(path: Path, *, arrays: bool = True) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
    try:
        # np.load leaves a file it opened itself open when the archive is cut off.
        with path.open("rb") as file, np.load(file, allow_pickle=False) as data:
            header = json.loads(str(data[_HEADER]))
            names = [name for name in data.files if name != _HEADER] if arrays else []
            found = {name: data[name] for name in names}
    except (OSError, EOFError, KeyError, ValueError, TypeError, zipfile.BadZipFile) as error:
        raise BundleError(f"Cannot read the model {path}: {error}") from error
    if not isinstance(header, dict) or header.get("format") != FORMAT:
        raise BundleError(f"{path} is not a model of format {FORMAT}, which this code reads.")
    return header, found
