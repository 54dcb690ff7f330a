"""Files in, rows out: order, bad files, bounded memory, real overlap."""

from __future__ import annotations

import io
import itertools
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from artrec.errors import ImageError, UnsupportedFormatError
from artrec.features import extract_files, load_extractor
from artrec.features.extractor import Array


def picture(shade: int) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (64, 48), (shade, shade, shade)).save(buffer, "PNG")
    return buffer.getvalue()


class Brightness:
    """An extractor small enough to follow: the mean brightness, and a record of its batches."""

    name = "brightness"
    dim = 1
    families = (("brightness", 0, 1),)
    at_least = 16
    batch_size = 4

    def __init__(self) -> None:
        self.batches: list[int] = []
        self.threads: set[int] = set()

    def prepare(self, image: Image.Image) -> Array:
        return np.asarray(np.asarray(image).mean(axis=(0, 1)))

    def extract(self, prepared: Sequence[Array]) -> NDArray[np.float32]:
        self.batches.append(len(prepared))
        self.threads.add(threading.get_ident())
        return np.array([[row.mean()] for row in prepared], np.float32)


def test_every_position_comes_once_with_its_own_row() -> None:
    extractor = Brightness()

    found = dict(extract_files([picture(i) for i in range(50)], extractor, threads=4))

    assert sorted(found) == list(range(50))
    assert all(np.asarray(found[i]).tolist() == [i] for i in range(50))
    assert extractor.batches == [4] * 12 + [2]
    assert extractor.threads == {threading.get_ident()}


def test_a_bad_file_costs_only_itself(tmp_path: Path) -> None:
    (tmp_path / "good.png").write_bytes(picture(9))
    sources: list[Path | bytes] = [
        picture(1),
        b"no picture",
        tmp_path / "gone.png",
        tmp_path / "good.png",
        b"",
    ]

    found = dict(extract_files(sources, Brightness()))

    assert isinstance(found[1], UnsupportedFormatError)
    assert isinstance(found[2], ImageError)
    assert "gone.png" in str(found[2])
    assert isinstance(found[4], ImageError)
    assert np.asarray(found[0]).tolist() == [1]
    assert np.asarray(found[3]).tolist() == [9]


def test_only_bad_files_give_only_errors() -> None:
    extractor = Brightness()

    found = list(extract_files([b"a", b"b"], extractor))

    assert [position for position, _ in found] == [0, 1]
    assert extractor.batches == []


def test_no_files_give_nothing() -> None:
    assert list(extract_files([], Brightness())) == []


def test_an_endless_source_is_read_only_a_little_ahead() -> None:
    read = 0

    def endless() -> Iterator[bytes]:
        nonlocal read
        for read in itertools.count(1):  # counted for the assertion below
            yield picture(read % 256)

    outcomes = extract_files(endless(), Brightness(), batch=4, threads=2)
    next(outcomes)
    outcomes.close()  # type: ignore[attr-defined]  # a generator

    # One batch done, and two batches and the threads ahead.
    assert read <= 4 + 2 * 4 + 2


def test_decoding_runs_while_the_network_runs() -> None:
    batch, begun, ahead = 4, itertools.count(1), threading.Event()

    class Waiting(Brightness):
        """Its network waits for a picture of the batch to come."""

        def prepare(self, image: Image.Image) -> Array:
            if next(begun) > batch:
                ahead.set()
            return super().prepare(image)

        def extract(self, prepared: Sequence[Array]) -> NDArray[np.float32]:
            assert ahead.wait(60)
            return super().extract(prepared)

    files = [picture(i) for i in range(2 * batch)]

    outcomes = list(extract_files(files, Waiting(), batch=batch, threads=2))

    assert len(outcomes) == len(files)


def test_an_error_of_the_extractor_reaches_the_caller_and_ends_the_threads() -> None:
    class Broken(Brightness):
        def extract(self, prepared: Sequence[Array]) -> NDArray[np.float32]:
            raise RuntimeError("device lost")

    with pytest.raises(RuntimeError, match="device lost"):
        list(extract_files([picture(i) for i in range(20)], Broken()))

    assert not [t for t in threading.enumerate() if t.name.startswith("decode")]


@pytest.mark.parametrize(("batch", "threads"), [(0, 1), (1, 0)])
def test_sizes_below_one_are_refused(batch: int, threads: int) -> None:
    with pytest.raises(ValueError, match="at least 1"):
        list(extract_files([], Brightness(), batch=batch, threads=threads))


def test_rows_do_not_depend_on_batches_or_threads() -> None:
    files = [picture(i * 40) for i in range(6)]
    extractor = load_extractor("resnet18", random_weights=True, device="cpu")

    one = dict(extract_files(files, extractor, batch=1, threads=1))
    all_ = dict(extract_files(files, extractor, batch=6, threads=3))

    for position in range(6):
        np.testing.assert_allclose(
            np.asarray(one[position]), np.asarray(all_[position]), rtol=1e-4, atol=1e-5
        )
