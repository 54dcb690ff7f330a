"""What a blend refuses: damaged files, and settings that do not suit it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from artrec.errors import BundleError, ConfigError
from artrec.models.blend import Blend
from artrec.models.blend_config import BlendConfig
from artrec.training import TrainingConfig
from tests.artrec.models.test_blend import CLOSED, SMALL
from tests.contracts.worlds import checkerboard


@pytest.fixture(scope="module")
def fitted() -> Blend:
    return Blend.fit(checkerboard().data, SMALL)


@pytest.fixture(scope="module")
def closed() -> Blend:
    return Blend.fit(checkerboard().data, CLOSED)


@pytest.mark.parametrize("keep", [0.0, 0.3, 0.9, 0.999])
def test_files_cut_off_are_refused(closed: Blend, tmp_path: Path, keep: float) -> None:
    path = tmp_path / "blend.npz"
    closed.save(path)
    whole = path.read_bytes()

    path.write_bytes(whole[: int(keep * len(whole))])

    with pytest.raises(BundleError, match=r"blend\.npz"):
        Blend.load(path)


def damaged(header: dict[str, Any], arrays: dict[str, NDArray[Any]]) -> Iterator[Any]:
    for name, values in arrays.items():
        rest = {each: kept for each, kept in arrays.items() if each != name}
        yield header, rest
        text = values.dtype.kind == "U"
        yield header, rest | {name: np.zeros(values.shape) if text else values.astype("U8")}
        if values.size and not text:
            yield header, rest | {name: np.full(values.shape, np.nan)}
        if "." not in name or name.endswith("vectors"):
            yield header, rest | {name: np.float32(1)}
            yield header, rest | {name: values[None]}
            yield header, rest | {name: values[:-1]}
    wrongs: dict[str, list[Any]] = {
        "config": [
            {"parts": ["vbpr"]},
            None,
            3,
            {"parts": 3},
            {"parts": ["als"]},
            {"settings": [["vbpr"]]},
        ],
        "parts": [None, [], {}, [{}], [3] * 6, [{"factors": 0}] * 6],
    }
    for name, wrong in wrongs.items():
        yield {each: value for each, value in header.items() if each != name}, arrays
        for value in wrong:
            yield header | {name: value}, arrays


def test_files_with_anything_wrong_are_refused(fitted: Blend, tmp_path: Path) -> None:
    path = tmp_path / "blend.npz"
    fitted.save(path)
    with np.load(path) as file:
        arrays = dict(file)
    header = json.loads(str(arrays.pop("header")))
    accepted = []

    for place, (wrong, rest) in enumerate(damaged(header, arrays)):
        np.savez(path, allow_pickle=False, header=np.array(json.dumps(wrong)), **rest)
        try:
            Blend.load(path)
        except BundleError:
            continue
        changed = [name for name in arrays if rest.get(name) is not arrays[name]]
        accepted.append((place, changed, wrong == header))

    assert accepted == []


@pytest.mark.parametrize(
    ("change", "match"),
    [
        ({"parts": ()}, "parts"),
        ({"parts": ("als",)}, "als"),
        ({"parts": ("visrank", "visrank")}, "different"),
        ({"settings": {"ease": {}}}, "ease"),
        ({"input_dim": 0}, "input_dim"),
        ({"prior": -1.0}, "prior"),
        ({"l2": 0.0}, "l2"),
        ({"validation": TrainingConfig(validation="none")}, "held-out"),
    ],
    ids=str,
)
def test_settings_out_of_range_are_refused(change: dict[str, Any], match: str) -> None:
    with pytest.raises(ConfigError, match=match):
        BlendConfig(**change)


@pytest.mark.parametrize(
    ("name", "own"),
    [
        ("vbpr", {"speed": 3}),
        ("vbpr", {"visual_dim": 0}),
        ("vbpr", {"training": {"speed": 3}}),
        ("vbpr", {"training": 3}),
        ("popularity", 3),
        ("popularity", {"speed": 3}),
        ("visrank", {"top": 1}),
        ("visrank", {"weights": {"looks": 1.0}}),
    ],
)
def test_settings_of_parts_that_do_not_suit_them_are_refused(name: str, own: Any) -> None:
    with pytest.raises(ConfigError):
        BlendConfig(parts=(name,), settings={name: own})
