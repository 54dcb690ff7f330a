"""Pickled NumPy arrays without running what a stranger put into them.

`numpy.load(allow_pickle=True)` runs any function the file names. The field's data sets come as
pickled arrays all the same, so here an unpickler builds only plain containers, numbers, text,
bytes and NumPy arrays, and refuses every other name.
"""

from __future__ import annotations

import io
import pickle
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from artrec.errors import DataError

_ALLOWED = {
    (module, name)
    for package in ("numpy.core", "numpy._core")
    for module, name in (
        (f"{package}.multiarray", "_reconstruct"),
        (f"{package}.multiarray", "scalar"),
        (f"{package}.numeric", "_frombuffer"),
    )
} | {
    ("numpy", "ndarray"),
    ("numpy", "dtype"),
    ("_codecs", "encode"),  # how protocols 0 to 2 spell bytes
}


class _AllowListUnpickler(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        if (module, name) not in _ALLOWED:
            raise DataError(
                f"The pickle asks for {module}.{name}, which is neither a NumPy array nor plain "
                "data; it was not run. Get the file from a source you trust, or convert it there."
            )
        return super().find_class(module, name)


def load_object_array(path: Path, *, encoding: str = "ASCII") -> Any:
    """The content of a `.npy` file whose dtype is object, or of a plain numeric one.

    `encoding` reads text of Python 2: "bytes" for KANG's files, "latin1" for old NumPy arrays.
    Raises DataError if the file is no .npy, is damaged, or holds anything but data.
    """
    try:
        with path.open("rb") as file:
            shape, fortran, dtype = _header(file)
            if not dtype.hasobject:
                return np.load(path, allow_pickle=False)
            content = _AllowListUnpickler(io.BytesIO(file.read()), encoding=encoding).load()
    except DataError as error:
        raise DataError(f"{path}: {error}") from error
    except OSError as error:
        raise DataError(f"{path}: cannot be read ({error.strerror or error}).") from error
    # What a damaged pickle raises is not documented; these are what cut and flipped files raise.
    except (
        pickle.UnpicklingError,
        EOFError,
        ValueError,
        TypeError,
        KeyError,
        IndexError,
        AttributeError,
        ImportError,
        UnicodeDecodeError,
        MemoryError,
        OverflowError,
    ) as error:
        raise DataError(f"{path}: damaged or not a .npy file ({error}).") from error
    if not isinstance(content, np.ndarray) or content.size != int(np.prod(shape)):
        raise DataError(f"{path}: the pickle does not hold the array that its header announces.")
    return content.reshape(shape, order="F" if fortran else "C")


def _header(file: BinaryIO) -> tuple[tuple[int, ...], bool, np.dtype[Any]]:
    version = np.lib.format.read_magic(file)
    if version == (1, 0):
        return np.lib.format.read_array_header_1_0(file)
    if version == (2, 0):
        return np.lib.format.read_array_header_2_0(file)
    raise ValueError(f"version {version} of the .npy format is unknown")
