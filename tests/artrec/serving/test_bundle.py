"""Bundles by hand: what heads compute, how rows are laid out, and what is refused."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from artrec.errors import BundleError
from artrec.models import als as trained_als
from artrec.models.contract import Profiles
from artrec.models.profiles import to_csr
from artrec.serving import als, archive
from artrec.serving.bundle import Bundle

Arrays = dict[str, NDArray[Any]]
MEAN = Bundle(model="m", head="mean", dim=3, scored=3, profile=(0, 3))
GRAM = np.array([[2.0, 0.5], [0.5, 1.0]])
ALS = Bundle(
    model="m",
    head="als",
    dim=2,
    scored=2,
    profile=(0, 2),
    settings={"alpha": 3.0, "l2": 0.5},
    arrays={"gram": GRAM},
)
NET = Bundle(
    model="m",
    head="curatornet",
    dim=2,
    scored=2,
    profile=(0, 2),
    arrays={
        "weights_0": np.ones((4, 3), np.float32),
        "bias_0": np.zeros(3, np.float32),
        "weights_1": np.ones((3, 2), np.float32),
        "bias_1": np.zeros(2, np.float32),
    },
)


def test_the_mean_head_averages_the_rows() -> None:
    rows = np.array([[1, 2, 3], [3, 2, 1]], np.float16)

    query = MEAN.user_vectors(rows)

    assert query.dtype == np.float32
    np.testing.assert_array_equal(query, [[2, 2, 2]])


def test_the_rows_head_makes_every_row_a_query() -> None:
    bundle = replace(MEAN, head="rows", settings={"top": 2})
    rows = np.arange(6, dtype=np.float32).reshape(2, 3)

    assert bundle.top == 2
    np.testing.assert_array_equal(bundle.user_vectors(rows), rows)


def test_queries_see_the_profile_columns_and_score_by_the_others() -> None:
    bundle = replace(MEAN, dim=4, scored=2, profile=(2, 4), scale=0.5)
    rows = np.array([[9, 9, 1, 2], [9, 9, 3, 4]], np.float32)

    query = bundle.user_vectors(rows)

    # The mean of (1, 2) and (3, 4), unscaled twice: as it comes in and for what it meets.
    np.testing.assert_array_equal(query, [[8, 12, 0, 0]])


def test_als_solves_the_normal_equations() -> None:
    rows = np.array([[1.0, 0.0], [1.0, 1.0]], np.float32)

    factor = ALS.user_vectors(rows)[0]

    # gram + .5 I + 3 (y1 y1' + y2 y2') = [[8.5, 3.5], [3.5, 4.5]], times x = 4 (y1 + y2) = (8, 4).
    determinant = 8.5 * 4.5 - 3.5 * 3.5
    expected = [(4.5 * 8 - 3.5 * 4) / determinant, (8.5 * 4 - 3.5 * 8) / determinant]
    np.testing.assert_allclose(factor, expected, rtol=1e-6)


@pytest.mark.parametrize("count", [0, 1, 3, 60])
def test_als_in_a_request_is_als_of_the_training(count: int) -> None:
    rng = np.random.default_rng(count)
    items = rng.normal(size=(80, 7)).astype(np.float32)
    gram = items.astype(np.float64).T @ items.astype(np.float64)
    chosen = rng.permutation(80)[:count]
    settings = trained_als.ALSConfig(factors=7, alpha=12.5, l2=0.3)
    matrix = to_csr(Profiles(np.array([0, count]), chosen), 80)

    factor = als.fold_in(items[chosen], gram, alpha=12.5, l2=0.3)

    expected = trained_als.fold_in(matrix, items, gram, settings)[0]
    np.testing.assert_allclose(factor, expected, rtol=1e-5, atol=1e-7)


def test_folding_in_and_attending_begin_with_what_nobody_chose() -> None:
    references = np.array([[1.0, 2.0, 0.5]])
    fold_in = replace(
        MEAN,
        head="fold-in",
        empty_profile=True,
        settings={"l2": 1.0},
        arrays={"references": references},
    )
    acf = replace(
        MEAN, head="acf", scored=2, empty_profile=True, arrays={"base": np.array([5.0, 7.0])}
    )
    alike = np.array([[1, 2, 0], [3, 4, 0]], np.float32)  # and of equal attention
    unlike = np.array([[1, 2, 99], [3, 4, 0]], np.float32)

    # No taste and a 1 for the bias; the base and the mean; the base and the one attended to.
    np.testing.assert_array_equal(fold_in.user_vectors(alike[:0]), [[0, 0, 1]])
    np.testing.assert_array_equal(acf.user_vectors(alike[:0]), [[5, 7, 0]])
    np.testing.assert_allclose(acf.user_vectors(alike), [[7, 10, 0]])
    np.testing.assert_allclose(acf.user_vectors(unlike), [[6, 9, 0]])


def test_a_file_is_written_whole_and_read_again(tmp_path: Path) -> None:
    path = tmp_path / "head.npz"
    MEAN.write(path)

    ALS.write(path)

    rows = np.eye(2, dtype=np.float32)
    np.testing.assert_array_equal(Bundle.read(path).user_vectors(rows), ALS.user_vectors(rows))
    assert [each.name for each in tmp_path.iterdir()] == ["head.npz"]
    with pytest.raises(BundleError, match="missing"):
        Bundle.read(tmp_path / "missing")
    path.write_bytes(b"junk")
    with pytest.raises(BundleError, match=r"head\.npz"):
        Bundle.read(path)


@pytest.mark.parametrize(
    "change",
    [
        {"head": "guess"},
        {"scored": 0},
        {"empty_profile": True},
        {"dim": 1},
        {"dim": 16_001},
        {"profile": (1, 1)},
        {"profile": (0, 3)},
        {"profile": (0, 1)},
        {"scale": 0.0},
        {"scale": 3.0},
        {"scale": float("nan")},
        {"settings": {"alpha": 1.0}},
        {"settings": {"alpha": "1", "l2": 0.5}},
        {"settings": {"alpha": True, "l2": 0.5}},
        {"settings": {"alpha": float("nan"), "l2": 0.5}},
        {"settings": {"alpha": -1.0, "l2": 0.5}},
        {"settings": {"alpha": 10**400, "l2": 0.5}},
        {"arrays": {}},
        {"arrays": {"gram": GRAM[:1]}},
        {"arrays": {"gram": np.full((2, 2), np.nan)}},
        {"arrays": {"gram": np.array([[1.0, 9.0], [9.0, 1.0]])}},
        {"arrays": {"gram": np.array([["a", "b"], ["c", "d"]])}},
        {"head": "rows", "settings": {"top": 0}},
        {"head": "rows", "settings": {"top": 1.5}},
        {"head": "constant"},
        {"head": "curatornet"},
        {"head": "fold-in", "settings": {"l2": 1.0}},
        {"head": "fold-in", "settings": {"l2": 1.0}, "arrays": {"references": np.ones((9, 3))}},
        {"head": "fold-in", "settings": {"l2": 1.0}, "arrays": {"references": np.ones((0, 2))}},
        {"head": "fold-in", "settings": {"l2": 1.0}, "arrays": {"references": np.float64(1)}},
        {"head": "fold-in", "settings": {"l2": 0}, "arrays": {"references": np.ones((9, 2))}},
        {"head": "acf", "arrays": {"base": np.ones(2)}},
        {"head": "acf", "dim": 3, "profile": (0, 3), "arrays": {"base": np.ones(3)}},
    ],
    ids=str,
)
def test_parts_that_do_not_fit_are_refused(change: dict[str, Any]) -> None:
    with pytest.raises(BundleError):
        replace(ALS, **change)


@pytest.mark.parametrize("name", ["weights_0", "bias_0", "weights_1", "bias_1"])
def test_layers_that_do_not_fit_are_refused(name: str) -> None:
    with pytest.raises(BundleError):
        replace(NET, arrays={**NET.arrays, name: NET.arrays[name][:-1]})
    with pytest.raises(BundleError):
        replace(NET, arrays={each: NET.arrays[each] for each in NET.arrays if each != name})


def _header(**changes: object) -> dict[str, Any]:
    header, _ = archive.unpack(ALS.to_bytes())
    return header | changes


def _zip(header: str, compression: int = zipfile.ZIP_STORED, /, **files: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as archive_file:
        text = io.BytesIO()
        np.save(text, np.array(header))
        archive_file.writestr("header.npy", text.getvalue())
        for name, content in files.items():
            archive_file.writestr(f"{name}.npy", content)
    return buffer.getvalue()


def _npy(shape: str, content: bytes, kind: str = "<f8") -> bytes:
    text = f"{{'descr': '{kind}', 'fortran_order': False, 'shape': {shape}, }}\n".encode()
    return b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text + content


GOOD = json.dumps(_header())


def test_the_hand_made_archive_would_be_read_if_it_were_right() -> None:
    data = _zip(GOOD, gram=_npy("(2, 2)", GRAM.tobytes()))

    np.testing.assert_array_equal(Bundle.from_bytes(data).arrays["gram"], GRAM)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"PK\x05\x06" + bytes(18),
        _zip(GOOD),
        _zip("[]", gram=_npy("(2, 2)", GRAM.tobytes())),
        _zip("{", gram=_npy("(2, 2)", GRAM.tobytes())),
        _zip("[" * 100_000, gram=_npy("(2, 2)", GRAM.tobytes())),
        _zip(json.dumps(_header(format=2)), gram=_npy("(2, 2)", GRAM.tobytes())),
        _zip(json.dumps(_header(dim="2")), gram=_npy("(2, 2)", GRAM.tobytes())),
        _zip(json.dumps(_header(dim=True)), gram=_npy("(2, 2)", GRAM.tobytes())),
        _zip(json.dumps(_header(profile=[0])), gram=_npy("(2, 2)", GRAM.tobytes())),
        _zip(json.dumps(_header(profile=[0, 2.0])), gram=_npy("(2, 2)", GRAM.tobytes())),
        _zip(json.dumps(_header(more=1)), gram=_npy("(2, 2)", GRAM.tobytes())),
        _zip(GOOD, zipfile.ZIP_DEFLATED, gram=_npy("(2, 2)", GRAM.tobytes())),
        _zip(GOOD, gram=_npy("(99999999, 99999999)", GRAM.tobytes())),
        _zip(GOOD, gram=_npy("(2, 3)", GRAM.tobytes())),
        _zip(GOOD, gram=_npy("(2, __import__('os'))", GRAM.tobytes())),
        _zip(GOOD, gram=_npy("(2, 2)", GRAM.tobytes(), "|O")),
        _zip(GOOD, gram=_npy("(2, 2)", GRAM.tobytes(), "<U2")),
        _zip(GOOD, gram=b"no array"),
        _zip(GOOD, **{f"a{place}": _npy("(1,)", bytes(8)) for place in range(64)}),
    ],
    ids=range(20),
)
def test_damaged_and_foreign_bytes_are_refused(data: bytes) -> None:
    with pytest.raises(BundleError):
        Bundle.from_bytes(data)


def test_a_pickle_is_never_opened() -> None:
    buffer = io.BytesIO()
    np.savez(buffer, header=np.array(GOOD), gram=np.array([{"a": 1}], dtype=object))

    with pytest.raises(BundleError):
        Bundle.from_bytes(buffer.getvalue())


def test_too_many_bytes_are_refused_before_they_are_looked_at(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    data = ALS.to_bytes()

    monkeypatch.setattr(archive, "MAX_BYTES", len(data) - 1)

    with pytest.raises(BundleError, match="at most"):
        Bundle.from_bytes(data)


def test_arrays_that_share_bytes_count_every_time(monkeypatch: pytest.MonkeyPatch) -> None:
    # One array lies inside the other, so that both together are longer than the archive.
    inner, outer = io.BytesIO(), io.BytesIO()
    with zipfile.ZipFile(inner, "w") as archive_file:
        archive_file.writestr("b.npy", bytes(1000))
        (b,) = archive_file.infolist()
    with zipfile.ZipFile(outer, "w") as archive_file:
        archive_file.writestr("a.npy", inner.getvalue())
        b.header_offset = outer.getvalue().index(inner.getvalue())
        archive_file.filelist.append(b)
    data = outer.getvalue()

    monkeypatch.setattr(archive, "MAX_BYTES", len(data))

    with pytest.raises(BundleError, match="too large"):
        Bundle.from_bytes(data)


@given(st.data())
def test_any_damage_is_refused_or_harmless(data: st.DataObject) -> None:
    whole = bytearray(NET.to_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(whole) - 1))
        whole[place] = data.draw(st.integers(0, 255))
    cut = data.draw(st.sampled_from((len(whole), data.draw(st.integers(0, len(whole))))))

    try:
        bundle = Bundle.from_bytes(bytes(whole[:cut]))
    except BundleError:
        return

    rows = np.ones((2, bundle.dim), np.float32)
    np.testing.assert_array_equal(bundle.user_vectors(rows), NET.user_vectors(rows))


HEADERS: list[Callable[[Any], dict[str, Any]]] = [
    lambda value, name=name: _header(**{name: value})  # type: ignore[misc]
    for name in (
        "format",
        "model",
        "head",
        "dim",
        "scored",
        "profile",
        "scale",
        "empty_profile",
        "settings",
    )
]


@given(
    st.sampled_from(HEADERS),
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    ),
)
def test_any_header_is_refused_or_works(
    change: Callable[[Any], dict[str, Any]], value: Any
) -> None:
    data = _zip(json.dumps(change(value)), gram=_npy("(2, 2)", GRAM.tobytes()))

    try:
        bundle = Bundle.from_bytes(data)
    except BundleError:
        return

    assert np.isfinite(bundle.user_vectors(np.ones((1, bundle.dim), np.float32))).all()


def test_a_bundle_needs_neither_torch_nor_scipy() -> None:
    code = (
        "import sys, artrec.serving.bundle\n"
        "heavy = {'torch', 'scipy', 'sklearn', 'pandas', 'artrec.models', 'artrec.training'}\n"
        "sys.exit(', '.join(heavy & set(sys.modules)) or 0)"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)

    assert done.returncode == 0, done.stderr
