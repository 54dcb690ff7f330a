"""Normalised towers, and blends of several models, in a bundle."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from artrec.errors import BundleError
from artrec.models.blend import Blend
from artrec.models.blend_config import BlendConfig
from artrec.models.curatornet_plus import CuratorNetPlus, CuratorNetPlusConfig
from artrec.models.export import export
from artrec.serving.bundle import Bundle
from artrec.training import TrainingConfig
from tests.contracts.serving import ServingContract
from tests.contracts.worlds import checkerboard

TRAINING = TrainingConfig(loss="softmax", batch=16, epochs=3)
SHORT = {"batch": 16, "epochs": 2}
SMALL = BlendConfig(
    settings={
        "factor-regression": {"factors": 4},
        "curatornet-plus": {"training": SHORT},
        "vbpr": {"latent_dim": 3, "visual_dim": 2, "training": SHORT},
    }
)


class TestCuratorNetPlus(ServingContract):
    model = CuratorNetPlus
    config = CuratorNetPlusConfig(training=TRAINING)


class TestCuratorNetPlusBare(ServingContract):
    model = CuratorNetPlus
    config = CuratorNetPlusConfig(training=TRAINING, normalise=False, two_sided=True)


class TestBlend(ServingContract):
    model = Blend
    config = SMALL


class TestBlendOfScoredColumnsOnly(ServingContract):
    model = Blend
    config = replace(SMALL, parts=("popularity", "visrank"))


@pytest.fixture(scope="module")
def bundle() -> Bundle:
    parts = ("visrank", "factor-regression", "popularity")
    return export(Blend.fit(checkerboard().data, replace(SMALL, parts=parts)))[0]


def changed(bundle: Bundle, place: int, **changes: object) -> Bundle:
    parts = [dict(part) for part in bundle.settings["parts"]]
    parts[place] |= changes
    return replace(bundle, settings={"parts": parts})


def test_rows_hold_scored_columns_first_then_what_parts_learn_from(bundle: Bundle) -> None:
    columns = [(part["head"], part["scored"], part["profile"]) for part in bundle.settings["parts"]]

    looks = columns[0][1]
    assert columns == [
        ("mean", looks, [0, looks]),
        ("als", 4, [looks + 5, looks + 9]),
        ("constant", 1, [looks + 4, looks + 5]),
    ]
    assert (bundle.scored, bundle.dim, bundle.profile) == (looks + 5, looks + 9, (0, looks + 9))


@pytest.mark.parametrize(
    "changes",
    [
        {"head": "rows", "settings": {"top": 1}},
        {"head": "blend"},
        {"head": "guess"},
        {"head": 3},
        {"settings": None},
        {"scored": 0},
        {"scored": 2},
        {"scored": 10**9},
        {"scored": "8"},
        {"profile": [0]},
        {"profile": [3, 3]},
        {"profile": [-1, 7]},
        {"profile": [0, 10**9]},
        {"profile": [0, 7]},
        {"profile": 8},
    ],
    ids=str,
)
def test_parts_of_a_blend_that_do_not_fit_are_refused(
    bundle: Bundle, changes: dict[str, Any]
) -> None:
    with pytest.raises(BundleError):
        changed(bundle, 0, **changes)


@pytest.mark.parametrize("name", ["weights", "centre_0", "spread_1", "1.gram", "2.query"])
def test_arrays_of_a_blend_that_do_not_fit_are_refused(bundle: Bundle, name: str) -> None:
    others = {each: values for each, values in bundle.arrays.items() if each != name}

    with pytest.raises(BundleError, match=name.partition(".")[2] or name):
        replace(bundle, arrays=others)
    with pytest.raises(BundleError):
        replace(bundle, arrays=others | {name: bundle.arrays[name][:-1]})


@pytest.mark.parametrize("parts", [None, [], {}, ["mean"], [[]], "mean"], ids=str)
def test_a_blend_without_parts_is_refused(bundle: Bundle, parts: object) -> None:
    with pytest.raises(BundleError):
        replace(bundle, settings={"parts": parts})


def test_a_blend_that_scores_by_fewer_columns_than_are_stored_is_refused(bundle: Bundle) -> None:
    arrays = dict(bundle.arrays) | {"weights": bundle.arrays["weights"][:2]}

    with pytest.raises(BundleError, match="columns, not"):
        replace(bundle, settings={"parts": bundle.settings["parts"][:2]}, arrays=arrays)


@pytest.mark.parametrize("name", ["temperature", "normalise"])
def test_towers_without_their_settings_or_columns_are_refused(name: str) -> None:
    towers = Bundle(
        model="m",
        head="towers",
        dim=5,
        scored=3,
        profile=(3, 5),
        settings={"temperature": 10.0, "normalise": 1},
    )

    query = towers.user_vectors(np.array([[0, 0, 0, 3, 0], [0, 0, 0, 0, 3]], np.float32))

    np.testing.assert_allclose(query, [[50**0.5, 50**0.5, 1, 0, 0]], rtol=1e-6)
    with pytest.raises(BundleError, match=name):
        replace(towers, settings={each: 1 for each in towers.settings if each != name})
    with pytest.raises(BundleError, match="one coordinate more"):
        replace(towers, profile=(2, 5))
