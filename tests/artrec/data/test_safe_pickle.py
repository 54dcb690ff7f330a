from __future__ import annotations

import os
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from artrec.data.safe_pickle import load_object_array
from artrec.errors import DataError


class _Malicious:
    def __init__(self, trace: Path) -> None:
        self.trace = trace

    def __reduce__(self) -> tuple[Any, ...]:
        return (os.mkdir, (str(self.trace),))


def _save(path: Path, *content: Any) -> None:
    table = np.empty(len(content), dtype=object)
    table[:] = content
    np.save(path, table, allow_pickle=True)


def test_plain_data_and_arrays_come_back(tmp_path: Path) -> None:
    path = tmp_path / "plain.npy"
    _save(path, {"a": [1, b"x"]}, np.arange(3, dtype=np.float32), np.float64(2.5))

    content = load_object_array(path)

    assert content[0] == {"a": [1, b"x"]}
    assert content[1].tolist() == [0, 1, 2]
    assert content[2] == 2.5


def test_a_malicious_pickle_is_refused_and_not_run(tmp_path: Path) -> None:
    path, trace = tmp_path / "evil.npy", tmp_path / "trace"
    _save(path, _Malicious(trace))

    with pytest.raises(DataError, match=r"evil\.npy: The pickle asks for posix\.mkdir"):
        load_object_array(path)

    assert not trace.exists()
    # The same file does run where NumPy is told to trust it: the test can fail.
    np.load(path, allow_pickle=True)
    assert trace.exists()


@pytest.mark.parametrize("name", ["eval", "getattr", "exec"])
def test_builtin_functions_are_refused(tmp_path: Path, name: str) -> None:
    path = tmp_path / "builtin.npy"
    with path.open("wb") as file:
        np.lib.format.write_array_header_1_0(
            file, {"descr": "|O", "fortran_order": False, "shape": (1,)}
        )
        file.write(b"cbuiltins\n" + name.encode() + b"\n.")

    with pytest.raises(DataError, match=f"builtins.{name}"):
        load_object_array(path)


def test_arrays_written_by_older_numpy_and_python_2_are_read(tmp_path: Path) -> None:
    path = tmp_path / "old.npy"
    array = np.empty(1, dtype=object)
    array[0] = {b"productid": 3}
    old = pickle.dumps(array, protocol=2).replace(b"numpy._core.", b"numpy.core.")
    with path.open("wb") as file:
        np.lib.format.write_array_header_1_0(
            file, {"descr": "|O", "fortran_order": False, "shape": (1,)}
        )
        file.write(old)

    assert load_object_array(path, encoding="bytes")[0] == {b"productid": 3}


@pytest.mark.parametrize("cut", [0, 3, 40, 140, -5])
def test_a_cut_file_is_a_clear_error(tmp_path: Path, cut: int) -> None:
    path = tmp_path / "cut.npy"
    _save(path, "a", "b")
    path.write_bytes(path.read_bytes()[:cut])

    with pytest.raises(DataError, match=r"cut\.npy: damaged or not a \.npy"):
        load_object_array(path)


def test_numbers_need_no_pickle(tmp_path: Path) -> None:
    path = tmp_path / "numbers.npy"
    np.save(path, np.arange(4))

    assert load_object_array(path).tolist() == [0, 1, 2, 3]


def test_a_missing_file_is_a_clear_error(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"gone\.npy: cannot be read"):
        load_object_array(tmp_path / "gone.npy")
