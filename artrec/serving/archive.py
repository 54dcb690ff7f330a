"""Named arrays with a JSON header as .npz bytes, read without trusting them.

`np.load` allocates what an array's header announces and inflates what is compressed. Bundles come
from a database or an upload, so here every size is checked against the bytes that are really there.
"""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Mapping
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from artrec.errors import BundleError

MAX_BYTES: Final = 64 * 2**20
"""A head is small; CuratorNet's, the largest of ours, has 1.3 MB."""
_HEADER: Final = "header.npy"
_MAX_ARRAYS: Final = 64
# Matched, not evaluated: `numpy.lib.format` parses the text as Python, and warns or fails in many
# ways where it is none.
_NPY: Final = re.compile(
    rb"\x93NUMPY\x01\x00.."
    rb"\{'descr': '(?P<kind><f4|<f8|<U\d{1,8})', 'fortran_order': False, "
    rb"'shape': \((?P<shape>[\d, ]{0,40})\), \} *\n",
    re.DOTALL,
)

Arrays = dict[str, NDArray[Any]]


def pack(header: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> bytes:
    """Serialise; the result holds no pickle, so reading it cannot run code."""
    buffer = io.BytesIO()
    text = np.array(json.dumps(header, ensure_ascii=False, allow_nan=False))
    contiguous = {name: np.ascontiguousarray(values) for name, values in arrays.items()}
    np.savez(buffer, allow_pickle=False, header=text, **contiguous)
    return buffer.getvalue()


def unpack(data: bytes) -> tuple[dict[str, Any], Arrays]:
    """Header and arrays of what `pack` wrote; arrays are float32 or float64 and read-only.

    Raises:
        BundleError: If the bytes are too many, damaged, compressed or of another kind.
    """
    if len(data) > MAX_BYTES:
        raise BundleError(f"The bundle has {len(data)} bytes; at most {MAX_BYTES} are read.")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
            _check_members(members)
            found = {}
            for member in members:
                found[member.filename] = _array(archive.read(member), member.filename)
        header = json.loads(str(found.pop(_HEADER)))
    except (
        OSError,
        EOFError,
        KeyError,
        ValueError,
        RuntimeError,  # an encrypted member, or JSON nested too deep
        NotImplementedError,
        zipfile.BadZipFile,
    ) as error:
        raise BundleError(f"The bundle cannot be read: {error}") from error
    if not isinstance(header, dict):
        raise BundleError("The bundle cannot be read: its header is no JSON object.")
    return header, {name.removesuffix(".npy"): values for name, values in found.items()}


def _check_members(members: list[zipfile.ZipInfo]) -> None:
    names = {member.filename for member in members}
    if len(members) > _MAX_ARRAYS or len(names) < len(members):
        raise BundleError("The bundle cannot be read: it holds too many arrays, or one twice.")
    if any(member.compress_type != zipfile.ZIP_STORED for member in members):
        raise BundleError("The bundle cannot be read: bundles are not compressed.")
    # Members may overlap in a forged archive, so their sum says more than the length.
    if sum(member.file_size for member in members) > MAX_BYTES:
        raise BundleError("The bundle cannot be read: its arrays are too large.")


def _array(content: bytes, name: str) -> NDArray[Any]:
    """The array in the bytes of an .npy file, which must be as `pack` writes them."""
    found = _NPY.match(content)
    if found is None or found["kind"].startswith(b"<U") != (name == _HEADER):
        raise ValueError(f"{name} holds something else than plain numbers")
    dtype = np.dtype(found["kind"].decode())
    shape = tuple(int(each) for each in found["shape"].split(b",") if each.strip())
    # Where the shape announces more or less than there is, this raises ValueError.
    return np.frombuffer(content[found.end() :], dtype).reshape(shape)
