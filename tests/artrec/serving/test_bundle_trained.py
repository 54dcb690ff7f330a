"""Models that know users by id can be served to strangers; every model is served or refused."""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from artrec.models import registry
from artrec.models.acf import ACF, ContentACF
from artrec.models.acf_config import ACFConfig, ContentACFConfig
from artrec.models.bpr_mf import BPRMF, BPRMFConfig
from artrec.models.dvbpr import DVBPR
from artrec.models.dvbpr_config import DVBPRConfig
from artrec.models.export import export
from artrec.models.vbpr import VBPR, VBPRConfig
from artrec.sampling import SamplingConfig
from artrec.training import TrainingConfig
from tests.artrec.serving import test_bundle_models as untrained
from tests.artrec.serving import test_bundle_plus as plus
from tests.artrec.serving import test_bundle_visits as visits
from tests.contracts.serving import PROFILES, ServingContract, scores
from tests.contracts.worlds import World, checkerboard, with_pictures

TRAINING = TrainingConfig(epochs=4, lr=0.02, batch=256, validation="none")
SAMPLING = SamplingConfig(mode="random", hide_positive=1.0)
SMALL: dict[str, Any] = {"dim": 8, "attention": 8, "training": TRAINING, "sampling": SAMPLING}


class TestBPRMF(ServingContract):
    model = BPRMF
    config = BPRMFConfig(latent_dim=4, training=TRAINING)


class TestVBPR(ServingContract):
    model = VBPR
    config = VBPRConfig(latent_dim=4, visual_dim=3, training=TRAINING)


class TestDVBPR(ServingContract):
    model = DVBPR
    config = DVBPRConfig(
        visual_dim=4,
        latent_dim=2,
        bias=True,
        training=replace(TRAINING, loss="sampled-softmax", in_batch=True, sampled=8, epochs=2),
    )

    @pytest.fixture(scope="class")
    @classmethod
    def world(cls) -> World:
        return with_pictures(checkerboard())


class TestACF(ServingContract):
    model = ACF
    config = ACFConfig(**SMALL)


class TestContentACF(ServingContract):
    model = ContentACF
    config = ContentACFConfig(**SMALL)


@pytest.mark.parametrize(
    "variant",
    [
        {"strangers": "zero"},
        {"tied": True, "add_user": "projected", "divide_by_dim": True},
    ],
    ids=str,
)
def test_variants_of_acf_are_served_alike(variant: dict[str, Any]) -> None:
    model = ACF.fit(checkerboard().data, ACFConfig(**SMALL, **variant))
    bundle, stored = export(model)

    for profile in PROFILES:
        served = scores(bundle, stored[profile], stored)

        expected = model.score(profile)
        np.testing.assert_allclose(served, expected, rtol=0, atol=1e-5 * np.abs(expected).max())
    assert bundle.empty_profile == model.supports.empty_profile


def test_every_model_is_held_to_the_contract_or_known_to_be_refused() -> None:
    refused = {model.name for model, _ in untrained.REFUSED}
    modules = (untrained, plus, visits, sys.modules[__name__])
    found = [case for module in modules for case in vars(module).values()]
    held = {case.model.name for case in found if getattr(case, "__base__", 0) is ServingContract}

    assert held | refused == set(registry.MODELS)
